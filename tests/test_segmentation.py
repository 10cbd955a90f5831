from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_ner.segmentation import sentences


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("甲。乙！丙", ["甲。", "乙！", "丙"]),
        ("他说：“好。”走了。", ["他说：“好。”", "走了。"]),
        ("一是甲；二是乙。", ["一是甲；二是乙。"]),
        ("It rose to 2.9 million. Then it fell.", ["It rose to 2.9 million.", "Then it fell."]),
        ("Dazu No. 1 School.", ["Dazu No.", "1 School."]),
        ('She said "go." He went.', ['She said "go."', "He went."]),
        ("标题\r\n\r\n正文\n", ["标题", "正文"]),
        ("什么？！真的", ["什么？！", "真的"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences(text: str, pieces: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == pieces


@given(st.text(alphabet=st.sampled_from("甲乙。！?.” a1\n\r\t"), max_size=60))
def test_every_visible_character_is_in_exactly_one_sentence(text: str) -> None:
    covered = [0] * len(text)
    end = 0
    for start, stop in sentences(text):
        assert end <= start < stop
        end = stop
        for index in range(start, stop):
            covered[index] += 1
    assert all(count == 1 for char, count in zip(text, covered, strict=True) if not char.isspace())
