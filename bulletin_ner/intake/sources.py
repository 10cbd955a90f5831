"""Names on the command line to files: folders walked, globs matched, whatever is missing said."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bulletin_ner.intake.document import Fault
from bulletin_ner.intake.pages import HTML_SUFFIXES
from bulletin_ner.intake.tables import TABLE_SUFFIXES

STDIN = "-"
TEXT_SUFFIXES = (".txt", ".md")
_RENAME = "rename it, for instance with convmv -f gbk -t utf8 --notest"


def expand(inputs: Sequence[str], note: Callable[[str], None] = lambda message: None) -> Iterator[str | Fault]:
    """The files that the names stand for, in order; a Fault for each name that stands for none.

    A folder stands for the texts and pages in it and below, sorted; ``note`` is told how many other files it has.
    """
    for name in _expand(inputs, note):
        yield name if isinstance(name, Fault) or _is_text(name) else Fault(name, f"its name is not UTF-8; {_RENAME}")


def _is_text(name: str) -> bool:
    """Whether a result can carry the name: Python puts lone surrogates in the place of bytes that are no UTF-8."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _expand(inputs: Sequence[str], note: Callable[[str], None]) -> Iterator[str | Fault]:
    piped = False
    for name in inputs:
        if name == STDIN and piped:
            yield Fault(STDIN, "standard input is named twice and can be read only once; name it once")
        elif name == STDIN:
            piped = True
            yield name
        elif os.path.isdir(name):  # noqa: PTH112 - a name that is no valid path is a missing file here, not an error
            yield from _walk(name, note)
        elif os.path.exists(name):  # noqa: PTH110
            yield name
        else:
            found = sorted(match for match in glob.glob(name, recursive=True) if Path(match).is_file())
            yield from found
            if not found:
                yield Fault(name, "no such file, folder or match; check the name")


def _walk(folder: str, note: Callable[[str], None]) -> Iterator[str | Fault]:
    faults: list[Fault] = []

    def unreadable(error: OSError) -> None:
        faults.append(Fault(str(error.filename), f"{error.strerror}; make the folder readable"))

    found, others = [], Counter[str]()
    for place, _, names in os.walk(folder, onerror=unreadable):
        for name in names:
            suffix = Path(name).suffix.lower()
            if suffix in TEXT_SUFFIXES or suffix in HTML_SUFFIXES:
                found.append(str(Path(place, name)))
            else:
                others[suffix or "no suffix"] += 1
    if others:
        told = ", ".join(f"{count} {suffix}" for suffix, count in sorted(others.items()))
        note(f"{folder}: left out {told}; a folder stands for its texts and pages, name other files themselves")
    if not found and not faults:
        suffixes = " or ".join((*TEXT_SUFFIXES, *HTML_SUFFIXES[:2]))
        tables = ", ".join(f"{folder}/*{suffix}" for suffix in list(TABLE_SUFFIXES)[:1])
        yield Fault(folder, f"the folder holds no {suffixes} file; name tables themselves, such as {tables}")
    yield from faults
    yield from sorted(found)
