"""Long texts are read in sections: nothing is lost at a cut, and little changes."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_predict import TEXT, _check

from bulletin_ner import Tagger, sections
from bulletin_ner.segmentation import sentences

PIECES = st.lists(st.sampled_from(["甲乙丙", "。", "\n", "\r\n", " ", "a b", ", ", "12例", "\u200b", "！", ". "]), max_size=60)


@given(PIECES, st.integers(2, 40))
def test_sections_follow_each_other_and_hold_every_sentence(pieces: list[str], size: int) -> None:
    text = "".join(pieces)
    spans = sentences(text)
    cut = list(sections.sections(3, text, spans, size))
    assert [section.start for section in cut] == [0, *(section.end for section in cut[:-1])]
    assert cut[-1].end == len(text)
    assert all(section.index == 3 and section.end - section.start <= size for section in cut)
    read: list[list[int]] = [[] for _ in spans]
    for section in cut:
        for number, (start, end) in enumerate(section.sentences, section.first):
            assert 0 <= start < end <= section.end - section.start
            read[number] += range(section.start + start, section.start + end)
    assert read == [list(range(start, end)) for start, end in spans]


def test_a_cut_is_where_a_line_begins_or_a_sentence_or_a_word() -> None:
    for text, size, expected in (
        ("甲乙。丙。\n丁。戊。己庚", 9, ["甲乙。丙。\n", "丁。戊。己庚"]),
        ("甲乙。丙。丁。戊。己庚", 10, ["甲乙。丙。丁。戊。", "己庚"]),
        ("ab cd ef gh", 7, ["ab cd ", "ef gh"]),
        ("甲乙丙丁", 3, ["甲乙丙", "丁"]),
    ):
        cut = sections.sections(0, text, sentences(text), size)
        assert [text[section.start : section.end] for section in cut] == expected


@given(st.lists(st.integers(0, 30), max_size=20))
def test_groups_keep_order_and_size(lengths: list[int]) -> None:
    work = [sections.Section(0, 0, length, 0, ()) for length in lengths]
    groups = list(sections.together(work, 40))
    assert [section for group in groups for section in group] == work
    assert all(len(group) == 1 or sum(section.end for section in group) <= 40 for group in groups)


def test_a_text_read_in_sections_keeps_its_offsets(default: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT * 8
    monkeypatch.setattr("bulletin_ner.tagger.sections", partial(sections.sections, size=300))
    bulletin = default.predict(text, reference_date="2022-11-10")
    _check(bulletin, text)
    assert {entity.start // len(TEXT) for entity in bulletin.entities if entity.text == "大兴县"} == set(range(8))
    assert {measure.start // len(TEXT) for measure in bulletin.measures if measure.label == "TESTING"} == set(range(8))
