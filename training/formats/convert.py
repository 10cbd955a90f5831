"""Read in one format, write in another, and know what was lost: every output is read back and compared before it takes its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bulletin_ner.labels import LabelInventory
from training.documents import TO_UTF8, check_labels
from training.formats.item import Format, FormatError
from training.formats.losses import count_losses, describe_losses
from training.formats.output import staged
from training.formats.registry import FORMATS


@dataclass(frozen=True)
class Conversion:
    """How many documents were written, and what was left out, moved or filled in, a line each."""

    documents: int
    remarks: tuple[str, ...]


def convert(
    source: Path,
    output: Path,
    from_format: str,
    to_format: str,
    strict: bool = False,
    force: bool = False,
    labels: LabelInventory | None = None,
) -> Conversion:
    """Write ``source``'s documents to ``output``, in one step. ``labels``: the entity types and measures that they may have and that the
    output offers; None for the package's where a format must know (markup, annotation tools), and any elsewhere.

    Nothing is written at a FormatError: where the source cannot be read or the target cannot hold it at all; with ``strict`` where
    anything is lost, moved or filled in; without ``force`` where the output is there already.
    """
    origin, target = _format(from_format, "--from", labels), _format(to_format, "--to", labels)
    if not source.exists():
        raise FormatError(f"{source}: no such file or folder")
    try:
        reading = origin.read(source)
        if labels is not None:
            check_labels((item.document for item in reading.items), labels)
    except FormatError:
        raise
    except UnicodeDecodeError as error:
        raise FormatError(f"{source}: not UTF-8 at byte {error.start}; {TO_UTF8}") from error
    except RecursionError as error:
        raise FormatError(f"{source}: nested too deep to be {from_format}; take the nested part out") from error
    except ValueError as error:
        raise FormatError(str(error)) from error
    if not reading.items:
        raise FormatError("; ".join([f"{source}: no documents in it as {from_format}", *reading.remarks]))
    with staged(output, target.folder, force, target.own) as path:
        target.write(reading.items, path)
        try:
            back = target.read_back(path)
        except FormatError as error:
            message = str(error).replace(str(path), str(output))
            raise FormatError(f"the documents cannot be written as {to_format}; nothing was written:\n{message}") from error
        lost: Counter[str] = count_losses(reading.items, back.items, target)
        counted = Counter(reading.remarks).items()
        remarks = [f"{remark} ({number} times)" if number > 1 else remark for remark, number in counted]
        remarks += [describe_losses(lost, to_format)] if lost else []
        if strict and remarks:
            raise FormatError("\n".join([*remarks, "nothing was written, because of --strict"]))
    return Conversion(len(reading.items), tuple(remarks))


def _format(name: str, option: str, labels: LabelInventory | None) -> Format:
    if name not in FORMATS:
        raise FormatError(f"{option} {name!r} is none of {', '.join(FORMATS)}")
    known = FORMATS[name]
    return known if labels is None or known.labelled is None else known.labelled(labels)
