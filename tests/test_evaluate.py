from __future__ import annotations

import pytest

from bulletin_ner.schema import Bulletin, Entity, Measure
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence
from training.evaluate import format_scores, score_documents

TEXT = "甲县新增3例，乙县1例。明日检测。"


def _gold() -> AnnotatedDocument:
    entities = (
        GoldEntity("PLACE", 0, 2, kind="admin"),
        GoldEntity("COUNT", 4, 6, indicator="infections", aspect="new", value=3.0, modifier="exact"),
        GoldEntity("PLACE", 7, 9, kind="admin"),
        GoldEntity("DATE", 12, 14, value="2022-11-11"),
    )
    sentences = (GoldSentence(0, 12, ()), GoldSentence(12, 17, ("TESTING",)))
    return AnnotatedDocument("a", TEXT, "zh-Hans", "other", "covid-19", "x", "f", "none", "2022-11-10", entities, sentences)


def _found(*entities: Entity, measures: tuple[Measure, ...] = ()) -> Bulletin:
    return Bulletin(TEXT, "zh-Hans", None, "m", entities, measures, ())


def _entity(name: str, start: int, end: int, **values: object) -> Entity:
    return Entity(0, name, TEXT[start:end], start, end, 1.0, **values)  # type: ignore[arg-type]


def test_scores_by_hand() -> None:
    found = _found(
        _entity("PLACE", 0, 2, kind="site"),
        _entity("COUNT", 4, 6, indicator="infections", aspect="cumulative", value=3, modifier="exact"),
        _entity("PLACE", 7, 10),
        measures=(Measure("TESTING", 0.9, 12, 17, TEXT[12:17]), Measure("GOVERNANCE", 0.9, 0, 12, TEXT[0:12])),
    )
    scores = score_documents([_gold()], [found])
    everything = scores["entities"]["all"]
    assert (everything["precision"], everything["recall"], everything["support"]) == (2 / 3, 2 / 4, 4)
    assert scores["entities"]["PLACE"]["f1"] == 0.5
    assert scores["relaxed"]["all"]["precision"] == 1
    assert scores["relaxed"]["all"]["recall"] == 3 / 4
    assert scores["measures"]["micro"]["precision"] == 0.5
    assert scores["measures"]["TESTING"]["f1"] == 1
    values = {name: row["accuracy"] for name, row in scores["values"].items()}
    assert values == {"COUNT.aspect": 0, "COUNT.indicator": 1, "COUNT.modifier": 1, "COUNT.value": 1, "PLACE.kind": 0}
    assert "PLACE" in format_scores(scores)


def test_nothing_found_scores_zero() -> None:
    scores = score_documents([_gold()], [_found()])
    assert scores["entities"]["all"]["f1"] == 0
    assert scores["measures"]["micro"]["f1"] == 0


def test_documents_and_predictions_must_pair_up() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        score_documents([_gold()], [])
