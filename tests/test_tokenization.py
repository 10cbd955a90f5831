"""Tokens: the quick Unigram gives what the library gives, offsets hold for any text, and a folder gives the same again."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bulletin_ner.saved import read_config
from bulletin_ner.tokenization import BulletinTokenizer
from bulletin_ner.unigram import Unigram
from training.base_encoder import build_tokenizer

DEFAULT = ROOT / "models/default"
# Scripts, compatibility forms and marks that the normalisation joins, splits or reorders.
_MIXED = (
    "甲 縣 確診 12例 1.2万 COVID-19 naïve straße İ ﬁ ㎏ ① ½ é à가각 ㄱ ไทย हिन्दी العربية Кириллица 😀 ▁ \u200d \u00a0 <s> </s> <mask>"
).split(" ")
TEXTS = st.lists(st.one_of(st.sampled_from([*_MIXED, " ", "\n"]), st.characters(exclude_categories=["Cs"])), max_size=30).map("".join)


@pytest.fixture(scope="module")
def quick() -> BulletinTokenizer:
    return _load(DEFAULT)


@pytest.fixture(scope="module")
def library(quick: BulletinTokenizer) -> Tokenizer:
    return quick.library()


def _load(folder: Path) -> BulletinTokenizer:
    special = read_config(folder)["special_tokens"]
    return BulletinTokenizer.from_folder(folder, special["begin"], special["separator"], special["padding"])


def _same(quick: BulletinTokenizer, library: Tokenizer, line: str) -> None:
    ours, theirs = quick._encode([line])[0], library.encode(line, add_special_tokens=False)
    assert (ours.ids, ours.offsets) == (theirs.ids, theirs.offsets)


@settings(deadline=None)
@given(line=TEXTS)
def test_the_quick_unigram_is_the_library_s(quick: BulletinTokenizer, library: Tokenizer, line: str) -> None:
    for name in ("<s>", "</s>", "<mask>", "<pad>", "<unk>"):  # names of special tokens, which the library finds in text and we do not
        line = line.replace(name, "")
    _same(quick, library, line)


def test_it_is_the_library_s_on_the_corpus(quick: BulletinTokenizer, library: Tokenizer) -> None:
    for path in sorted((ROOT / "corpus/dev").glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            _same(quick, library, line)


def test_names_of_special_tokens_are_text(quick: BulletinTokenizer) -> None:
    special = {quick.begin, quick.separator, quick.padding}
    assert not special & set(quick("甲县 <pad> 3例 &lt;s&gt;").ids.tolist())


@settings(deadline=None)
@given(text=TEXTS)
def test_offsets_are_in_order_and_inside_any_text(quick: BulletinTokenizer, text: str) -> None:
    tokens = quick(text)
    assert all(0 <= start < end <= len(text) for start, end in zip(tokens.starts, tokens.ends, strict=True))
    assert all(tokens.starts[1:] >= tokens.starts[:-1])


def test_a_long_word_is_split_as_the_library_does(quick: BulletinTokenizer, library: Tokenizer) -> None:
    for line in ("ab" * 3000, "ไทย" * 300, "x\u0301" * 500, "\U0001f600\u4e00\u3400\U00020000"):
        _same(quick, library, line)


def test_what_no_piece_has_is_one_unknown_token() -> None:
    tokenizer = build_tokenizer([("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁a", -1.0), ("b", -2.0)], 3)
    unigram = Unigram.of(tokenizer)
    assert unigram is not None
    assert [(token.id, token.value, token.offsets) for token in unigram("▁aéçb")] == [
        (4, "▁a", (0, 4)),
        (3, "éç", (4, 8)),
        (5, "b", (8, 9)),
    ]
    with pytest.raises(ValueError, match="2 pieces, 1 scores, unknown piece 0"):
        Unigram(["a", "b"], [0.0], 0, {})


def test_a_folder_gives_the_same_tokenizer_again(quick: BulletinTokenizer, library: Tokenizer, tmp_path: Path) -> None:
    quick.save(tmp_path)
    again = BulletinTokenizer.from_folder(tmp_path, quick.begin, quick.separator, quick.padding)
    text = "大兴县确诊12例。\nThree cases in Dongshan County.\n"
    assert again(text).ids.tolist() == quick(text).ids.tolist()
    assert again.library().to_str() == library.to_str()
