"""Bulletins as text: JSON, CSV, CoNLL, HTML (`html_view`), and a table to read in a terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import fields

from rich.cells import cell_len, set_cell_size

from bulletin_ner.describe import details, figure, spreadsheet_cell
from bulletin_ner.html_view import as_html
from bulletin_ner.schema import Bulletin, Entity, Record

Named = Sequence[tuple[str, Bulletin]]

_CSV_COLUMNS = ("source", *(field.name for field in fields(Entity)))


def as_json(named: Named) -> str:
    """One object for one bulletin, an array for several."""
    dicts = [bulletin.to_dict() for _, bulletin in named]
    return json.dumps(dicts[0] if len(dicts) == 1 else dicts, ensure_ascii=False, indent=1) + "\n"


def as_jsonl(named: Named) -> str:
    """One line for each bulletin."""
    return "".join(bulletin.to_json() + "\n" for _, bulletin in named)


def as_csv(named: Named) -> str:
    """One row for each entity, with a header; cells that a spreadsheet would run as a formula get a leading apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    for source, bulletin in named:
        for entity in bulletin.entities:
            cells = [source] + [getattr(entity, column) for column in _CSV_COLUMNS[1:]]
            writer.writerow([spreadsheet_cell(cell) for cell in cells])
    return out.getvalue()


def as_conll(named: Named) -> str:
    """One character and its BIO tag a line, white space left out; an empty line after each line of text and each bulletin."""
    lines: list[str] = []
    for _, bulletin in named:
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


FORMATS: dict[str, Callable[[Named], str]] = {
    "table": as_table,
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": as_csv,
    "conll": as_conll,
    "html": as_html,
}


def _fit(text: str, width: int) -> str:
    """One line in exactly that many columns of a terminal; an ellipsis stands for what has no room."""
    text = " ".join(text.split())
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
