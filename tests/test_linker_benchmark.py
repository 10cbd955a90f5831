"""The linker benchmark: candidates and their truth, a model that learns what the rules do not do, and the table."""

from __future__ import annotations

import re

import linker
import pytest
from link_choices import Figure, read_figures

from training.documents import AnnotatedDocument, GoldEntity, GoldSentence
from training.links import GoldLink, GoldLinks


def _figures(day: int, place: str) -> list[Figure]:
    """One figure of 海丰县, as the rules have it, whose gold link is ``place``."""
    text = f"11月{day}日，海丰县新增确诊病例{day}例，陆河县情况正常。"
    spans = [("DATE", f"11月{day}日"), ("PLACE", "海丰县"), ("COUNT", f"{day}例"), ("PLACE", "陆河县")]
    more = {"COUNT": {"indicator": "confirmed_cases", "aspect": "new"}, "PLACE": {"kind": "admin"}, "DATE": {}}
    entities = tuple(GoldEntity(kind, text.index(words), text.index(words) + len(words), **more[kind]) for kind, words in spans)
    sentence = (GoldSentence(0, len(text), ()),)
    name = f"{place}-{day}"
    document = AnnotatedDocument(name, text, "zh-Hans", "circular", "covid-19", place, "made", "none", "2022-11-30", entities, sentence)
    count = next(entity for entity in entities if entity.type == "COUNT")
    return read_figures(document, GoldLinks(name, (GoldLink(count.start, place, f"2022-11-{day}"),), {}, {}))


def test_choices_say_what_is_right_and_what_the_rules_gave() -> None:
    (figure,) = _figures(12, "陆河县")
    assert {choice.key: (choice.right, choice.ruled) for choice in figure.choices["place"]} == {
        "海丰县": (False, True),
        "陆河县": (True, False),
        None: (False, False),
    }
    assert [(choice.key, choice.right) for choice in figure.choices["date"]] == [("2022-11-12", True), (None, False)]
    assert figure.ruled == {"place": False, "date": True}


@pytest.mark.parametrize("stacked", [False, True])
def test_a_model_learns_a_link_that_the_rules_miss(stacked: bool) -> None:
    model = linker.fit([_figures(day, "陆河县") for day in range(10, 16)], "place", linker.ESTIMATORS["logistic regression"], stacked)
    assert linker.apply(model, _figures(20, "陆河县"), "place", stacked) == [True]
    assert linker.apply(model, _figures(20, "海丰县"), "place", stacked) == [False]


def test_the_table_has_every_method_and_counts_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linker, "ESTIMATORS", {"logistic regression": linker.ESTIMATORS["logistic regression"]})
    monkeypatch.setattr(linker, "FOLDS", 3)
    known = [_figures(day, "陆河县") for day in range(10, 22)]
    table = linker.report({"dev": known[:6], "real news": known[6:], "test": [_figures(23, "海丰县")]}, workers=1)
    rows = {line.split(" | ")[0].strip("| "): line for line in table.splitlines()}
    assert "0.000 / 1.000 / 0.000 | 0.000 / 1.000 / 0.000 | 1.000 / 1.000 / 1.000" in rows["rules"]
    for name in ("logistic regression", "logistic regression, rules as a clue"):
        assert re.search(
            r"\| 1\.000 / 1\.000 / 1\.000, \+6 -0 \| 1\.000 / 1\.000 / 1\.000, \+6 -0 \| 0\.000 / 1\.000 / 0\.000, \+0 -1 \|$", rows[name]
        )
