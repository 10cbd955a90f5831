"""The estimator in scikit-learn's own machinery, and the frames of a Bulletin."""

from __future__ import annotations

import pickle
from dataclasses import fields
from pathlib import Path

import pandas
import pytest
from made_bulletin import bulletin
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import bulletin_ner
from bulletin_ner.estimator import BulletinTagger
from bulletin_ner.labels import MEASURES
from bulletin_ner.schema import Entity, Measure, Record

TEXT = "截至11月10日20时，大兴县累计报告确诊病例12例。县长周明远要求继续做好核酸检测。"


@pytest.fixture(scope="module")
def texts() -> pandas.Series:
    return pandas.Series([TEXT, "大家辛苦了。"], index=["a", "b"])


def test_predict_and_transform(texts: pandas.Series, default: bulletin_ner.Tagger) -> None:
    tagger = BulletinTagger(reference_date="2022-11-10")
    assert tagger.predict(texts) == [default.predict(text, "2022-11-10") for text in texts]
    frame = tagger.fit(texts).transform(texts)
    assert list(frame.index) == ["a", "b"]
    assert list(frame.columns) == list(MEASURES)
    assert frame.loc["a", "TESTING"] == 1
    assert frame.loc["b"].sum() == 0
    assert tagger.transform([]).shape == (0, 22)


def test_it_is_an_estimator(tiny_model: Path, texts: pandas.Series) -> None:
    tagger = BulletinTagger(model=str(tiny_model), batch_size=2)
    expected = tagger.predict(texts)
    copy = clone(tagger)
    assert copy.get_params() == tagger.get_params() == {
        "model": str(tiny_model), "backend": "onnx", "reference_date": None, "batch_size": 2,
    }  # fmt: skip
    assert pickle.loads(pickle.dumps(tagger)).predict(texts) == expected  # noqa: S301
    with pytest.raises(bulletin_ner.ModelError, match=r"no config\.json"):
        tagger.set_params(model="corpus").predict(texts)


def test_it_stands_in_a_pipeline(texts: pandas.Series, tiny_model: Path) -> None:
    tagger = BulletinTagger(model=str(tiny_model))
    pipeline = make_pipeline(ColumnTransformer([("measures", tagger, "text")]), FunctionTransformer())
    found = pipeline.fit_transform(pandas.DataFrame({"text": texts}))
    assert found.tolist() == tagger.transform(texts).to_numpy().tolist()
    assert pipeline[:1].get_feature_names_out()[0] == "measures__TESTING"


@pytest.mark.parametrize(
    ("given", "message"),
    [(TEXT, "for one text use"), (pandas.Series(["x", None], index=["p", "q"]), "row 'q'"), ([b"x"], "row 0: .* not bytes")],
)
def test_what_is_no_text_is_named(given: object, message: str, tiny_model: Path) -> None:
    with pytest.raises(TypeError, match=message):
        BulletinTagger(model=str(tiny_model)).predict(given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "type_"), [("records", Record), ("entities", Entity), ("measures", Measure)])
def test_frames(kind: str, type_: type, default: bulletin_ner.Tagger) -> None:
    told, empty = default.predict(TEXT, "2022-11-10"), default.predict("")
    columns = [field.name for field in fields(type_)]
    frame = told.to_frame(kind)  # type: ignore[arg-type]
    assert list(frame.columns) == list(empty.to_frame(kind).columns) == columns  # type: ignore[arg-type]
    assert list(frame["start"]) == [row.start for row in getattr(told, kind)]
    assert len(frame) == len(getattr(told, kind)) > 0


def test_a_frame_keeps_its_integers() -> None:
    """A row of an explicit zero has no entity, a place no person: the others' ids stay integers."""
    records, entities = bulletin(3).to_frame(), bulletin(3).to_frame("entities")
    assert {str(records[name].dtype) for name in ("entity", "place_entity", "date_entity", "start", "end")} == {"Int64"}
    assert records["entity"].tolist() == [1, pandas.NA]
    assert (
        str(entities["person"].dtype) == str(bulletin_ner.Bulletin("", "en", None, "m", (), (), ()).to_frame()["entity"].dtype) == "Int64"
    )


def test_the_frame_is_of_records_unless_told(default: bulletin_ner.Tagger) -> None:
    told = default.predict(TEXT, "2022-11-10")
    assert told.to_frame().equals(told.to_frame("records"))
    with pytest.raises(ValueError, match="kind 'tokens' is none of records, entities, measures"):
        told.to_frame("tokens")  # type: ignore[arg-type]
