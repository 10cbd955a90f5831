"""The results of `bulletin-ner predict --format json` and `jsonl`, read back; annotated documents as such results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bulletin_ner.labels import EPIDEMIC_INDICATORS
from bulletin_ner.normalisation.checks import check_records
from bulletin_ner.normalisation.dates import parse_reference
from bulletin_ner.normalisation.document import normalise
from bulletin_ner.schema import Bulletin, Entity, Inconsistency, Measure, Post, Record
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, GoldEntity, unread_entities
from training.formats.item import Format, FormatError, Item, Reading, build_document, fault

# What the command writes before a Bulletin's own keys: where a text came from. Only the id is kept.
_INTAKE = ("id", "source", "title", "encoding", "reference_date_source")


def read(path: Path) -> Reading:
    """One result or an array of them where the file is `.json`, else JSON Lines."""
    items = []
    for number, (line, row) in enumerate(_rows(path), 1):
        try:
            name = row.get("id") or row.get("source") or f"{path.stem}-{number}"
            bulletin = _bulletin({key: value for key, value in row.items() if key not in _INTAKE})
            header = {"id": name, "language": bulletin.language, "reference_date": bulletin.reference_date}
            measures = [(measure.start, measure.end, measure.label) for measure in bulletin.measures]
            document, _ = build_document(header, bulletin.text, [_gold(entity) for entity in bulletin.entities], measures, name)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise fault(path, line, f"not a result of predict ({error})") from error
        items.append(Item(document, bulletin))
    return Reading(tuple(items))


def write(items: Sequence[Item], path: Path) -> None:
    rows = [{"id": item.document.id, **(item.prediction or to_bulletin(item.document)).to_dict()} for item in items]
    if path.suffix == ".json":
        content = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    else:
        content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(content, encoding="utf-8", newline="\n")


def to_bulletin(document: AnnotatedDocument) -> Bulletin:
    """The annotation as a result of score 1: values as annotated, what it does not say (codes, roles, records) by the rules."""
    text = document.text
    try:
        found = normalise(text, sentences(text), unread_entities(document), parse_reference(document.reference_date))
    except ValueError as error:
        raise FormatError(f"document {document.id}: {error}") from error
    kept = tuple(_as_annotated(entity, gold) for entity, gold in zip(found.entities, document.entities, strict=True))
    records = tuple(_with_values(record, {entity.id: entity for entity in kept}) for record in found.records)
    return Bulletin(
        text=text,
        language=document.language,
        reference_date=document.reference_date,
        model="annotation",
        entities=kept,
        measures=tuple(Measure(label, 1.0, s.start, s.end, text[s.start : s.end]) for s in document.sentences for label in s.labels),
        records=records,
        warnings=check_records(text, records),
    )


def _as_annotated(entity: Entity, gold: GoldEntity) -> Entity:
    value: Any = _whole(gold.value) if gold.value is not None else entity.value
    return replace(entity, value=value, modifier=gold.modifier or entity.modifier)


def _whole(value: Any) -> Any:
    """12 for 12.0, as a prediction has it."""
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _with_values(record: Record, entities: Mapping[int, Entity]) -> Record:
    if record.entity is not None:
        figure = entities[record.entity]
        value: Any = figure.value
        record = replace(record, value=value, modifier=figure.modifier or record.modifier)
    if record.date_entity is not None:
        record = replace(record, date=str(entities[record.date_entity].value))
    return record


def _gold(entity: Entity) -> GoldEntity:
    aspect = entity.aspect if entity.indicator in EPIDEMIC_INDICATORS else None
    value: Any = entity.value
    return GoldEntity(entity.type, entity.start, entity.end, entity.kind, entity.indicator, aspect, value, entity.modifier)


def _entity(row: Mapping[str, Any]) -> Entity:
    lists: dict[str, Any] = {name: tuple(row.get(name) or ()) for name in ("parents", "candidates", "roles")}
    return Entity(**{**row, **lists, "posts": tuple(Post(**post) for post in row.get("posts") or ())})


def _bulletin(row: Mapping[str, Any]) -> Bulletin:
    entities = tuple(_entity(entity) for entity in row["entities"])
    warnings = tuple(Inconsistency(warning["kind"], warning["message"], tuple(warning["records"])) for warning in row.get("warnings") or ())
    measures = tuple(Measure(**measure) for measure in row["measures"])
    records = tuple(Record(**record) for record in row["records"])
    return Bulletin(**{**row, "entities": entities, "measures": measures, "records": records, "warnings": warnings})


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    content = path.read_text(encoding="utf-8-sig")
    whole = path.suffix == ".json"
    number = 0
    try:
        if whole:
            rows = json.loads(content)
            yield from ((1, row) for row in (rows if isinstance(rows, list) else [rows]))
            return
        for number, line in enumerate(content.split("\n"), 1):
            if line.strip():
                yield number, json.loads(line)
    except json.JSONDecodeError as error:
        remedy = "a .json file is one result or an array of them, any other has a result a line"
        raise fault(path, error.lineno if whole else number, f"not JSON ({error.msg}): {remedy}") from error


FORMAT = Format("predictions", read, write, read)
