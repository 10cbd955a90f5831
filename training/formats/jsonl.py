"""Annotated documents as JSON Lines, which `train` and `evaluate` read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from training.documents import read_jsonl, write_jsonl
from training.formats.item import Format, Item, Reading


def read(path: Path) -> Reading:
    return Reading(tuple(Item(document) for document in read_jsonl(path)))


def write(items: Sequence[Item], path: Path) -> None:
    write_jsonl((item.document for item in items), path)


FORMAT = Format("jsonl", read, write, read)
