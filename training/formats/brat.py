"""brat stand-off: a folder with a .txt and an .ann file for each document, and the annotation.conf that brat needs to show them.

Entities are text-bound annotations with attributes (kind, indicator, aspect, modifier) and their value in a note, `value=12`;
every sentence is a text-bound annotation `Sentence` with a binary attribute for each of its measures. Offsets are code points.
`documents.json` keeps what brat has no place for: ids, languages, dates; it may be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bulletin_ner.labels import ASPECTS, INDICATORS, MODIFIERS, PLACE_KINDS, LabelInventory
from training.documents import AnnotatedDocument, GoldEntity
from training.formats.item import (
    ATTRIBUTES,
    Format,
    FormatError,
    Item,
    Reading,
    attributes_of,
    build_document,
    choices,
    count_value,
    fault,
    header_of,
)
from training.formats.output import safe_names

SENTENCE = "Sentence"
_DOCUMENTS = "documents.json"
_CONF = "annotation.conf"
_TEXT_BOUND = re.compile(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?")
_ATTRIBUTE = re.compile(r"[AM]\d+\t(\S+) (\S+)(?: (.+))?")
_NOTE = re.compile(r"#\d+\tAnnotatorNotes (\S+)\t(.*)")


def write(items: Sequence[Item], path: Path, labels: LabelInventory) -> None:
    documents = [item.document for item in items]
    names = safe_names([document.id for document in documents])
    for name, document in zip(names, documents, strict=True):
        (path / f"{name}.txt").write_text(document.text, encoding="utf-8", newline="")
        (path / f"{name}.ann").write_text(_annotations(document), encoding="utf-8", newline="")
    headers = {name: header_of(document) for name, document in zip(names, documents, strict=True)}
    (path / _DOCUMENTS).write_text(json.dumps(headers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="")
    (path / _CONF).write_text(_configuration(documents, labels), encoding="utf-8", newline="")


def _annotations(document: AnnotatedDocument) -> str:
    lines: list[str] = []
    attributes = notes = 0
    for number, entity in enumerate(document.entities, 1):
        if entity.type == SENTENCE:
            raise FormatError(f"document {document.id}: entity type {SENTENCE!r} is what brat files call a sentence; rename it")
        lines.append(_text_bound(number, entity.type, document.text, entity.start, entity.end))
        for name, value in attributes_of(entity).items():
            if name == "value":
                notes += 1
                shown = value if entity.type != "COUNT" else json.dumps(value)
                lines.append(f"#{notes}\tAnnotatorNotes T{number}\tvalue={shown}")
            else:
                attributes += 1
                lines.append(f"A{attributes}\t{name} T{number} {value}")
    for number, sentence in enumerate(document.sentences, len(document.entities) + 1):
        lines.append(_text_bound(number, SENTENCE, document.text, sentence.start, sentence.end))
        for label in sentence.labels:
            attributes += 1
            lines.append(f"A{attributes}\t{label} T{number}")
    return "".join(line + "\n" for line in lines)


def _text_bound(number: int, kind: str, text: str, start: int, end: int) -> str:
    """A span over a line break is written as brat does: in pieces, one for each line."""
    pieces = [(start + match.start(), start + match.end()) for match in re.finditer(r"[^\n]+", text[start:end])]
    offsets = ";".join(f"{first} {last}" for first, last in pieces)
    return f"T{number}\t{kind} {offsets}\t{_shown(text, pieces)}"


def _shown(text: str, pieces: Sequence[tuple[int, int]]) -> str:
    return re.sub(r"[\x00-\x1f\x85\u2028\u2029]", " ", " ".join(text[first:last] for first, last in pieces))


def _configuration(documents: Sequence[AnnotatedDocument], labels: LabelInventory) -> str:
    types, measures = choices(documents, labels)
    values = [
        ("kind", "PLACE", PLACE_KINDS),
        ("indicator", "COUNT", INDICATORS),
        ("aspect", "COUNT", ASPECTS),
        ("modifier", "COUNT", MODIFIERS),
    ]
    return "\n".join(
        [
            "[entities]",
            *types,
            SENTENCE,
            "[relations]",
            "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>",
            "[events]",
            "[attributes]",
            *(f"{name}\tArg:{kind}, Value:{'|'.join(allowed)}" for name, kind, allowed in values if kind in types),
            *(f"{label}\tArg:{SENTENCE}" for label in measures),
            "",
        ]
    )


def read(path: Path) -> Reading:
    """Every .txt of a folder with its .ann; a text without one has no entities yet, and is said."""
    if not path.is_dir():
        raise FormatError(f"{path}: brat documents are a folder of .txt and .ann files, and this is none")
    headers = _headers(path / _DOCUMENTS)
    files = {file.stem: file for file in sorted(path.glob("*.txt"))}
    missing = [name for name in headers if name not in files]
    if missing or not files:
        raise FormatError(f"{path}: {missing[0] + '.txt is missing' if missing else 'no .txt file in it'}; copy the folder anew")
    items, remarks = [], []
    for name in [*headers, *(name for name in files if name not in headers)]:
        document, notes = _document(files[name], headers.get(name, {"id": name}))
        items.append(Item(document))
        remarks += notes
    return Reading(tuple(items), tuple(remarks))


def _headers(path: Path) -> dict[str, Mapping[str, Any]]:
    if not path.is_file():
        return {}
    try:
        return {str(name): dict(header) for name, header in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise fault(path, getattr(error, "lineno", 1), f"not the documents' names and headers ({error})") from error


def _document(path: Path, header: Mapping[str, Any]) -> tuple[AnnotatedDocument, list[str]]:
    text = path.read_bytes().decode("utf-8")
    annotations = path.with_suffix(".ann")
    if not annotations.is_file():
        document, notes = build_document(header, text, [], [], path.stem)
        return document, [f"{path}: no .ann file beside it: read as without entities and measures", *notes]
    spans: dict[str, tuple[int, str, int, int]] = {}
    values: dict[str, dict[str, Any]] = {}
    other = 0
    rows = list(enumerate(annotations.read_bytes().decode("utf-8").split("\n"), 1))
    for number, line in rows:
        if match := _TEXT_BOUND.fullmatch(line.rstrip("\r")):
            spans[match[1]] = (number, match[2], *_bounds(match, text, annotations, number))
    for number, line in rows:
        line = line.rstrip("\r")
        if match := _ATTRIBUTE.fullmatch(line):
            if match[2] not in spans:
                raise fault(annotations, number, f"attribute of {match[2]}, which is no text-bound annotation")
            values.setdefault(match[2], {})[match[1]] = match[3]
        elif (match := _NOTE.fullmatch(line)) and match[2].startswith("value=") and match[1] in spans:
            shown = match[2][6:]
            try:
                values.setdefault(match[1], {})["value"] = count_value(shown) if spans[match[1]][1] == "COUNT" else shown
            except ValueError as error:
                raise fault(annotations, number, error) from error
        elif line.strip() and not _TEXT_BOUND.fullmatch(line):
            if line[0] == "T":
                raise fault(annotations, number, f"{line[:40]!r} is no text-bound annotation: T1<TAB>TYPE start end<TAB>text")
            other += 1
    entities, measures, bounds = [], [], []
    for name, (number, kind, start, end) in spans.items():
        found = values.get(name, {})
        if kind == SENTENCE:
            bounds.append([start, end])
            measures += [(start, end, label) for label in found]
            continue
        try:
            entities.append(GoldEntity(kind, start, end, **{key: found.get(key) for key in ATTRIBUTES}))
        except ValueError as error:
            raise fault(annotations, number, error) from error
    try:
        # Sentences deleted by hand are taken from the header or the text; only a folder of our own says that there were none.
        known = {**header, "sentences": sorted(bounds)} if bounds else header
        document, notes = build_document(known, text, entities, measures, path.stem)
    except (ValueError, TypeError) as error:
        raise fault(annotations, 1, error) from error
    if other:
        notes.append(f"{annotations}: {other} lines of relations, events and notes left out")
    return document, notes


def _bounds(match: re.Match[str], text: str, path: Path, line: int) -> tuple[int, int]:
    pieces = [tuple(map(int, piece.split())) for piece in match[3].split(";")]
    start, end = pieces[0][0], pieces[-1][1]
    for (_, before), (after, _) in zip(pieces, pieces[1:], strict=False):
        if text[before:after].strip():
            raise fault(path, line, f"{match[1]} has a gap over {text[before:after]!r}: entities are without gaps")
    if not 0 <= start < end <= len(text):
        raise fault(path, line, f"{match[1]} is at {start}:{end}, the text has {len(text)} characters")
    shown = _shown(text, [(first, last) for first, last in pieces])
    if match[4] is not None and match[4].split() != shown.split():
        raise fault(path, line, f"{match[1]} says {match[4]!r}, its offsets {shown!r}; the text was changed after it was annotated")
    return start, end


def _own(name: str) -> bool:
    return name.endswith((".txt", ".ann")) or name in (_DOCUMENTS, _CONF)


def labelled(labels: LabelInventory) -> Format:
    return Format("brat", read, partial(write, labels=labels), read, folder=True, own=_own, labelled=labelled)


FORMAT = labelled(LabelInventory())
