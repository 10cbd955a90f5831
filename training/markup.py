"""The corpus markup: parse `corpus/**/*.txt` into annotated documents, with every fault's line. See corpus/MARKUP.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bulletin_ner.labels import ASPECTS, EPIDEMIC_INDICATORS, INDICATORS, LabelInventory, check_label
from bulletin_ner.segmentation import sentences
from training.documents import DOCUMENT_LANGUAGES, TO_UTF8, AnnotatedDocument, GoldEntity, GoldSentence

HEADER_KEYS = ("language", "genre", "disease", "place", "date", "noise", "family")
NOISES = ("none", "translated", "damaged", "page")
TAGS = {"P": "PLACE", "S": "PLACE", "C": "COUNT", "D": "DATE", "O": "OFFICIAL", "R": "ROLE", "N": None}
PACKAGE = LabelInventory()
SIGNS = {"=": "exact", "~": "about", ">": "over", "<": "under"}
# A full stop that ends no sentence for a reader but does for the rule: No. 1, Dr. Li, a list number.
_ABBREVIATION = re.compile(r"(?:^|[\s(（\"“])(?:[A-Z]|[A-Z][a-z]{0,4}|\d{1,2}|vs|approx|e\.g|i\.e|p\.m|a\.m)\.$")
_ISO = re.compile(r"(?:(?:\d{4}|XXXX)(?:-(?:\d\d|XX)(?:-\d\d)?)?(?:T\d\d:\d\d(?::\d\d)?)?|T\d\d:\d\d)")


@dataclass(frozen=True)
class Fault:
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class ParsedDocument:
    """A document, the spans declared to be no entity, and the source line of each character."""

    document: AnnotatedDocument
    negatives: tuple[tuple[int, int], ...]
    lines: tuple[int, ...]
    path: str

    def fault(self, offset: int, message: str) -> Fault:
        line = self.lines[min(offset, len(self.lines) - 1)] if self.lines else 0
        return Fault(self.path, line, f"{self.document.id}: {message}")


def parse_file(path: Path, labels: LabelInventory | None = PACKAGE) -> tuple[list[ParsedDocument], list[Fault]]:
    """The documents of a file and its faults. ``labels``: the entity types and measures that it may have, those of one's own as tags
    such as ``[DISEASE:登革热]``; None for any, and then whether the model has them is for the caller to check."""
    parsed, faults = [], []
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return [], [Fault(str(path), 1, f"not UTF-8 at byte {error.start}; {TO_UTF8}")]
    for first, block in _blocks(content):
        document, found = _Parser(str(path), path.stem, first, block, labels).parse()
        faults += found
        if document is not None:
            parsed.append(document)
    if not parsed and not faults:
        faults.append(Fault(str(path), 1, "no document: each begins with a line `### id`"))
    return parsed, faults


def can_be_tag(name: str) -> bool:
    """Whether an entity type is written by its name: those of one letter are the markup's, and the package's types have their letter."""
    return len(name) > 1 and name not in TAGS.values() and _is_label(name)


def _is_label(name: str) -> bool:
    try:
        check_label(name, "label")
    except ValueError:
        return False
    return True


def _blocks(content: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    first = 1
    for number, line in enumerate(content.split("\n"), 1):
        if line.startswith("### "):
            if block:
                yield first, block
            block, first = [line], number
        elif block:
            block.append(line)
    if block:
        yield first, block


class _Parser:
    def __init__(self, path: str, stem: str, first: int, block: list[str], labels: LabelInventory | None) -> None:
        self.path, self.stem, self.first, self.block, self.labels = path, stem, first, block, labels
        self.faults: list[Fault] = []
        self.chars: list[str] = []
        self.lines: list[int] = []
        self.entities: list[GoldEntity] = []
        self.negatives: list[tuple[int, int]] = []
        self.marks: list[tuple[int, tuple[str, ...], int]] = []

    def parse(self) -> tuple[ParsedDocument | None, list[Fault]]:
        name = self.block[0][4:].strip()
        header: dict[str, str] = {}
        number = 1
        while number < len(self.block) and self.block[number].strip() != "---":
            key, colon, value = self.block[number].partition(":")
            if not colon or key.strip() not in HEADER_KEYS:
                self._fault(number, f"header line {self.block[number]!r}: expected one of {', '.join(HEADER_KEYS)}, or --- before the text")
                return None, self.faults
            header[key.strip()] = value.strip()
            number += 1
        for key in ("language", "genre", "disease", "place"):
            if not header.get(key):
                self._fault(0, f"{name}: header has no {key}")
        if header.get("language") not in DOCUMENT_LANGUAGES:
            self._fault(0, f"{name}: language {header.get('language')!r} is none of {', '.join(DOCUMENT_LANGUAGES)}")
        if header.get("noise", "none") not in NOISES:
            self._fault(0, f"{name}: noise {header['noise']!r} is none of {', '.join(NOISES)}")
        if number == len(self.block):
            self._fault(0, f"{name}: no line --- between header and text")
        if self.faults:
            return None, self.faults
        self._body(number + 1)
        text = "".join(self.chars)
        gold = self._sentences(text)
        document = AnnotatedDocument(
            id=name,
            text=text,
            language=header["language"],
            genre=header["genre"],
            disease=header["disease"],
            place=header["place"],
            family=header.get("family") or self.stem,
            noise=header.get("noise", "none"),
            reference_date=header.get("date") or None,
            entities=tuple(self.entities),
            sentences=gold,
        )
        return ParsedDocument(document, tuple(self.negatives), tuple(self.lines), self.path), self.faults

    def _fault(self, number: int, message: str) -> None:
        self.faults.append(Fault(self.path, self.first + number, message))

    def _put(self, char: str, number: int) -> None:
        self.chars.append(char)
        self.lines.append(self.first + number)

    def _body(self, first: int) -> None:
        last = len(self.block)
        while last > first and not self.block[last - 1].strip():
            last -= 1
        for number in range(first, last):
            self._line(self.block[number], number)
            if number + 1 < last:
                self._put("\n", number)

    def _line(self, line: str, number: int) -> None:
        position = 0
        opened: tuple[str, int] | None = None
        while position < len(line):
            char = line[position]
            if char == "\\" and position + 1 < len(line):
                self._put(line[position + 1], number)
                position += 2
            elif char == "[":
                tag = re.match(r"\[([\w-]+):", line[position:])
                if opened:
                    self._fault(number, f"a tag inside a tag at {line[position : position + 20]!r}: entities do not nest")
                if not tag or not self._is_tag(tag[1]):
                    self._fault(number, f"{line[position : position + 20]!r}: {self._tags()}; write \\[ for a bracket")
                    position += 1
                else:
                    opened = (tag[1], len(self.chars))
                    position += len(tag[0])
            elif opened and char in "|]":
                close = position if char == "]" else line.find("]", position)
                if close < 0:
                    self._fault(number, f"[{opened[0]}: has no closing ]")
                    return
                self._close(opened, line[position + 1 : close] if char == "|" else "", number)
                opened = None
                position = close + 1
            elif char == "{":
                close = line.find("}", position)
                if close < 0:
                    self._fault(number, "{ has no closing }; write \\{ for a brace")
                    return
                if not opened and self.chars and self.chars[-1] == " ":
                    self.chars.pop()
                    self.lines.pop()
                labels = tuple(label.strip() for label in re.split(r"[,\s]+", line[position + 1 : close]) if label.strip())
                for label in labels:
                    if not self._is_measure(label):
                        self._fault(number, f"measure {label!r} is {self._measures()}")
                self.marks.append((len(self.chars), tuple(sorted(set(filter(self._is_measure, labels)))), number))
                position = close + 1
            else:
                self._put(char, number)
                position += 1
        if opened:
            self._fault(number, f"[{opened[0]}: has no closing ]")

    def _close(self, opened: tuple[str, int], attributes: str, number: int) -> None:
        tag, start = opened
        text = "".join(self.chars[start:])
        if not text or text != text.strip():
            self._fault(number, f"[{tag}:{text}] is empty or begins or ends with a space")
            return
        if tag == "N":
            self.negatives.append((start, len(self.chars)))
            return
        values: dict[str, object] = {}
        if tag in ("P", "S"):
            values["kind"] = "admin" if tag == "P" else "site"
        if attributes and tag not in ("C", "D"):
            self._fault(number, f"[{tag}:{text}|{attributes}]: only C and D take attributes")
        if tag == "D":
            values["value"] = self._date(text, attributes.strip(), number)
        if tag == "C":
            values.update(self._count(text, attributes, number))
        self.entities.append(GoldEntity(TAGS.get(tag) or tag, start, len(self.chars), **values))  # type: ignore[arg-type]

    def _is_tag(self, name: str) -> bool:
        if name in TAGS:
            return TAGS[name] is None or self.labels is None or TAGS[name] in self.labels.entity_types
        return can_be_tag(name) and (self.labels is None or name in self.labels.entity_types)

    def _is_measure(self, name: str) -> bool:
        return _is_label(name) if self.labels is None else name in self.labels.measures

    def _tags(self) -> str:
        own = [] if self.labels is None else [name for name in self.labels.entity_types if can_be_tag(name)]
        said = f"a tag is {' '.join(f'[{name}:' for name in (*filter(self._is_tag, TAGS), *own))}"
        return said + ("" if self.labels != PACKAGE else " (others where --config names a config that has them)")

    def _measures(self) -> str:
        if self.labels is None:
            return "no label: letters, digits, _ and -"
        if self.labels == PACKAGE:
            return f"none of the {len(PACKAGE.measures)} (others where --config names a config that has them)"
        return f"none of the config's: {', '.join(self.labels.measures) or 'it has none'}"

    def _date(self, text: str, value: str, number: int) -> str | None:
        parts = value.split("/")
        if not value or value == "?":
            if not value:
                self._fault(number, f"[D:{text}] has no value: write [D:{text}|2022-11-10], or ? where it cannot be told")
            return None
        if len(parts) > 2 or not all(_ISO.fullmatch(part) for part in parts):
            self._fault(number, f"[D:{text}|{value}]: not ISO 8601 (2022-11-10, 2022-11-10T20:00, 2022-11, A/B, T07:00/T09:00)")
            return None
        return value

    def _count(self, text: str, attributes: str, number: int) -> dict[str, object]:
        values: dict[str, object] = {"indicator": "other", "aspect": None, "modifier": "exact"}
        parts = [part.strip() for part in attributes.split("|")]
        words = [word for word in re.split(r"[,\s]+", parts[0]) if word]
        if not words or words[0] not in INDICATORS:
            self._fault(number, f"[C:{text}|{attributes}]: needs an indicator first, one of {', '.join(INDICATORS)}")
            return values
        values["indicator"] = words[0]
        if words[0] in EPIDEMIC_INDICATORS:
            if len(words) != 2 or words[1] not in ASPECTS:
                self._fault(number, f"[C:{text}|{attributes}]: {words[0]} needs an aspect, one of {', '.join(ASPECTS)}")
            else:
                values["aspect"] = words[1]
        elif len(words) > 1:
            self._fault(number, f"[C:{text}|{attributes}]: {words[0]} takes no aspect")
        if len(parts) > 1:
            values.update(self._number(text, parts[1], number))
        else:
            plain = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?[%％]?[^\d.]*", text)
            if plain is None or re.search(
                r"[余餘多近约約超万萬亿億千百十左右以上至-]|about|over|nearly|than|least|million|billion|percent", text
            ):
                self._fault(
                    number,
                    f"[C:{text}|{attributes}]: not a plain figure, write its value: [C:{text}|{attributes}|=123] "
                    "(= exact, ~ about, > over, < under, =3..5 a range, ? none)",
                )
            else:
                values["value"] = float((plain[1] + (plain[2] or "")).replace(",", ""))
        return values

    def _number(self, text: str, written: str, number: int) -> dict[str, object]:
        match = re.fullmatch(r"([=~<>])(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?|\?", written)
        if not match:
            self._fault(number, f"[C:{text}|…|{written}]: a value is =123, ~123, >123, <123, =3..5 or ?")
            return {}
        if written == "?":
            return {"value": None, "modifier": "about"}
        low = float(match[2])
        return {"value": [low, float(match[3])] if match[3] else low, "modifier": SIGNS[match[1]]}

    def _sentences(self, text: str) -> tuple[GoldSentence, ...]:
        """Join marks to sentences: a mark covers what stands since the one before it, several pieces only where abbreviations cut it."""
        gold: list[GoldSentence] = []
        waiting: list[tuple[int, int]] = []
        marks = iter(self.marks)
        mark = next(marks, None)
        for start, end in sentences(text):
            while mark is not None and mark[0] <= start:
                self._fault(mark[2], f"a second decision, or one at no sentence end, before {text[start : start + 15]!r}")
                mark = next(marks, None)
            waiting.append((start, end))
            line = self.lines[end - 1] - self.first
            if mark is not None and mark[0] <= end:
                if mark[0] != end:
                    self._fault(
                        mark[2],
                        f"a decision inside a sentence, after {text[max(start, mark[0] - 15) : mark[0]]!r}: it goes at the end, after ”",
                    )
                longest = max(waiting, key=lambda span: span[1] - span[0])
                gold += [GoldSentence(*span, mark[1] if span == longest else ()) for span in waiting]
                waiting = []
                mark = next(marks, None)
            elif not _ABBREVIATION.search(text[start:end]):
                self._fault(line, f"no decision after {text[max(start, end - 25) : end]!r}: write {{}} or {{LABEL, LABEL}}")
                gold.append(GoldSentence(start, end, ()))
                waiting = []
        if waiting:
            self._fault(self.lines[-1] - self.first, f"no decision after {text[waiting[-1][0] : waiting[-1][1]]!r}")
        if mark is not None:
            self._fault(mark[2], "a decision after the last sentence")
        return tuple(gold)
