from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bulletin_ner.calibration import Scaling
from bulletin_ner.labels import MEASURES
from bulletin_ner.schema import Bulletin, Entity, Measure, Record
from training.calibration import tune_min_score
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence
from training.evaluate import score_documents
from training.evaluation.readings import Reading
from training.links import GoldLink, GoldLinks

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


def _reading(bulletin: Bulletin, probabilities: np.ndarray | None = None) -> Reading:
    gold = _gold()
    return Reading(gold, bulletin, np.zeros((len(gold.sentences), len(MEASURES))) if probabilities is None else probabilities)


def test_nothing_found_scores_zero() -> None:
    scores = score_documents([_gold()], [_found()])
    assert scores["entities"]["all"]["f1"] == 0
    assert scores["measures"]["micro"]["f1"] == 0


def test_documents_and_predictions_must_pair_up() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        score_documents([_gold()], [])


def test_the_least_score_is_the_best_on_the_documents() -> None:
    right = [_entity(e.type, e.start, e.end) for e in _gold().entities]
    wrong = replace(_entity("PLACE", 10, 11), score=0.3)
    assert tune_min_score([_reading(_found(*right[:3], wrong, right[3]))], Scaling()) == 0.35
    assert tune_min_score([_reading(_found(*right))], Scaling()) == 0.0
    assert tune_min_score([_reading(_found(*right[:3], wrong, right[3]))], Scaling(bias=-1.0)) == 0.2  # 0.3 has become 0.14


def test_values_and_records_by_hand() -> None:
    entities = (
        replace(_entity("PLACE", 0, 2, kind="admin", code="110101"), name="甲县"),
        _entity("COUNT", 4, 6, indicator="infections", aspect="new", value=3, modifier="exact"),
    )
    entities = tuple(replace(entity, id=number) for number, entity in enumerate(entities))
    record = Record("infections", "new", 3, "exact", "例", "甲县", "110101", None, None, None, 1, 0, None, 0, 12, 1.0)
    zero = replace(record, entity=None, indicator="deaths", value=0)
    links = {"a": GoldLinks("a", (GoldLink(4, "甲县", None),), {"甲县": "110101"}, {})}
    scores = score_documents([_gold()], [replace(_found(*entities), records=(record, zero))], links)
    assert scores["values"]["PLACE.code"] == {"accuracy": 1.0, "support": 1}
    assert scores["values"]["PLACE.wrong code"] == {"accuracy": 0.0, "support": 1}
    assert (scores["records"]["records"]["precision"], scores["records"]["records"]["recall"]) == (0.5, 1.0)
    assert scores["records"]["zeros"]["precision"] == 0
    elsewhere = {"a": GoldLinks("a", (GoldLink(4, "乙县", None),), {}, {})}
    assert score_documents([_gold()], [replace(_found(*entities), records=(record,))], elsewhere)["records"]["records"]["f1"] == 0
