"""Hypothesis strategies for annotated documents with any text, spans and attributes that the type allows, and one sample of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bulletin_ner.labels import ASPECTS, EPIDEMIC_INDICATORS, INDICATORS, LANGUAGES, MEASURES, MODIFIERS, PLACE_KINDS
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence

_PIECES = [
    "甲县",
    "12例",
    "3",
    " ",
    "\n",
    "\r\n",
    "。",
    "！”",
    "As of ",
    "May",
    "[",
    "]",
    "{",
    "}",
    "|",
    "\\",
    "# ",
    "### ",
    "---",
    "\t",
    "𠮷",
    "\u3000",
]
_TEXTS = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=3)), max_size=14).map("".join)
_WORDS = st.text(alphabet="abc-甲/. 1", min_size=1, max_size=8).map(lambda word: " ".join(word.split()) or "x")
_ISO = st.sampled_from([None, "2022-11-10", "2022-11-04/2022-11-05", "XXXX-11-10", "T07:00/T09:00"])
_NUMBERS = st.one_of(st.none(), st.integers(0, 10**7).map(float), st.just([3.0, 5.0]), st.just(97.69))


@st.composite
def _entities(draw: Any, text: str, complete: bool) -> tuple[GoldEntity, ...]:
    starts = [index for index, char in enumerate(text) if not char.isspace()]
    points = sorted(draw(st.sets(st.sampled_from(starts), max_size=8))) if starts else []
    found = []
    for start, last in zip(points[::2], points[1::2], strict=False):
        kind = draw(st.sampled_from(["PLACE", "COUNT", "DATE", "OFFICIAL", "ROLE"]))
        values: dict[str, Any] = {}
        maybe = (lambda options: st.sampled_from(options)) if complete else (lambda options: st.sampled_from([None, *options]))
        if kind == "PLACE":
            values = {"kind": draw(maybe(PLACE_KINDS))}
        elif kind == "DATE":
            values = {"value": draw(_ISO)}
        elif kind == "COUNT":
            indicator = draw(maybe(INDICATORS))
            aspect = draw(maybe(ASPECTS)) if indicator in EPIDEMIC_INDICATORS else None
            value = draw(_NUMBERS)
            modifier = "about" if complete and value is None else draw(maybe(MODIFIERS))
            values = {"indicator": indicator, "aspect": aspect, "value": value, "modifier": modifier}
        found.append(GoldEntity(kind, start, last + 1, **values))
    return tuple(found)


@st.composite
def documents(draw: Any, complete: bool = False) -> AnnotatedDocument:
    """``complete``: with every attribute and decision that the corpus markup asks for, entities within their lines and sentences."""
    text = draw(_TEXTS)
    bounds = sentences(text)
    entities = draw(_entities(text, complete))
    if complete:
        entities = tuple(e for e in entities if any(start <= e.start and e.end <= end for start, end in bounds))
    decided = complete or draw(st.booleans())
    labels = st.sets(st.sampled_from(MEASURES), max_size=3).map(lambda found: tuple(sorted(found)))
    spans = tuple(GoldSentence(start, end, draw(labels)) for start, end in bounds) if decided else ()
    date = draw(st.sampled_from([None, "2022-11-10"]))
    words = [draw(_WORDS) for _ in range(5)]
    return AnnotatedDocument(words[0], text, draw(st.sampled_from(LANGUAGES)), *words[1:4], words[4], "none", date, entities, spans)


TEXT = "甲县通报：𠮷村累计报告12例。\r\n请戴好口罩！\n"


def sample(**changes: object) -> AnnotatedDocument:
    """A document of three entities and one measure, with changes."""
    entities = (
        GoldEntity("PLACE", 0, 2, kind="admin"),
        GoldEntity("PLACE", 5, 7, kind="site"),
        GoldEntity("COUNT", 11, 14, indicator="infections", aspect="cumulative", value=12.0, modifier="exact"),
    )
    labels = ((), ("PERSONAL_PROTECTION",))
    spans = tuple(GoldSentence(*span, found) for span, found in zip(sentences(TEXT), labels, strict=True))
    document = AnnotatedDocument("d-1", TEXT, "zh-Hans", "circular", "covid-19", "甲省/甲县", "f", "none", "2022-11-10", entities, spans)
    return replace(document, **changes)  # type: ignore[arg-type]
