"""What passes between formats: an annotated document, with the prediction it came from where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulletin_ner.cleaning import detect_language
from bulletin_ner.labels import LabelInventory
from bulletin_ner.schema import Bulletin
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence

HEADER = ("id", "language", "genre", "disease", "place", "family", "noise", "reference_date")
# What stands where a source tells nothing; the language is found from the text, the family is the document itself.
UNTOLD = {"genre": "other", "disease": "other", "place": "-", "noise": "none", "reference_date": None}
ATTRIBUTES = ("kind", "indicator", "aspect", "value", "modifier")


class FormatError(ValueError):
    """A file that cannot be read or written in a format; the message names the file, the line and the remedy."""


def fault(path: Path, line: int, message: object) -> FormatError:
    return FormatError(f"{path}:{line}: {message}")


@dataclass(frozen=True)
class Item:
    """``prediction``: the whole Bulletin where a model made it; ``negatives``: spans that the markup declares to be no entity."""

    document: AnnotatedDocument
    prediction: Bulletin | None = None
    negatives: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a file holds; ``remarks``: what of it was left out, moved or filled in, a sentence each."""

    items: tuple[Item, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """``write`` gets the path of a new file or, where ``folder`` is true, of an empty folder; ``read_back`` reads what ``write`` wrote.

    ``holds``: fields of a prediction that it keeps beside those of an annotated document; ``own``: names a file that ``write`` makes;
    ``labelled``: the format for labels of one's own, where it checks labels or lists those that an annotator can choose.
    """

    name: str
    read: Callable[[Path], Reading]
    write: Callable[[Sequence[Item], Path], None]
    read_back: Callable[[Path], Reading]
    folder: bool = False
    holds: frozenset[str] = frozenset()
    own: Callable[[str], bool] = lambda name: False
    labelled: Callable[[LabelInventory], Format] | None = None


def header_of(document: AnnotatedDocument) -> dict[str, Any]:
    """The document's fields but text, entities and sentences; with the sentences' bounds where they are not those of the text."""
    header = {name: getattr(document, name) for name in HEADER}
    bounds = [[sentence.start, sentence.end] for sentence in document.sentences]
    if bounds != [list(span) for span in sentences(document.text)]:
        header["sentences"] = bounds
    return header


def build_document(
    header: Mapping[str, Any], text: str, entities: Iterable[GoldEntity], measures: Sequence[tuple[int, int, str]], fallback: str
) -> tuple[AnnotatedDocument, list[str]]:
    """A document from its parts, and remarks on what had to be filled in or moved. ``measures``: (start, end, label);
    ``fallback``: its id where the header has none. A ValueError says what does not fit."""
    given_id = header.get("id")
    name = fallback if given_id is None else str(given_id)
    given = header.get("sentences")
    bounds = sentences(text) if given is None else [(int(start), int(end)) for start, end in given]
    gold, moved = _with_measures(text, bounds, measures)
    fields = {key: header.get(key, default) for key, default in UNTOLD.items()}
    document = AnnotatedDocument(
        id=name,
        text=text,
        language=header.get("language") or detect_language(text),
        family=header["family"] if header.get("family") is not None else name,
        entities=tuple(sorted(entities, key=lambda entity: (entity.start, entity.end))),
        sentences=gold,
        **fields,
    )
    remarks = [f"{name}: {moved} measures did not lie on a sentence and went to the nearest"] if moved else []
    missing = [key for key in HEADER if key not in header]
    if missing:
        remarks.append(f"nothing says the {', '.join(missing)} of a document: filled in")
    return document, remarks


def _with_measures(
    text: str, bounds: Sequence[tuple[int, int]], measures: Sequence[tuple[int, int, str]]
) -> tuple[tuple[GoldSentence, ...], int]:
    """Sentences with their labels. A span drawn by hand goes to every sentence of which it covers half, else to the one it covers most."""
    if measures and not bounds:
        bounds = sentences(text)
    labels: list[set[str]] = [set() for _ in bounds]
    moved = 0
    for start, end, label in measures:
        if (start, end) in bounds:
            labels[list(bounds).index((start, end))].add(label)
            continue
        covered = [max(0, min(end, stop) - max(start, begin)) for begin, stop in bounds]
        if not any(covered):
            raise ValueError(f"measure {label} at {start}:{end} lies on no sentence")
        moved += 1
        chosen = [index for index, (begin, stop) in enumerate(bounds) if 2 * covered[index] >= stop - begin]
        for index in chosen or [covered.index(max(covered))]:
            labels[index].add(label)
    return tuple(GoldSentence(*span, tuple(sorted(found))) for span, found in zip(bounds, labels, strict=True)), moved


def measure_spans(document: AnnotatedDocument) -> list[tuple[int, int, str]]:
    return [(sentence.start, sentence.end, label) for sentence in document.sentences for label in sentence.labels]


def attributes_of(entity: GoldEntity) -> dict[str, Any]:
    return {name: value for name in ATTRIBUTES if (value := getattr(entity, name)) is not None}


def count_value(shown: str) -> float | list[float]:
    """A COUNT's value as an annotator writes it; a ValueError says how."""
    try:
        value = json.loads(shown)
    except ValueError:
        value = None
    numbers = value if isinstance(value, list) and len(value) == 2 else [value]
    if not all(isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers):
        raise ValueError(f"value={shown}: a COUNT's value is a number or [low, high], such as 1200 or [3, 5]")
    return value


def choices(documents: Iterable[AnnotatedDocument], labels: LabelInventory) -> tuple[list[str], list[str]]:
    """The entity types and the measures that a tool offers: the inventory's, then what else stands in the documents."""
    types, measures = set(), set()
    for document in documents:
        types |= {entity.type for entity in document.entities}
        measures |= {label for sentence in document.sentences for label in sentence.labels}
    return (
        [*labels.entity_types, *sorted(types - set(labels.entity_types))],
        [*labels.measures, *sorted(measures - set(labels.measures))],
    )
