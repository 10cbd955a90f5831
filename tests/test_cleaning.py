from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_ner.cleaning import clean, detect_language
from bulletin_ner.noise import find_noise

# Any Unicode, and pieces that the rules for noise look for, so that they meet each other.
_TAGS = ("<p>", "</strong>", "<br/>", "<a\u3000href='x'>", "p>", "/div>", "&nbsp;", "&#12289;", "&amp;", "&bogus;")
_PIECES = ("甲", "縣", "(fā)", "（huì ）", "(men)", *_TAGS, "ï¼Œ", "â€œ", "â€", "ã€‚", "锟斤拷", "\ufffd")
NOISY = st.lists(
    st.one_of(st.sampled_from(_PIECES), st.characters(), st.sampled_from("\u200b\u00ad\u00a0\r\n１Ａ\ud800\ue000")), max_size=40
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("開發(fā)區(qū)11例", "开发区11例"),
        ("發(fā)布會(huì )上", "发布会上"),
        ("确诊(含1例)重症(icu)", "确诊(含1例)重症(icu)"),
        ("開發(fā)了區(qū)們(men)好(hǎo)", "开发了区们好"),
        ("a\u200bb\u00adc\u00a0d\te", "abc d e"),
        ("甲\r\n乙", "甲\n\n乙"),
        ("<p>大足<strong>区</strong>通报</p>p>新增", " 大足区通报  新增"),
        ("共3例<br/>其中", "共3例 其中"),
        ("p>0.05，n<p，R0<1>2", "p>0.05，n<p，R0<1>2"),
        ("甲&nbsp;乙&#12289;丙&gt;&bogus;AT&T", "甲 乙、丙>&bogus;AT&T"),
        ("Kaiyuanï¼ŒTieling â€œoneâ€\x9d", "Kaiyuan，Tieling “one”"),
        ("à côté, façade", "à côté, façade"),
        ("街道锟斤拷小区\ufffd\ufffd内", "街道 小区 内"),
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


def test_a_bridged_stretch_keeps_its_offsets() -> None:
    text = "大<b>足</b>区&nbsp;ï¼Œ乙"
    cleaned = clean(text)
    assert [text[start:end] for start, end in zip(cleaned.starts, cleaned.ends, strict=True)] == ["大", "足", "区", "&nbsp;", "ï¼Œ", "乙"]


@given(NOISY)
def test_the_map_is_in_order_and_inside_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    cleaned = clean(text)
    position = 0
    for char, start, end in zip(cleaned.text, cleaned.starts, cleaned.ends, strict=True):
        assert len(char) == 1
        assert position <= start < end <= len(text)
        position = end


@given(NOISY)
def test_only_noise_and_invisible_characters_are_bridged(pieces: list[str]) -> None:
    text = "".join(pieces)
    cleaned = clean(text)
    covered = {index for start, end in zip(cleaned.starts, cleaned.ends, strict=True) for index in range(start, end)}
    noise = {index for found in find_noise(text) for index in range(found.start, found.end)}
    left_out = set(range(len(text))) - covered - noise
    assert all(clean(text[index]).text == "" for index in left_out)
    for char, start, end in zip(cleaned.text, cleaned.starts, cleaned.ends, strict=True):
        if start not in noise and end == start + 1:
            assert char == clean(text[start]).text


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
