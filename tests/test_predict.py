"""The contract of `predict`, `predict_many` and `load`: on the tiny model for its laws, on the default model for its answers."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bulletin_ner
from bulletin_ner import ModelError, Tagger
from bulletin_ner.labels import ENTITY_TYPES, MEASURES
from bulletin_ner.saved import verify_checksums
from bulletin_ner.segmentation import sentences

TEXT = (
    "大兴县疫情通报\r\n截至11月10日20時(shí)，大兴县累计报告确诊病例12例，共采样1.2万余人次。\u200b\n"
    "县长周明远要求继续做好核酸检测。As of November 10, 31 cases were found in Dongshan County.\n"
)


def _check(bulletin: bulletin_ner.Bulletin, text: str) -> None:
    assert bulletin.text == text
    end = 0
    for number, entity in enumerate(bulletin.entities):
        assert entity.id == number
        assert end <= entity.start < entity.end
        assert text[entity.start : entity.end] == entity.text == entity.text.strip()
        assert entity.type in ENTITY_TYPES
        assert 0 <= entity.score <= 1
        end = entity.end
    bounds = set(sentences(text))
    for measure in bulletin.measures:
        assert (measure.start, measure.end) in bounds
        assert text[measure.start : measure.end] == measure.text
        assert measure.label in MEASURES


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.one_of(st.sampled_from("甲县11月3日。 \r\n報(bào)"), st.characters()), max_size=120))
def test_offsets_hold_for_any_text(tiny: Tagger, text: str) -> None:
    _check(tiny.predict(text), text)


def test_long_text_is_windowed_not_truncated(default: Tagger) -> None:
    text = TEXT * 60
    bulletin = default.predict(text)
    _check(bulletin, text)
    found = {entity.start // len(TEXT) for entity in bulletin.entities if entity.type == "PLACE"}
    assert found == set(range(60))


def test_the_json_keeps_its_shape(default: Tagger) -> None:
    full, empty = default.predict(TEXT, reference_date="2022-11-10").to_dict(), default.predict("").to_dict()
    assert full.keys() == empty.keys() == {
        "text", "language", "reference_date", "model", "entities", "measures", "records", "warnings",
    }  # fmt: skip
    assert empty["entities"] == empty["measures"] == empty["records"] == empty["warnings"] == []
    keys = {
        "id",
        "type",
        "text",
        "start",
        "end",
        "score",
        "value",
        "modifier",
        "unit",
        "indicator",
        "aspect",
        "kind",
        "code",
        "name",
        "roles",
        "posts",
        "level",
        "parents",
        "candidates",
        "person",
    }
    assert full["entities"]
    assert all(entity.keys() == keys for entity in full["entities"])
    assert json.loads(default.predict(TEXT, reference_date="2022-11-10").to_json()) == full


def test_the_default_model_reads_a_plain_bulletin(default: Tagger) -> None:
    found = {(entity.type, entity.text): entity for entity in default.predict(TEXT, reference_date="2022-11-10").entities}
    assert found["DATE", "11月10日20時(shí)"].value == "2022-11-10T20:00"
    count = found["COUNT", "12例"]
    assert (count.value, count.indicator, count.aspect) == (12, "confirmed_cases", "cumulative")
    assert found["PLACE", "大兴县"].kind == "admin"
    assert found["OFFICIAL", "周明远"].roles == ("县长",)
    assert found["PLACE", "Dongshan County"]
    assert "TESTING" in {measure.label for measure in default.predict(TEXT).measures}


def test_predict_many_streams_in_order(tiny: Tagger) -> None:
    texts = [TEXT[: 10 * number] for number in range(8)]
    taken = []

    def stream() -> object:
        for text in texts:
            taken.append(text)
            yield text

    results = tiny.predict_many(stream(), batch_size=3)  # type: ignore[arg-type]
    assert next(results).text == ""
    assert len(taken) == 3
    assert [bulletin.text for bulletin in results] == texts[1:]


def test_the_module_level_functions_use_the_default_model(default: Tagger) -> None:
    assert bulletin_ner.predict(TEXT) == default.predict(TEXT)
    assert list(bulletin_ner.predict_many([TEXT])) == [default.predict(TEXT)]


def test_both_backends_agree() -> None:
    # Eight bits move scores by some hundredths: none is left out here for lying just below the least score.
    first, second = (bulletin_ner.load(backend=backend, min_score=0.0).predict(TEXT) for backend in ("onnx", "torch"))
    assert [(e.type, e.start, e.end) for e in first.entities] == [(e.type, e.start, e.end) for e in second.entities]


def test_the_least_score_is_the_users_to_set_for_entities_and_measures(default: Tagger) -> None:
    usual = default.predict(TEXT)
    scores = sorted(found.score for found in (*usual.entities, *usual.measures))
    # In the widest gap between two scores, so that their rounding is no matter.
    least = max((higher - lower, (lower + higher) / 2) for lower, higher in pairwise(scores))[1]
    strict, loose = (bulletin_ner.load(min_score=score).predict(TEXT) for score in (least, 0.001))
    assert [(e.start, e.end) for e in strict.entities] == [(e.start, e.end) for e in usual.entities if e.score >= least]
    assert strict.measures == tuple(measure for measure in usual.measures if measure.score >= least)
    assert len(strict.entities) + len(strict.measures) < len(scores)
    assert set(usual.measures) < set(loose.measures)


@pytest.mark.parametrize("text", [None, b"abc", 3, ["a"]])
def test_a_non_string_is_a_type_error(tiny: Tagger, text: object) -> None:
    with pytest.raises(TypeError, match=f"must be a str, not {type(text).__name__}"):
        tiny.predict(text)  # type: ignore[arg-type]


def test_bad_arguments_are_named(tiny: Tagger) -> None:
    with pytest.raises(ValueError, match=r"reference_date '10\.11\.2022' is no day"):
        tiny.predict("a", reference_date="10.11.2022")
    with pytest.raises(TypeError, match="for one text use predict"):
        next(tiny.predict_many("abc"))
    with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
        next(tiny.predict_many(["a"], batch_size=0))
    with pytest.raises(ValueError, match="backend 'tpu' is none of onnx, torch"):
        bulletin_ner.load(backend="tpu")


def test_a_broken_folder_is_said(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json"):
        bulletin_ner.load(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(tiny_model, broken, ignore=shutil.ignore_patterns("run"))
    (broken / "weights.safetensors").write_bytes(b"short")
    with pytest.raises(ModelError, match=r"weights\.safetensors: 5 bytes, expected"):
        bulletin_ner.load(broken)
    (broken / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match=r"weights\.safetensors is missing"):
        bulletin_ner.load(broken)
    (broken / "config.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(ModelError, match="format 99"):
        bulletin_ner.load(broken)


def test_the_default_model_is_whole_and_small() -> None:
    folder = ROOT / "models/default"
    verify_checksums(folder)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    assert sum(sizes) <= 100 * 2**20
    assert max(sizes) <= 95 * 2**20
