"""doccano, sequence labelling: a folder with documents.jsonl to import and labels.json for its label settings.

A label carries what can be corrected with it: `PLACE/admin`, `COUNT/confirmed_cases/new`; a plain `PLACE` or `COUNT` is read too.
Measures are spans over whole sentences, `measure/TESTING`, so the project must allow overlapping spans. Values and modifiers, which
doccano cannot show, lie in the document's metadata by span: where a span is moved, its value is left to be computed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bulletin_ner.labels import ASPECTS, EPIDEMIC_INDICATORS, INDICATORS, PLACE_KINDS, LabelInventory
from training.documents import AnnotatedDocument, GoldEntity
from training.formats.item import Format, Item, Reading, build_document, fault, header_of, measure_spans

_DOCUMENTS = "documents.jsonl"
_LABELS = "labels.json"
_META = "bulletin_ner"
_MEASURE = "measure/"
_OTHER = ("relations", "cats", "Comments")  # what an export may hold beside spans
_COLOURS = {"PLACE": "#1f77b4", "COUNT": "#ff7f0e", "DATE": "#2ca02c", "OFFICIAL": "#9467bd", "ROLE": "#8c564b"}


def write(items: Sequence[Item], path: Path, choices: LabelInventory) -> None:
    documents = [item.document for item in items]
    rows = [json.dumps(_row(document), ensure_ascii=False) + "\n" for document in documents]
    (path / _DOCUMENTS).write_text("".join(rows), encoding="utf-8", newline="")
    used = {label for document in documents for _, _, label in _spans(document)}
    known = _known_labels(choices)
    labels = [
        {"text": label, "suffixKey": None, "backgroundColor": _COLOURS.get(label.split("/")[0], "#7f7f7f"), "textColor": "#ffffff"}
        for label in [*known, *sorted(used - set(known))]
    ]
    (path / _LABELS).write_text(json.dumps(labels, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="")


def _known_labels(choices: LabelInventory) -> list[str]:
    counts = [f"COUNT/{name}/{aspect}" for name in EPIDEMIC_INDICATORS for aspect in ASPECTS]
    counts += [f"COUNT/{name}" for name in INDICATORS if name not in EPIDEMIC_INDICATORS]
    detailed = {"PLACE": [f"PLACE/{kind}" for kind in PLACE_KINDS], "COUNT": counts}
    types = [label for name in choices.entity_types for label in detailed.get(name, [name])]
    return [*types, *(_MEASURE + label for label in choices.measures)]


def _row(document: AnnotatedDocument) -> dict[str, Any]:
    values = [
        [entity.start, entity.end, entity.type, entity.value, entity.modifier]
        for entity in document.entities
        if entity.value is not None or entity.modifier is not None
    ]
    return {"text": document.text, "label": _spans(document), _META: {**header_of(document), "values": values}}


def _spans(document: AnnotatedDocument) -> list[tuple[int, int, str]]:
    entities = [(entity.start, entity.end, _label(entity)) for entity in document.entities]
    return entities + [(start, end, _MEASURE + label) for start, end, label in measure_spans(document)]


def _label(entity: GoldEntity) -> str:
    parts = [entity.type, entity.kind, entity.indicator, entity.aspect]
    return "/".join(part for part in parts if part is not None)


def read(path: Path) -> Reading:
    """A file exported as JSONL, or the folder that `write` made. Spans are [start, end, label] or doccano's objects."""
    path = path / _DOCUMENTS if path.is_dir() else path
    items, remarks, lost, other = [], [], 0, 0
    for number, line in enumerate(path.read_bytes().decode("utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            document, notes, moved = _document(row, f"{path.stem}-{number}")
            other += sum(len(row.get(name) or ()) for name in _OTHER)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise fault(path, number, f"not a document of doccano's sequence labelling ({error})") from error
        items.append(Item(document))
        remarks += notes
        lost += moved
    if lost:
        remarks.append(f"{path}: {lost} values and modifiers of spans that were moved, removed or given another type: left to be computed")
    if other:
        remarks.append(f"{path}: {other} relations, categories and comments left out")
    return Reading(tuple(items), tuple(remarks))


def _document(row: Mapping[str, Any], fallback: str) -> tuple[AnnotatedDocument, list[str], int]:
    text = row["text"] if "text" in row else row["data"]
    meta = dict(row.get(_META) or {})
    values = {(start, end, kind): (value, modifier) for start, end, kind, value, modifier in meta.pop("values", ())}
    entities, measures = [], []
    for start, end, label in map(_span, row["label"] if "label" in row else row.get("labels", row.get("entities", ()))):
        if not 0 <= start < end <= len(text):
            raise ValueError(f"span {label} at {start}:{end}, the text has {len(text)} characters")
        if label.startswith(_MEASURE):
            measures.append((start, end, label.removeprefix(_MEASURE)))
            continue
        kind, *details = label.split("/")
        value, modifier = values.pop((start, end, kind), (None, None))
        entities.append(GoldEntity(kind, start, end, **_details(kind, details), value=value, modifier=modifier))
    return *build_document(meta, text, entities, measures, fallback), len(values)


def _span(span: Any) -> tuple[int, int, str]:
    if isinstance(span, Mapping):
        return int(span["start_offset"]), int(span["end_offset"]), str(span["label"])
    start, end, label = span
    return int(start), int(end), str(label)


def _details(kind: str, details: Sequence[str]) -> dict[str, Any]:
    """Which attribute a part is, its value says: no kind is an indicator's or an aspect's name."""
    found: dict[str, Any] = {}
    for part in details:
        names = [name for name, allowed in (("kind", PLACE_KINDS), ("indicator", INDICATORS), ("aspect", ASPECTS)) if part in allowed]
        if not names or names[0] in found:
            raise ValueError(f"label {'/'.join([kind, *details])}: {part!r} is no kind, indicator or aspect")
        found[names[0]] = part
    return found


def _own(name: str) -> bool:
    return name in (_DOCUMENTS, _LABELS)


def labelled(labels: LabelInventory) -> Format:
    return Format("doccano", read, partial(write, choices=labels), read, folder=True, own=_own, labelled=labelled)


FORMAT = labelled(LabelInventory())
