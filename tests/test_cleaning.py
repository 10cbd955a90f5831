from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_ner.cleaning import clean, detect_language


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("開發(fā)區(qū)11例", "开发区11例"),
        ("發(fā)布會(huì )上", "发布会上"),
        ("确诊(含1例)重症(icu)", "确诊(含1例)重症(icu)"),
        ("開發(fā)了區(qū)們(men)好(hǎo)", "开发了区们好"),
        ("a\u200bb\u00adc\u00a0d\te", "abc d e"),
        ("甲\r\n乙", "甲\n\n乙"),
        ("", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text).text == cleaned


def test_a_reading_belongs_to_its_character() -> None:
    text = "在開發(fā)區(qū)。"
    cleaned = clean(text)
    end = cleaned.text.index("区")
    assert text[cleaned.starts[1] : cleaned.ends[end]] == "開發(fā)區(qū)"


@given(st.text(max_size=80))
def test_the_map_is_in_order_and_inside_the_text(text: str) -> None:
    cleaned = clean(text)
    position = 0
    for start, end in zip(cleaned.starts, cleaned.ends, strict=True):
        assert position <= start < end <= len(text)
        position = end


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("新增确诊病例3例，均为轻型", "zh-Hans"),
        ("新增確診個案3宗", "zh-Hant"),
        ("Three new cases in 北京", "en"),
        ("123", "en"),
        ("", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language
