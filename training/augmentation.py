"""Change documents in training and keep their labels exact: names, figures, number forms, punctuation, script, damage.

Every change is a list of edits. An edit lies wholly inside or wholly outside each entity and each sentence, so that all offsets
follow from it; a change that would move the end of a sentence is not made.
"""

from __future__ import annotations

import functools
import random
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

from bulletin_ner.segmentation import sentences
from training.chains import collect_levels, extend
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence
from training.persons import chinese_names, romanised_names

_HAN = re.compile(r"[\u4e00-\u9fff]")
_FULL_WIDTH = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")
_NARROW = {"，": ",", "：": ":", "；": ";", "（": "(", "）": ")", "“": '"', "”": '"', "　": " "}
_WIDE = {",": "，", ":": "：", ";": "；", "(": "（", ")": "）"}
_NUMERALS = "零一两三四五六七八九"
_REMAINS = ("&nbsp;", "<p>", "p>", "<br/>", "·", "►", "　　")
_SWAPPED = 0.6  # of the names in a document
_CHAINED = 0.4  # of its places
_PLACE_ENDS = tuple("省市州盟区區县縣旗镇鎮乡鄉道村社")
_FILLERS = re.compile(r"\b(?:the|a|an|of|has|have|been)\b ", re.IGNORECASE)


@dataclass(frozen=True)
class Edit:
    """``text[start:end]``, at least one character, becomes ``text``."""

    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"an edit needs 0 <= start < end, not {self.start}, {self.end}")


def apply_edits(document: AnnotatedDocument, edits: Iterable[Edit]) -> AnnotatedDocument:
    """The document with the edits made. A ValueError names an edit that overlaps another or crosses a label's boundary.

    Entities whose digits change lose their value: it no longer holds.
    """
    edits = sorted(edits, key=lambda edit: edit.start)
    inside = _boundaries(document)
    parts, position = [], 0
    for edit in edits:
        if edit.start < position or any(edit.start < point < edit.end for point in inside.intersection(range(edit.start, edit.end))):
            raise ValueError(f"{document.id}: the edit at {edit.start}:{edit.end} overlaps another or crosses a boundary")
        parts += [document.text[position : edit.start], edit.text]
        position = edit.end
    text = "".join([*parts, document.text[position:]])
    ends = [edit.end for edit in edits]
    shifts = [0, *accumulate(len(edit.text) - (edit.end - edit.start) for edit in edits)]

    def moved(point: int) -> int:
        return point + shifts[bisect_right(ends, point)]

    entities = []
    for entity in document.entities:
        start, end = moved(entity.start), moved(entity.end)
        if start == end:
            raise ValueError(f"{document.id}: an edit leaves nothing of the entity at {entity.start}")
        same = text[start:end] == document.text[entity.start : entity.end]
        moved_entity = replace(entity, start=start, end=end)
        entities.append(moved_entity if same else replace(moved_entity, value=None, modifier=None))
    marked = tuple(GoldSentence(moved(s.start), moved(s.end), s.labels) for s in document.sentences)
    return replace(document, text=text, entities=tuple(entities), sentences=marked)


def _boundaries(document: AnnotatedDocument) -> set[int]:
    entities = {point for entity in document.entities for point in (entity.start, entity.end)}
    return entities | {point for sentence in document.sentences for point in (sentence.start, sentence.end)}


@dataclass(frozen=True)
class Names:
    """Places of the training documents by language, kind and suffix, and Chinese ones by language and level; parts of persons' names by
    language, of the documents and of a library of names."""

    places: dict[tuple[str, str | None, str], tuple[str, ...]]
    levels: dict[tuple[str, str], tuple[str, ...]]
    first: dict[str, tuple[str, ...]]
    last: dict[str, tuple[str, ...]]

    @staticmethod
    def collect(documents: Sequence[AnnotatedDocument]) -> Names:
        places: dict[tuple[str, str | None, str], set[str]] = defaultdict(set)
        first: dict[str, set[str]] = defaultdict(set)
        last: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            for entity in document.entities:
                text = document.text[entity.start : entity.end]
                if entity.type == "PLACE" and len(text) > 1:
                    places[_place_key(document, entity)].add(text)
                elif entity.type == "OFFICIAL" and document.language != "en" and 2 <= len(text) <= 3:
                    last[document.language].add(text[0])
                    first[document.language].add(text[1:])
                elif entity.type == "OFFICIAL" and text.count(" ") == 1:
                    first["en"].add(text.split()[0])
                    last["en"].add(text.split()[1])
        for language in ("zh-Hans", "zh-Hant"):
            for surname, given in chinese_names(language):
                last[language].add(surname)
                first[language].add(given)
        for given, surname in romanised_names():
            first["en"].add(given)
            last["en"].add(surname)
        named = {key: tuple(sorted(values)) for key, values in places.items()}
        return Names(
            places=named,
            levels=collect_levels(named),
            first={key: tuple(sorted(values)) for key, values in first.items()},
            last={key: tuple(sorted(values)) for key, values in last.items()},
        )


