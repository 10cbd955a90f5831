"""Put a finished file or folder in its place in one step, over nothing that was not meant."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from training.formats.item import FormatError

_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST = 100  # bytes of a file's name, with room for endings under the usual limit of 255


def safe_names(ids: Sequence[str]) -> list[str]:
    """File names for document ids, all different, without separators, leading dots or names that a system keeps for itself."""
    names: list[str] = []
    taken: set[str] = set()
    for identifier in ids:
        name = _UNSAFE.sub("_", identifier).strip("._- ")
        name = name.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").rstrip("._- ") or "document"
        name = f"_{name}" if _RESERVED.match(name) else name
        unique, number = name, 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{name}-{number}"
        taken.add(unique.casefold())
        names.append(unique)
    return names


@contextmanager
def staged(output: Path, folder: bool, force: bool, own: Callable[[str], bool]) -> Iterator[Path]:
    """A path to write to; what lies there at the end takes the output's place, at an error nothing does.

    FormatError where the output is there already and ``force`` is false, or where it is a folder with other files than those that
    ``own`` knows by name: a folder is replaced only where convert wrote all of it.
    """
    _check(output, folder, force, own)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".convert-", dir=output.parent) as work:
        new = Path(work) / f"new{'' if folder else output.suffix}"  # a format may go by the suffix
        if folder:
            new.mkdir()
        yield new
        if folder and output.exists():
            output.rename(Path(work) / "old")
        new.replace(output)


def _check(output: Path, folder: bool, force: bool, own: Callable[[str], bool]) -> None:
    if not folder:
        if output.is_dir():
            raise FormatError(f"{output}: a folder, and this format is one file; give a file's name")
        if output.exists() and not force:
            raise FormatError(f"{output}: is there already; choose another name, or replace it with --force")
        return
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise FormatError(f"{output}: no folder, and this format is one; choose another name")
    if not output.is_dir() or not any(output.iterdir()):
        return
    if not force:
        raise FormatError(f"{output}: holds files already; choose another name, or replace it with --force")
    foreign = sorted(path.name for path in output.iterdir() if not (path.is_file() and own(path.name)))
    if foreign:
        raise FormatError(f"{output}: holds {foreign[0]!r}, which convert did not write; --force replaces only what it wrote itself")
