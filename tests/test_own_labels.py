"""A model with labels of its own: they come from the config alone, and the saved folder keeps them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import smoke_config

import bulletin_ner
from bulletin_ner import ModelError
from bulletin_ner.labels import ENTITY_TYPES, MEASURES, LabelInventory
from training.augmentation import CHANGES
from training.config import Config, ConfigError, load_config
from training.data import load_documents
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence, check_labels, write_jsonl
from training.evaluate import predict_documents, score_documents
from training.train import train

TYPES = ["Symptom", "DATE"]
OWN_MEASURES = ["HOME", "CLINIC", "就诊"]


def _document(number: int, *parts: tuple[str, str | None, tuple[str, ...]]) -> AnnotatedDocument:
    """Sentences of one entity each: words before it, its text and type, the sentence's labels."""
    text, entities, sentences = "", [], []
    for sentence, kind, labels in parts:
        before, _, rest = sentence.partition("<")
        inside, _, after = rest.partition(">")
        start = len(text)
        text += before + inside + after
        if kind is not None:
            entities.append(GoldEntity(kind, start + len(before), start + len(before) + len(inside)))
        sentences.append(GoldSentence(start, len(text), labels))
    return AnnotatedDocument(
        f"own-{number}", text, "zh-Hans", "other", "other", "x", "own", "none", None, tuple(entities), tuple(sentences)
    )


def _documents() -> list[AnnotatedDocument]:
    return [
        _document(1, ("患者<发热>三天。", "Symptom", ()), ("<11月3日>起居家。", "DATE", ("HOME",))),
        _document(2, ("<11月4日>到医院就诊。", "DATE", ("CLINIC", "就诊")), ("无症状。", None, ())),
        _document(3, ("家中有人<咳嗽>。", "Symptom", ("HOME",)), ("请到门诊。", None, ("CLINIC",))),
    ]


def _config(folder: Path, **changes: object) -> Config:
    source = folder / "own.jsonl"
    write_jsonl(_documents(), source)
    changes = {f"data__{name}": [str(source)] for name in ("train", "dev", "test")} | changes
    changes |= {f"augmentation__{name}": 0.0 for name in CHANGES}
    return smoke_config(folder / "model", labels__entity_types=TYPES, labels__measures=OWN_MEASURES, **changes)


@pytest.fixture(scope="module")
def own_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    learnt = {"training__epochs": 60, "training__checkpoint_steps": 1000, "encoder__dropout": 0.0, "heads__dropout": 0.0}
    learnt |= {"training__average_decay": 0.5, "export__weights": "float32", "export__embeddings": "float32"}
    return train(_config(tmp_path_factory.mktemp("own"), **learnt))


def test_it_learns_them_and_tells_them(own_model: Path) -> None:
    tagger = bulletin_ner.load(own_model)
    assert tagger.settings.labels == LabelInventory(tuple(TYPES), tuple(OWN_MEASURES))
    bulletin = tagger.predict(_documents()[0].text, reference_date="2022-11-10")
    assert [(e.type, e.text, e.value) for e in bulletin.entities] == [("Symptom", "发热", None), ("DATE", "11月3日", "2022-11-03")]
    assert [(m.label, m.text) for m in bulletin.measures] == [("HOME", "11月3日起居家。")]
    assert json.loads(bulletin.to_json())["entities"][0]["type"] == "Symptom"
    assert "Symptom" in bulletin.to_html()
    scores = score_documents(_documents(), predict_documents(tagger, _documents()), labels=tagger.settings.labels)
    assert list(scores["entities"]) == [*TYPES, "all"]
    assert scores["entities"]["all"]["f1"] == 1
    assert {name: row["f1"] for name, row in scores["measures"].items()} == dict.fromkeys(["micro", "macro", *OWN_MEASURES], 1.0)


