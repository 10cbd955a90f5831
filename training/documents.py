"""Annotated documents: the type that markup compiles to and that training and evaluation read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bulletin_ner.labels import ASPECTS, INDICATORS, LANGUAGES, MODIFIERS, PLACE_KINDS, LabelInventory, check_label
from bulletin_ner.schema import Entity

# What a document may be written in: the languages that the project promises, and those in which it is only measured.
TO_UTF8 = "convert it, for instance with iconv -f GB18030 -t UTF-8"
DOCUMENT_LANGUAGES = (*LANGUAGES, "ja", "ko", "vi", "th", "es", "fr", "de", "ru", "ar", "pt")


@dataclass(frozen=True)
class GoldEntity:
    """One annotated span; fields that its type does not have are None.

    ``value`` is a number or ``[low, high]`` for a COUNT, ISO 8601 text for a DATE; None where the markup leaves it to be computed.
    """

    type: str
    start: int
    end: int
    kind: str | None = None
    indicator: str | None = None
    aspect: str | None = None
    value: float | list[float] | str | None = None
    modifier: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"an entity needs 0 <= start < end, not {self.start}, {self.end}")
        check_label(self.type, "entity type")
        for name, value, allowed in (
            ("kind", self.kind, (None, *PLACE_KINDS)),
            ("indicator", self.indicator, (None, *INDICATORS)),
            ("aspect", self.aspect, (None, *ASPECTS)),
            ("modifier", self.modifier, (None, *MODIFIERS)),
        ):
            if value not in allowed:
                raise ValueError(f"{name} {value!r} is none of {', '.join(map(str, allowed))}")


@dataclass(frozen=True)
class GoldSentence:
    """A sentence's offsets and its control measures, none or several."""

    start: int
    end: int
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        for label in self.labels:
            check_label(label, "measure")


@dataclass(frozen=True)
class AnnotatedDocument:
    """A text with its complete answer. Offsets are half-open code points into ``text``; entities are flat and in order."""

    id: str
    text: str
    language: str
    genre: str
    disease: str
    place: str
    family: str
    noise: str
    reference_date: str | None
    entities: tuple[GoldEntity, ...]
    sentences: tuple[GoldSentence, ...]

    def __post_init__(self) -> None:
        if self.language not in DOCUMENT_LANGUAGES:
            raise ValueError(f"{self.id}: language {self.language!r} is none of {', '.join(DOCUMENT_LANGUAGES)}")
        end = 0
        for entity in self.entities:
            if entity.start < end:
                raise ValueError(f"{self.id}: entities overlap or are out of order at {entity.start}")
            end = entity.end
        if end > len(self.text):
            raise ValueError(f"{self.id}: an entity ends at {end}, after the text ({len(self.text)})")


def check_labels(documents: Iterable[AnnotatedDocument], labels: LabelInventory) -> None:
    """A ValueError names the first document with a label that the inventory lacks: nothing is left out unsaid."""
    for document in documents:
        for what, key, names, used in (
            ("entity type", "entity_types", labels.entity_types, [(e.type, e.start) for e in document.entities]),
            ("measure", "measures", labels.measures, [(label, s.start) for s in document.sentences for label in s.labels]),
        ):
            for name, start in used:
                if name not in names:
                    raise ValueError(
                        f"document {document.id}: {what} {name!r} at {start} is none of the model's ({', '.join(names) or 'it has none'}); "
                        f"add it to labels.{key} in the config, or take it out of the data"
                    )


def unread_entities(document: AnnotatedDocument) -> list[Entity]:
    """The gold spans with their classes as a model would find them, with score 1, values still to be read."""
    return [
        Entity(
            number,
            gold.type,
            document.text[gold.start : gold.end],
            gold.start,
            gold.end,
            1.0,
            kind=gold.kind,
            indicator=gold.indicator,
            aspect=gold.aspect or ("unspecified" if gold.type == "COUNT" else None),
        )
        for number, gold in enumerate(document.entities)
    ]


def to_row(document: AnnotatedDocument) -> dict[str, Any]:
    """The document as plain values, one type for each column: a COUNT's value is written as text (JSON), as a DATE's is text."""
    row = asdict(document)
    for entity in row["entities"]:
        if entity["type"] == "COUNT" and entity["value"] is not None:
            entity["value"] = json.dumps(entity["value"])
    return row


def from_row(row: Mapping[str, Any]) -> AnnotatedDocument:
    """The document of a row; ValueError, KeyError or TypeError where it is none."""
    entities = []
    for entity in row["entities"]:
        read = entity["type"] == "COUNT" and entity["value"] is not None
        entities.append(GoldEntity(**{**entity, "value": json.loads(entity["value"]) if read else entity["value"]}))
    sentences = tuple(GoldSentence(item["start"], item["end"], tuple(item["labels"])) for item in row["sentences"])
    return AnnotatedDocument(**{**row, "entities": tuple(entities), "sentences": sentences})


def write_jsonl(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """One document a line, as `to_row` gives it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for document in documents:
            out.write(json.dumps(to_row(document), ensure_ascii=False) + "\n")


def read_jsonl(path: Path) -> Iterator[AnnotatedDocument]:
    """Read documents that `write_jsonl` wrote; a ValueError names the file and line of a faulty row."""
    with path.open(encoding="utf-8") as lines:
        try:
            for number, line in enumerate(lines, 1):
                try:
                    document = from_row(json.loads(line))
                except RecursionError as error:
                    raise ValueError(f"{path}:{number}: nested too deep to be jsonl; take the nested part out") from error
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(f"{path}:{number}: not an annotated document ({error})") from error
                yield document
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: not UTF-8; {TO_UTF8}") from error
