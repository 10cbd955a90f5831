"""Bulletins as text to read or to train on: a table for the terminal, CoNLL."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from bulletin_ner.describe import details, figure
from bulletin_ner.schema import Bulletin, Record

Named = Sequence[tuple[str, Bulletin]]


def as_conll(named: Named) -> str:
    """One character and its BIO tag a line, white space left out; an empty line after each line of text and each bulletin.

    Two comment lines, as in CoNLL-U, begin a bulletin: its name, and its text as JSON, which has the white space.
    """
    lines: list[str] = []
    for name, bulletin in named:
        lines.append(f"# newdoc id = {json.dumps(name, ensure_ascii=False)[1:-1]}")
        lines.append(f"# text = {json.dumps(bulletin.text, ensure_ascii=False)}")
        tags = ["O"] * len(bulletin.text)
        for entity in bulletin.entities:
            tags[entity.start : entity.end] = [f"B-{entity.type}"] + [f"I-{entity.type}"] * (entity.end - entity.start - 1)
        for char, tag in zip(bulletin.text, tags, strict=True):
            if not char.isspace():
                lines.append(f"{char}\t{tag}")
            elif char in "\r\n" and lines and lines[-1]:
                lines.append("")
        lines.append("")
    return "\n".join(lines) + "\n" if lines else ""


def as_table(named: Named) -> str:
    """Entities, measures, records and warnings of each bulletin in columns, to read; a Chinese character is two columns wide."""
    return "\n".join(_block(source, bulletin) for source, bulletin in named)


def _block(source: str, bulletin: Bulletin) -> str:
    counts = f"{len(bulletin.entities)} entities, {len(bulletin.measures)} measures, {len(bulletin.records)} records"
    blocks = [[f"{source}: {bulletin.language}, {counts}"]]
    blocks.append([f"  {e.start:>6}  {_fit(e.type, 9)} {_fit(e.text, 32)} {details(e)}".rstrip() for e in bulletin.entities])
    blocks.append([f"  {m.start:>6}  {_fit(m.label, 21)} {m.score:.2f}  {_fit(m.text, 80)}".rstrip() for m in bulletin.measures])
    blocks.append([_record_line(number, record) for number, record in enumerate(bulletin.records, 1)])
    blocks.append([f"  warning: {warning.message}" for warning in bulletin.warnings])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _record_line(number: int, record: Record) -> str:
    what = _fit(f"{record.indicator} {record.aspect}", 36)
    value = " ".join(filter(None, (figure(record.value, record.modifier), record.unit, record.origin)))
    return f"  {number:>6}  {what} {_fit(value, 20)} {_fit(record.place or '', 28)} {record.date or ''}".rstrip()


def _fit(text: str, width: int) -> str:
    """One line in exactly that many columns of a terminal; an ellipsis stands for what has no room."""
    text = " ".join(text.split())
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