def test_both_backends_read_the_folder(own_model: Path) -> None:
    text = _documents()[1].text
    first, second = (bulletin_ner.load(own_model, backend).predict(text) for backend in ("onnx", "torch"))
    assert [(e.type, e.start, e.end) for e in first.entities] == [(e.type, e.start, e.end) for e in second.entities] != []
    assert [m.label for m in first.measures] == [m.label for m in second.measures] == ["CLINIC", "就诊"]


@pytest.mark.parametrize(("types", "measures"), [(["Symptom", "DATE"], []), ([], ["HOME", "CLINIC", "就诊"])])
def test_a_model_may_lack_a_head(tmp_path: Path, types: list[str], measures: list[str]) -> None:
    config = _config(tmp_path, training__epochs=1)
    kept = [
        AnnotatedDocument(**{**vars(d), "entities": d.entities if types else (), "sentences": _labelled(d, bool(measures))})
        for d in _documents()
    ]
    write_jsonl(kept, tmp_path / "own.jsonl")
    labels = config.labels.model_copy(update={"entity_types": types, "measures": measures})
    model = train(config.model_copy(update={"labels": labels}))
    for backend in bulletin_ner.BACKENDS:
        bulletin = bulletin_ner.load(model, backend).predict(kept[0].text)
        assert {e.type for e in bulletin.entities} <= set(types)
        assert {m.label for m in bulletin.measures} <= set(measures)
    metrics = json.loads((model / "metrics.json").read_text(encoding="utf-8"))
    assert list(metrics["test"]["measures"]) == ["micro", "macro", *measures]
    assert list(metrics["test"]["entities"]) == [*types, "all"]


def _labelled(document: AnnotatedDocument, kept: bool) -> tuple[GoldSentence, ...]:
    return tuple(GoldSentence(s.start, s.end, s.labels if kept else ()) for s in document.sentences)


def test_a_label_that_the_model_lacks_is_said(tmp_path: Path) -> None:
    config = _config(tmp_path)
    short = config.labels.model_copy(update={"entity_types": ["DATE"]})
    with pytest.raises(ValueError, match=r"own-1: entity type 'Symptom' at 2 .*labels\.entity_types"):
        train(config.model_copy(update={"labels": short}))
    with pytest.raises(ValueError, match=r"own-1: measure 'HOME' at 7 .*labels\.measures"):
        check_labels(load_documents(str(tmp_path / "own.jsonl")), LabelInventory(tuple(TYPES)))


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ('entity_types = ["A", "A"]', "labels: entity type 'A' stands twice"),
        ('measures = ["two words"]', "labels: measure 'two words': a label is letters"),
        ('entity_types = ["O"]', "labels: entity type 'O': a label is"),
        ("entity_types = []\nmeasures = []", "nothing to tell apart"),
        ('measures = "A"', r"labels\.measures: input should be a valid list"),
    ],
)
def test_faulty_labels_in_a_config_are_named(tmp_path: Path, section: str, message: str) -> None:
    smoke = (Path(__file__).parent.parent / "configs/smoke.toml").read_text(encoding="utf-8")
    path = tmp_path / "bad.toml"
    path.write_text(f"{smoke}\n[labels]\n{section}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_config(path)


def test_without_a_section_they_are_the_packages() -> None:
    config = load_config(Path(__file__).parent.parent / "configs/default.toml")
    assert config.labels.inventory == LabelInventory(ENTITY_TYPES, MEASURES)


def test_a_folder_whose_labels_do_not_fit_is_refused(own_model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(own_model, broken, ignore=shutil.ignore_patterns("run"))
    content = json.loads((broken / "config.json").read_text(encoding="utf-8"))
    for labels, message in (
        (content["labels"] | {"measures": OWN_MEASURES[:2]}, "do not fit its labels"),
        (content["labels"] | {"measures": ["HOME", "HOME", "CLINIC"]}, "stands twice"),
        (content["labels"] | {"aspects": ["new"]}, "aspects are not those of this version"),
    ):
        (broken / "config.json").write_text(json.dumps(content | {"labels": labels}), encoding="utf-8")
        with pytest.raises(ModelError, match=message):
            bulletin_ner.load(broken)
