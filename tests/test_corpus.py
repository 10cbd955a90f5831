"""What the corpus promises: no fault, its size, every language, genre and measure, and splits that share nothing."""

from __future__ import annotations

import collections
import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

from bulletin_ner.labels import INDICATORS, LANGUAGES, MEASURES
from training.check import load_corpus
from training.data_card import tables
from training.documents import AnnotatedDocument, read_jsonl, write_jsonl
from training.overlap import shared_runs
from training.standoff import join_standoff, write_standoff


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[AnnotatedDocument]]:
    splits, faults = load_corpus(ROOT / "corpus")
    assert faults == []
    return {split: [parsed.document for parsed in own] for split, own in splits.items()}


def test_it_is_large_enough(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    documents = [document for own in corpus.values() for document in own]
    assert len(documents) >= 250
    assert sum(len(document.text) for document in documents) >= 110_000
    languages = collections.Counter(document.language for document in documents)
    assert all(languages[language] >= 40 for language in LANGUAGES)
    assert len({document.genre for document in documents}) >= 18


def test_every_label_occurs_in_every_split(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    for split, documents in corpus.items():
        labels = {label for document in documents for sentence in document.sentences for label in sentence.labels}
        assert labels == set(MEASURES), split
    indicators = {entity.indicator for document in corpus["train"] for entity in document.entities}
    assert indicators >= set(INDICATORS)


def test_splits_share_no_family_and_no_county(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    for field in ("family", "place"):
        seen: dict[str, str] = {}
        for split, documents in corpus.items():
            for document in documents:
                value = getattr(document, field)
                if field == "family" or "/" in value:
                    assert seen.setdefault(value, split) == split, value


def test_no_text_is_a_template(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    documents = [document for own in corpus.values() for document in own]
    assert shared_runs(documents, (ROOT / "corpus/phrases.txt").read_text(encoding="utf-8").splitlines()) == []
    copies = [replace(documents[0], id=str(number)) for number in range(7)]
    assert shared_runs(copies)[0][0] == 7


def test_jsonl_and_standoff_lose_nothing(corpus: dict[str, list[AnnotatedDocument]], tmp_path: Path) -> None:
    documents = corpus["dev"]
    write_jsonl(documents, tmp_path / "dev.jsonl")
    assert list(read_jsonl(tmp_path / "dev.jsonl")) == documents
    write_standoff({"dev": documents}, tmp_path / "labels.jsonl")
    assert documents[0].text not in (tmp_path / "labels.jsonl").read_text(encoding="utf-8")
    rows = [json.dumps({"id": document.id, "text": document.text}, ensure_ascii=False) for document in documents]
    (tmp_path / "texts.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert join_standoff(tmp_path / "labels.jsonl", tmp_path / "texts.jsonl") == documents
    with pytest.raises(ValueError, match="no documents of split 'test'"):
        join_standoff(tmp_path / "labels.jsonl", tmp_path / "texts.jsonl", "test")
    with pytest.raises(FileNotFoundError, match="not part of this project; get them from their source, or take them out"):
        join_standoff(tmp_path / "labels.jsonl", tmp_path / "none.jsonl")


def test_the_data_card_shows_the_corpus_as_it_is(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    card = (ROOT / "docs/data-card.md").read_text(encoding="utf-8")
    assert tables(corpus) in card, "run `python -m training.data_card corpus` and put its tables into docs/data-card.md"