def _place_key(document: AnnotatedDocument, entity: GoldEntity) -> tuple[str, str | None, str]:
    text = document.text[entity.start : entity.end]
    suffix = text.rsplit(" ", 1)[-1] if document.language == "en" and " " in text else "" if document.language == "en" else text[-1]
    return document.language, entity.kind, suffix


def swap_names(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Other places of the same kind and suffix, other persons: the same one for the same name throughout."""
    chosen: dict[str, str] = {}
    edits = []
    for entity in document.entities:
        text = document.text[entity.start : entity.end]
        language = document.language
        if text not in chosen:
            chosen[text] = text
            if generator.random() >= _SWAPPED:
                pass
            elif entity.type == "PLACE" and len(text) > 1:
                chosen[text] = generator.choice(names.places.get(_place_key(document, entity), (text,)))
            elif entity.type == "OFFICIAL" and language != "en" and 2 <= len(text) <= 3 and names.last.get(language):
                chosen[text] = generator.choice(names.last[language]) + generator.choice(names.first[language])
            elif entity.type == "OFFICIAL" and text.count(" ") == 1 and names.last.get("en"):
                chosen[text] = f"{generator.choice(names.first['en'])} {generator.choice(names.last['en'])}"
        if chosen[text] != text:
            edits.append(Edit(entity.start, entity.end, chosen[text]))
    return edits


def chain_places(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Chinese places as parts of longer chains of the same kind; not behind another name that they would run on from."""
    if document.language == "en":
        return []
    edits = []
    for entity in document.entities:
        before = document.text[entity.start - 1 : entity.start]
        if entity.type == "PLACE" and before not in _PLACE_ENDS and generator.random() < _CHAINED:
            text = document.text[entity.start : entity.end]
            new = extend(text, entity.kind, document.language, names.levels, generator)
            if new != text:
                edits.append(Edit(entity.start, entity.end, new))
    return edits


def change_figures(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Other digits in counts, in the same form; other months, days, years and hours in dates."""
    edits = []
    for entity in document.entities:
        if entity.type not in ("COUNT", "DATE"):
            continue
        for match in re.finditer(r"[0-9]+", document.text[entity.start : entity.end]):
            edits.append(Edit(entity.start + match.start(), entity.start + match.end(), _figure(match[0], entity.type, generator)))
    return edits


def _figure(digits: str, kind: str, generator: random.Random) -> str:
    if kind == "DATE":
        value = int(digits)
        top = 12 if value <= 12 else 28 if value <= 31 else 59
        new = generator.randint(2003, 2025) if len(digits) == 4 else generator.randint(1, top) if value else 0
        return str(new).zfill(len(digits)) if digits[0] == "0" or len(digits) == 4 else str(new)
    length = len(digits) if generator.random() < 0.7 else generator.randint(1, 4)
    if digits[0] == "0" or len(digits) == 3:  # 0 and what stands between separators keep their length
        length = len(digits)
    first = generator.choice("123456789") if digits[0] != "0" else "0"
    return first + "".join(generator.choice("0123456789") for _ in range(length - 1))


def reform_numbers(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Counts and dates in full-width digits, with or without thousands separators, small counts in Chinese numerals."""
    wide = document.language != "en" and generator.random() < 0.3
    edits = []
    for entity in document.entities:
        if entity.type not in ("COUNT", "DATE"):
            continue
        text = new = document.text[entity.start : entity.end]
        if entity.type == "COUNT" and generator.random() < 0.5:
            new = re.sub(r"(?<=\d),(?=\d{3})", "", new) if "," in new else re.sub(r"(?<![\d.])\d{4,6}", lambda m: f"{int(m[0]):,}", new)
            if document.language != "en":
                new = re.sub(r"^[1-9](?=[^\d,.万億亿萬])", lambda m: _NUMERALS[int(m[0])], new)
        if wide:
            new = new.translate(_FULL_WIDTH)
        if new != text:
            edits.append(Edit(entity.start, entity.end, new))
    return edits


def change_punctuation(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Chinese text with half-width marks, or, where it has these, with full-width ones; what ends a sentence stays."""
    if document.language == "en":
        return []
    table = _NARROW if document.text.count("，") >= document.text.count(",") else _WIDE
    chosen = {char for char in table if generator.random() < 0.8}
    return [
        Edit(position, position + 1, table[char])
        for position, char in enumerate(document.text)
        if char in chosen and not (char in _WIDE and document.text[position - 1 : position].isdigit())
    ]


def change_script(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Simplified to Traditional and back by OpenCC, stretch by stretch between the labels' boundaries."""
    if document.language == "en":
        return []
    converter = _converter("t2s" if document.language == "zh-Hant" else generator.choice(("s2t", "s2twp", "s2hk")))
    stops = sorted({0, len(document.text)} | _boundaries(document))
    stretches = ((start, end, document.text[start:end]) for start, end in zip(stops, stops[1:], strict=False))
    return [Edit(start, end, converter.convert(text)) for start, end, text in stretches if _HAN.search(text)]


def add_readings(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Pinyin in brackets behind some characters, as converted pages have it; inside entities it belongs to them."""
    share = generator.uniform(0.01, 0.08)
    return [
        Edit(match.start(), match.end(), f"{match[0]}({lazy_pinyin(match[0], style=Style.TONE)[0]})")
        for match in _HAN.finditer(document.text)
        if generator.random() < share
    ]


def damage(document: AnnotatedDocument, names: Names, generator: random.Random) -> list[Edit]:
    """Characters lost or doubled outside entities, remains of HTML at line starts, and in English lost articles and capitals."""
    text = document.text
    taken = bytearray(len(text) + 1)
    for entity in document.entities:
        taken[entity.start : entity.end] = b"\1" * (entity.end - entity.start)
    rate = generator.choice((0.003, 0.01, 0.02))
    edits = []
    if document.language == "en":
        for match in _FILLERS.finditer(text):
            if not any(taken[match.start() : match.end()]) and generator.random() < 10 * rate:
                edits.append(Edit(match.start(), match.end(), " " if match.start() == 0 else ""))
                taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    for position, char in enumerate(text):
        if taken[position] or not char.isalpha():
            continue
        begins = position == 0 or text[position - 1] == "\n"
        if begins and generator.random() < 5 * rate:
            edits.append(Edit(position, position + 1, generator.choice(_REMAINS).replace("　　", "") + char))
        elif generator.random() < rate:
            edits.append(Edit(position, position + 1, generator.choice((char * 2, "" if not begins else char, char.swapcase()))))
    return edits


Change = Callable[[AnnotatedDocument, Names, random.Random], list[Edit]]

CHANGES: dict[str, Change] = {
    "names": swap_names,
    "chains": chain_places,
    "figures": change_figures,
    "numbers": reform_numbers,
    "punctuation": change_punctuation,
    "script": change_script,
    "readings": add_readings,
    "damage": damage,
}


def augment(document: AnnotatedDocument, names: Names, rates: dict[str, float], generator: random.Random) -> AnnotatedDocument:
    """The document after each change that is drawn, with its rate as the probability."""
    for name, rate in rates.items():
        if rate and generator.random() < rate:
            try:
                changed = apply_edits(document, CHANGES[name](document, names, generator))
            except ValueError:  # an edit that a label's boundary forbids
                continue
            if sentences(changed.text) == [(sentence.start, sentence.end) for sentence in changed.sentences]:
                document = changed
    return document


@functools.lru_cache(maxsize=8)
def _converter(name: str) -> OpenCC:
    return OpenCC(name)
