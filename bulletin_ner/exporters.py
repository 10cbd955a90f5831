"""A Bulletin as text: JSON, CSV, CoNLL, HTML, and a table to read in a terminal."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import fields

from bulletin_ner.schema import Bulletin, Entity

Named = Sequence[tuple[str, Bulletin]]

_CSV_COLUMNS = ("source", *(field.name for field in fields(Entity)))
_COLOURS = {"PLACE": "#cfe8fc", "COUNT": "#fde2b3", "DATE": "#d9ead3", "OFFICIAL": "#ead1dc", "ROLE": "#d9d2e9"}


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
            writer.writerow([_cell(cell) for cell in cells])
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


def as_html(named: Named) -> str:
    """A page with the texts, entities in colour and each sentence's measures behind it; everything escaped, no script."""
    styles = "".join(f".{name}{{background:{colour}}}" for name, colour in _COLOURS.items())
    head = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>bulletin_ner</title><style>'
        "body{font:1rem/1.8 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;font:inherit}"
        f"mark{{padding:.1em .2em;border-radius:.2em}}mark small{{margin-left:.3em}}.m{{color:#0b5394;font-size:.8em}}{styles}"
        "</style></head><body>"
    )
    legend = " ".join(f'<mark class="{name}">{name}</mark>' for name in _COLOURS)
    parts = [head, f"<p>{legend}</p>"]
    for source, bulletin in named:
        parts.append(f"<h2>{html.escape(source)}</h2><pre>{_marked(bulletin)}</pre>")
    return "".join(parts) + "</body></html>\n"


def as_table(named: Named) -> str:
    """Entities and measures of each bulletin in columns, to read."""
    blocks = []
    for source, bulletin in named:
        lines = [f"{source}: {bulletin.language}, {len(bulletin.entities)} entities, {len(bulletin.measures)} measures", ""]
        for entity in bulletin.entities:
            lines.append(f"  {entity.start:>6}  {entity.type:<9} {_one_line(entity.text, 40):<28} {_details(entity)}".rstrip())
        lines.append("")
        for measure in bulletin.measures:
            lines.append(f"  {measure.start:>6}  {measure.label:<21} {measure.score:.2f}  {_one_line(measure.text, 60)}")
        blocks.append("\n".join(lines).rstrip() + "\n")
    return "\n".join(blocks)


FORMATS: dict[str, Callable[[Named], str]] = {
    "table": as_table,
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": as_csv,
    "conll": as_conll,
    "html": as_html,
}


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        value = "; ".join(value)
    if isinstance(value, list):
        value = "-".join(map(str, value))
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _details(entity: Entity) -> str:
    if entity.type == "COUNT":
        return " ".join(str(part) for part in (entity.indicator, entity.aspect, entity.modifier, entity.value) if part is not None)
    if entity.type == "OFFICIAL":
        return ", ".join(entity.roles)
    return str(entity.value or entity.kind or "")


def _one_line(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _marked(bulletin: Bulletin) -> str:
    ends: dict[int, list[str]] = {}
    for measure in bulletin.measures:
        ends.setdefault(measure.end, []).append(measure.label)
    marks = {entity.start: entity for entity in bulletin.entities}
    parts: list[str] = []
    position = 0
    stops = sorted({0, len(bulletin.text)} | {point for e in bulletin.entities for point in (e.start, e.end)} | set(ends))
    for stop in stops:
        if stop > position:
            text = html.escape(bulletin.text[position:stop])
            entity = marks.get(position)
            if entity is not None and entity.end == stop:
                text = f'<mark class="{entity.type}" title="{html.escape(_details(entity))}">{text}</mark>'
            parts.append(text)
            position = stop
        if stop in ends and stop:
            parts.append(f' <span class="m">[{", ".join(ends[stop])}]</span>')
    return "".join(parts)
