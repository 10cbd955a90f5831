"""What the corpus promises: no fault, its size, every language, genre and measure, and splits that share nothing."""

from __future__ import annotations

import collections
import json
from dataclasses import replace
from pathlib import Path

import datasets
import pytest
from conftest import ROOT

from bulletin_ner.labels import ENTITY_TYPES, INDICATORS, LANGUAGES, MEASURES
from training.check import load_corpus
from training.data_card import CARD, PROVINCES, fill, province, tables
from training.documents import AnnotatedDocument, read_jsonl, write_jsonl
from training.links import read_links
from training.overlap import shared_runs
from training.standoff import join_standoff, read_labels, write_standoff


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[AnnotatedDocument]]:
    splits, faults = load_corpus(ROOT / "corpus")
    assert faults == []
    return {split: [parsed.document for parsed in own] for split, own in splits.items()}


def test_it_is_large_enough(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    documents = [document for own in corpus.values() for document in own]
    assert len(documents) >= 1200
    assert sum(len(document.text) for document in documents) >= 550_000
    languages = collections.Counter(document.language for document in documents)
    assert all(languages[language] >= len(documents) / 6 for language in LANGUAGES)
    assert len({document.genre for document in documents}) >= 18
    assert sum(document.disease != "covid-19" for document in documents) >= 250
    assert sum(len(document.text) > 2000 for document in documents) >= 80
    assert sum(any(entity.type == "OFFICIAL" for entity in document.entities) for document in documents) >= 350
    places = collections.Counter(province(document.place) for document in documents)
    assert all(places[name] >= 15 for name in PROVINCES)
    assert places[None] >= 60


def test_every_measure_is_frequent_in_every_variety(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    documents = [document for own in corpus.values() for document in own]
    sentences = collections.Counter((label, d.language) for d in documents for sentence in d.sentences for label in sentence.labels)
    holders = collections.Counter(pair for d in documents for pair in {(label, d.language) for s in d.sentences for label in s.labels})
    for label in MEASURES:
        for language in LANGUAGES:
            assert sentences[label, language] >= 150, (label, language)
            assert holders[label, language] >= 60, (label, language)


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


def test_it_loads_as_a_dataset(corpus: dict[str, list[AnnotatedDocument]], tmp_path: Path) -> None:
    for split, documents in corpus.items():
        write_jsonl(documents[:20], tmp_path / "corpus" / f"{split}.jsonl")
    loaded = datasets.load_dataset(str(tmp_path / "corpus"), cache_dir=str(tmp_path / "cache"))
    assert set(loaded) == {"train", "validation", "test"}
    first = loaded["test"][0]
    assert first["text"] == corpus["test"][0].text
    assert len(first["entities"]) == len(corpus["test"][0].entities)


def test_standoff_labels_fit_the_rules_of_the_corpus() -> None:
    documents = read_labels(ROOT / "corpus/standoff/dxy-news.jsonl")
    assert len(documents) >= 500
    assert all(document.sentences for document in documents)
    assert {entity.type for document in documents for entity in document.entities} == set(ENTITY_TYPES)


def test_links_point_at_what_is_annotated(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    links = read_links(ROOT / "corpus/links")
    linked = [document for document in corpus["train"] if document.id in links]
    assert len(linked) >= 92
    for document in (*corpus["dev"], *corpus["test"], *linked):
        own = links[document.id]
        counts = {entity.start for entity in document.entities if entity.type == "COUNT"}
        officials = {entity.start for entity in document.entities if entity.type == "OFFICIAL"}
        places = {document.text[entity.start : entity.end] for entity in document.entities if entity.type == "PLACE"}
        assert all(link.indicator is not None or link.start in counts for link in own.links), document.id
        assert set(own.roles) <= officials, document.id
        roles = {entity.start for entity in document.entities if entity.type == "ROLE"}
        assert {start for starts in own.roles.values() for start in starts} <= roles, document.id
        assert {link.place for link in own.links} - {None} <= places, document.id


def test_the_data_card_shows_the_corpus_as_it_is(corpus: dict[str, list[AnnotatedDocument]]) -> None:
    card = (ROOT / CARD).read_text(encoding="utf-8")
    real = read_labels(ROOT / "corpus/standoff/dxy-news.jsonl")
    assert fill(card, tables(corpus, real), ROOT / "corpus/agreement") == card, "run `python -m training.data_card corpus --write`"


def test_a_row_nested_too_deeply_is_named(tmp_path: Path) -> None:
    (tmp_path / "deep.jsonl").write_text("[" * 100_000 + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"deep\.jsonl:1: nested too deep to be jsonl"):
        list(read_jsonl(tmp_path / "deep.jsonl"))
