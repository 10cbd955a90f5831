"""Augmentation keeps labels exact: every change, on corpus documents and on documents made up at random."""

from __future__ import annotations

import random

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletin_ner.cleaning import clean
from bulletin_ner.segmentation import sentences
from training.augmentation import CHANGES, Edit, Names, apply_edits, augment
from training.chains import extend
from training.data import load_documents
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence


@pytest.fixture(scope="module")
def documents() -> list[AnnotatedDocument]:
    return load_documents(str(ROOT / "corpus/dev"))


def _document(text: str, *entities: GoldEntity) -> AnnotatedDocument:
    marked = tuple(GoldSentence(start, end, ()) for start, end in sentences(text))
    return AnnotatedDocument("x", text, "zh-Hans", "other", "covid-19", "x", "f", "none", None, entities, marked)


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_keeps_spans_and_sentences(name: str, documents: list[AnnotatedDocument]) -> None:
    names = Names.collect(documents)
    generator = random.Random(5)
    changed = 0
    for document in documents:
        new = augment(document, names, {name: 1.0}, generator)
        assert [(entity.type, entity.kind, entity.indicator) for entity in new.entities] == [
            (entity.type, entity.kind, entity.indicator) for entity in document.entities
        ]
        assert [(sentence.start, sentence.end) for sentence in new.sentences] == sentences(new.text)
        assert [sentence.labels for sentence in new.sentences] == [sentence.labels for sentence in document.sentences]
        for entity in new.entities:
            span = new.text[entity.start : entity.end]
            assert span
            assert span == span.strip()
        changed += new.text != document.text
    assert changed > len(documents) / 5


def test_readings_belong_to_their_character_and_are_cleaned_away(documents: list[AnnotatedDocument]) -> None:
    document = next(document for document in documents if document.language == "zh-Hans" and len(document.text) > 400)
    new = apply_edits(document, CHANGES["readings"](document, Names.collect(documents), random.Random(1)))
    assert new.text.count("(") > document.text.count("(")
    assert clean(new.text).text == clean(document.text).text


def test_names_change_alike_throughout() -> None:
    text = "甲县通报。甲县新增3例，乙县无。"
    places = [GoldEntity("PLACE", start, start + 2, kind="admin") for start in (0, 5, 12)]
    document = _document(text, places[0], places[1], places[2])
    names = Names.collect([document, _document("丙县", GoldEntity("PLACE", 0, 2, kind="admin"))])
    for seed in range(20):
        new = augment(document, names, {"names": 1.0}, random.Random(seed))
        first, second, _ = (new.text[entity.start : entity.end] for entity in new.entities)
        assert first == second


def test_edits_that_cross_a_boundary_are_refused() -> None:
    document = _document("甲县新增3例。", GoldEntity("PLACE", 0, 2, kind="admin"))
    for edit in (Edit(1, 3, "x"), Edit(0, 2, "")):
        with pytest.raises(ValueError, match="x: "):
            apply_edits(document, [edit])
    with pytest.raises(ValueError, match="overlaps"):
        apply_edits(document, [Edit(2, 4, "x"), Edit(3, 5, "y")])


@settings(max_examples=200, deadline=None)
@given(data=st.data(), text=st.text(alphabet="甲乙县3例，。ab ", min_size=6, max_size=30))
def test_offsets_follow_any_edits(data: st.DataObject, text: str) -> None:
    points = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=8)))
    spans = [(start, end) for start, end in zip(points[::2], points[1::2], strict=False)]
    document = _document(text, *(GoldEntity("PLACE", start, end) for start, end in spans))
    edits = [
        Edit(position, position + 1, data.draw(st.text("丙丁c", min_size=1, max_size=3)))
        for position in range(len(text))
        if data.draw(st.booleans())
    ]
    new = apply_edits(document, edits)
    replaced = {edit.start: edit.text for edit in edits}
    for (start, end), entity in zip(spans, new.entities, strict=True):
        assert new.text[entity.start : entity.end] == "".join(replaced.get(position, text[position]) for position in range(start, end))


def test_chains_put_a_place_into_a_longer_name_of_its_kind() -> None:
    text = "甲江县通报。石桥镇和乙河社区采样，县区乙河社区除外。"
    spans = [("甲江县", 0), ("石桥镇", 6), ("乙河社区", 10), ("乙河社区", 19)]
    document = _document(text, *(GoldEntity("PLACE", start, start + len(name), kind="admin") for name, start in spans))
    names = Names.collect([document, _document("丙州市", GoldEntity("PLACE", 0, 3, kind="admin"))])
    seen = set()
    for seed in range(40):
        new = apply_edits(document, CHANGES["chains"](document, names, random.Random(seed)))
        found = [new.text[e.start : e.end] for e in new.entities]
        assert found[3] == "乙河社区"  # it would run on from the 区 before it
        seen.update(found)
    assert {"丙州市甲江县", "石桥镇乙河社区", "甲江县石桥镇", "甲江县石桥镇乙河社区"} <= seen


def test_a_chain_gets_no_longer() -> None:
    levels = {("zh-Hans", "town"): ("石桥镇",), ("zh-Hans", "county"): ("甲江县",)}
    for name in ("甲江县石桥镇", "石桥镇乙河社区", "重庆市"):
        assert extend(name, "admin", "zh-Hans", levels, random.Random(1)) == name
