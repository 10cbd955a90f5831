"""The corpus markup (corpus/MARKUP.md), read and written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bulletin_ner.labels import EPIDEMIC_INDICATORS, LabelInventory
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, GoldEntity
from training.formats.item import HEADER, Format, FormatError, Item, Reading
from training.markup import PACKAGE, SIGNS, can_be_tag, parse_file

_SIGN = {name: sign for sign, name in SIGNS.items()}
_LETTERS = {"DATE": "D", "COUNT": "C", "OFFICIAL": "O", "ROLE": "R"}
_KEYS = {"reference_date": "date"}


def read(path: Path, labels: LabelInventory = PACKAGE) -> Reading:
    parsed, faults = parse_file(path, labels)
    if faults:
        raise FormatError("\n".join(map(str, faults[:20])))
    return Reading(tuple(Item(item.document, negatives=item.negatives) for item in parsed))


def write(items: Sequence[Item], path: Path, labels: LabelInventory = PACKAGE) -> None:
    path.write_text("\n".join(_block(item, labels) for item in items), encoding="utf-8", newline="")


def _block(item: Item, labels: LabelInventory) -> str:
    document = item.document
    lines = [f"### {_one_line(document.id)}"]
    for name in HEADER[1:]:
        value = getattr(document, name)
        if value is not None:
            lines.append(f"{_KEYS.get(name, name)}: {_one_line(value)}")
    return "\n".join([*lines, "---", _body(item, labels)]) + "\n"


def _body(item: Item, labels: LabelInventory) -> str:
    text, marks = item.document.text, _marks(item.document)
    spans: dict[int, tuple[int, str, str]] = {}
    for start, end in item.negatives:
        spans[start] = (end, "[N:", "]")
    for entity in item.document.entities:
        spans[entity.start] = (entity.end, *_tag(entity, item.document, labels))
    parts: list[str] = []
    closing: tuple[int, str] | None = None
    for position in range(len(text) + 1):
        if closing and position == closing[0]:
            parts.append(closing[1])
            closing = None
        if position in marks:
            parts.append(marks[position])
        if position == len(text):
            break
        if position in spans and not closing:
            end, opening, close = spans[position]
            parts.append(opening)
            closing = (end, close)
        at_head = position == 0 or text[position - 1] == "\n"
        escaped = text[position] in "[]{}\\" or (text[position] == "|" and closing is not None) or (text[position] == "#" and at_head)
        parts.append("\\" + text[position] if escaped else text[position])
    return "".join(parts)


def _tag(entity: GoldEntity, document: AnnotatedDocument, labels: LabelInventory) -> tuple[str, str]:
    if entity.type == "PLACE":
        _need(entity, document, "kind", entity.kind)
        return ("[S:" if entity.kind == "site" else "[P:"), "]"
    if entity.type not in _LETTERS:
        if entity.type not in labels.entity_types or not can_be_tag(entity.type):
            remedy = "name the config that has it with --config" if can_be_tag(entity.type) else "rename it, one letter is a mark's"
            raise FormatError(
                f"document {document.id}: the markup has no mark for entity type {entity.type!r}; {remedy}, or convert to jsonl instead"
            )
        return f"[{entity.type}:", "]"
    opening = f"[{_LETTERS[entity.type]}:"
    if entity.type == "DATE":
        return opening, f"|{entity.value or '?'}]"
    if entity.type == "COUNT":
        _need(entity, document, "indicator", entity.indicator)
        words = str(entity.indicator)
        if entity.indicator in EPIDEMIC_INDICATORS:
            _need(entity, document, "aspect", entity.aspect)
            words += f" {entity.aspect}"
        return opening, f"|{words}|{_figure(entity)}]"
    return opening, "]"


def _need(entity: GoldEntity, document: AnnotatedDocument, name: str, value: str | None) -> None:
    if value is None:
        where = f"{document.text[entity.start : entity.end]!r} at {entity.start}"
        raise FormatError(
            f"document {document.id}: {entity.type} {where} has no {name}, which the markup needs; add it, or convert to jsonl"
        )


def _figure(entity: GoldEntity) -> str:
    sign = _SIGN.get(entity.modifier or "exact", "=")
    value: Any = entity.value
    if value is None:
        return "?"
    return sign + ("..".join(map(_plain, value)) if isinstance(value, list) else _plain(value))


def _plain(number: float) -> str:
    return f"{number:.15f}".rstrip("0").rstrip(".") if number != int(number) else str(int(number))


def _marks(document: AnnotatedDocument) -> dict[int, str]:
    """Every sentence's decision at its end; one that was not decided on has none, and the parser says so."""
    decided = {(sentence.start, sentence.end): sentence.labels for sentence in document.sentences}
    return {end: f"{{{', '.join(decided[start, end])}}}" for start, end in sentences(document.text) if (start, end) in decided}


def _one_line(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()


def labelled(labels: LabelInventory) -> Format:
    own = partial(read, labels=labels)
    return Format("markup", own, partial(write, labels=labels), own, labelled=labelled)


FORMAT = labelled(PACKAGE)
