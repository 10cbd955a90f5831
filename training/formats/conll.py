"""CoNLL: a token and its BIO tag a line, with comment lines as in CoNLL-U for what a token cannot hold.

# newdoc id = gz-zunyi-press-03
# meta = {"language": "zh-Hans", ...}
# text = "截至..."                 the text as JSON: tokens are found in it, white space is not guessed
# measures = TESTING, HEALTHCARE  the decision on the sentence that follows
12<TAB>B-COUNT<TAB>indicator=confirmed_cases|aspect=new|value=12
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.documents import AnnotatedDocument, GoldEntity
from training.formats.item import Format, FormatError, Item, Reading, attributes_of, build_document, fault, header_of

_TOKEN = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]+|\d+|\S")
_LATIN = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff]")


def write(items: Sequence[Item], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for item in items:
            out.write("\n".join(_lines(item.document)) + "\n\n")


def _lines(document: AnnotatedDocument) -> Iterator[str]:
    text, header = document.text, header_of(document)
    yield f"# newdoc id = {json.dumps(header.pop('id'), ensure_ascii=False)[1:-1]}"
    yield f"# meta = {json.dumps(header, ensure_ascii=False)}"
    yield f"# text = {json.dumps(text, ensure_ascii=False)}"
    entities = {entity.start: entity for entity in document.entities}
    opened: GoldEntity | None = None
    for start, end, labels in _stretches(document):
        lines = []
        for first, last in _tokens(document, start, end):
            begins = entities.get(first)
            opened = begins or (opened if opened and first < opened.end else None)
            tag = "O" if opened is None else f"{'B' if begins else 'I'}-{opened.type}"
            features = _features(begins) if begins else ""
            lines.append("\t".join(filter(None, (text[first:last], tag, features))))
        if lines or labels is not None:
            yield ""
            if labels is not None:
                yield f"# measures = {', '.join(labels)}".rstrip()
            yield from lines


def _stretches(document: AnnotatedDocument) -> Iterator[tuple[int, int, tuple[str, ...] | None]]:
    """The sentences, and what lies between them without a decision."""
    position = 0
    for sentence in document.sentences:
        if position < sentence.start:
            yield position, sentence.start, None
        yield sentence.start, sentence.end, sentence.labels
        position = sentence.end
    if position < len(document.text):
        yield position, len(document.text), None


def _tokens(document: AnnotatedDocument, start: int, end: int) -> Iterator[tuple[int, int]]:
    cuts = {point for entity in document.entities for point in (entity.start, entity.end)}
    for match in _TOKEN.finditer(document.text, start, end):
        points = [match.start(), *sorted(point for point in cuts if match.start() < point < match.end()), match.end()]
        yield from zip(points, points[1:], strict=False)


def _features(entity: GoldEntity) -> str:
    return "|".join(f"{name}={json.dumps(value) if name == 'value' else value}" for name, value in attributes_of(entity).items())


@dataclass
class _Open:
    """A document while its lines are read."""

    line: int
    name: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    tokens: list[tuple[int, str, str, str]] = field(default_factory=list)  # line, token, tag, features
    breaks: list[int] = field(default_factory=list)  # tokens before each empty line
    measures: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)  # line, first token, labels


def read(path: Path) -> Reading:
    items, remarks = [], []
    for number, opened in enumerate(_documents(path), 1):
        try:
            document, notes = _document(opened, path, f"{path.stem}-{number}")
        except FormatError:
            raise
        except (ValueError, TypeError) as error:
            raise fault(path, opened.line, error) from error
        items.append(Item(document))
        remarks += notes
    return Reading(tuple(items), tuple(remarks))


def _documents(path: Path) -> Iterator[_Open]:
    opened: _Open | None = None
    for number, line in enumerate(path.read_bytes().decode("utf-8-sig").split("\n"), 1):
        line = line.removesuffix("\r")
        comment = re.fullmatch(r"# (newdoc id|meta|text|measures) =\s?(.*)", line, re.DOTALL)
        if opened is None or (comment and comment[1] == "newdoc id"):
            if opened is not None:
                yield opened
            opened = None
            if not line:
                continue
            opened = _Open(number)
        try:
            if comment:
                _comment(opened, comment[1], comment[2], number)
            elif not line:
                opened.breaks.append(len(opened.tokens))
            elif not line.startswith("# "):
                token, tag, *features = line.split("\t") if "\t" in line else line.split(" ")
                opened.tokens.append((number, token, tag, features[0] if features else ""))
        except (ValueError, TypeError) as error:
            raise fault(path, number, f"{line[:40]!r} is no token, tag and features between tabs, and no comment ({error})") from error
    if opened is not None:
        yield opened


def _comment(opened: _Open, key: str, value: str, line: int) -> None:
    if key == "newdoc id":
        opened.name = str(json.loads(f'"{value}"'))
    elif key == "measures":
        opened.measures.append((line, len(opened.tokens), tuple(filter(None, re.split(r",\s*", value.strip())))))
    elif key == "meta":
        opened.meta = dict(json.loads(value))
    else:
        opened.text = str(json.loads(value))


def _document(opened: _Open, path: Path, fallback: str) -> tuple[AnnotatedDocument, list[str]]:
    name = opened.name or fallback
    remarks = []
    text = opened.text
    if text is None:
        text = _joined(opened)
        remarks.append(f"{path}:{opened.line}: {name} has no `# text`: its white space is a guess")
    offsets = _locate(opened, text, path)
    entities = _entities(opened, offsets, path)
    stops = sorted({*opened.breaks, len(opened.tokens)})
    bounds, measures = [], []
    for line, first, labels in opened.measures:
        last = next((stop for stop in stops if stop > first), first)
        if last == first:
            raise fault(path, line, "a decision on measures, and no tokens below it")
        bounds.append([offsets[first][0], offsets[last - 1][1]])
        measures += [(bounds[-1][0], bounds[-1][1], label) for label in labels]
    header = {**opened.meta, "id": name, "sentences": bounds} if opened.name or bounds else {"id": name}
    document, notes = build_document(header, text, entities, measures, fallback)
    return document, remarks + notes


def _joined(opened: _Open) -> str:
    """Tokens of one character follow each other as they are; others have a blank between two of a script that writes blanks."""
    single = all(len(token) == 1 for _, token, _, _ in opened.tokens)
    parts: list[str] = []
    for index, (_, token, _, _) in enumerate(opened.tokens):
        if index in opened.breaks:
            parts.append("\n")
        elif index and not single and _LATIN.match(parts[-1][-1]) and _LATIN.match(token):
            parts.append(" ")
        parts.append(token)
    return "".join(parts)


def _locate(opened: _Open, text: str, path: Path) -> list[tuple[int, int]]:
    offsets, position = [], 0
    for line, token, _, _ in opened.tokens:
        while position < len(text) and text[position].isspace():
            position += 1
        if not text.startswith(token, position):
            raise fault(path, line, f"token {token!r} is not at {position} of `# text`, {text[position : position + 10]!r} is")
        offsets.append((position, position + len(token)))
        position += len(token)
    return offsets


def _entities(opened: _Open, offsets: Sequence[tuple[int, int]], path: Path) -> list[GoldEntity]:
    entities: list[GoldEntity] = []
    previous = "O"
    for (line, _, tag, features), (start, end) in zip(opened.tokens, offsets, strict=True):
        prefix, _, name = tag.partition("-")
        try:
            if prefix == "B" and name:
                entities.append(GoldEntity(name, start, end, **_values(features)))
            elif prefix == "I" and name and previous in (f"B-{name}", f"I-{name}"):
                last = entities[-1]
                entities[-1] = GoldEntity(last.type, last.start, end, **attributes_of(last))
            elif tag != "O":
                raise ValueError(f"tag {tag!r} after {previous!r} is not BIO: O, B-TYPE, or I-TYPE after a tag of its type")
        except (ValueError, TypeError) as error:
            raise fault(path, line, error) from error
        previous = tag
    return entities


def _values(features: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in filter(None, features.split("|")):
        name, _, value = pair.partition("=")
        values[name] = json.loads(value) if name == "value" else value
    return values


FORMAT = Format("conll", read, write, read)
