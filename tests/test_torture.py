"""A small part of `make torture`, with other seeds."""

from __future__ import annotations

import time

import pytest
import torture
from lengths import text_of
from random_model import random_tagger

from bulletin_ner import Tagger


def test_no_text_breaks_the_stages() -> None:
    counts = torture.run(random_tagger(2), 300, first=10_000_000, report=lambda _: None)
    assert counts["texts"] == 300
    assert min(counts["entities"], counts["records"], counts["measures"]) > 100


def test_no_text_breaks_the_tagger(default: Tagger) -> None:
    assert torture.run(default, 10, first=20_000_000)["texts"] == 10


def test_a_fault_names_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case: torture.Case) -> None:
        if case.seed == 3:
            raise ValueError("broken")

    monkeypatch.setattr(torture, "check_stages", broken)
    with pytest.raises(AssertionError, match=r"broken; case 3 \("):
        torture.run(random_tagger(2), 5)


def test_time_is_linear_in_length() -> None:
    tagger = random_tagger(4)
    tagger.predict(text_of(15_000))

    def cost(size: int) -> float:
        text = text_of(size)
        start = time.process_time()
        tagger.predict(text)
        return (time.process_time() - start) / len(text)

    assert cost(120_000) < 2.5 * min(cost(15_000), cost(15_000))  # what is quadratic costs eight times as much


def test_one_line_without_stops_takes_no_longer() -> None:
    tagger = random_tagger(4)

    def cost(text: str) -> float:
        start = time.process_time()
        bulletin = tagger.predict(text, "2022-11-10")
        assert len(bulletin.entities) > 500
        return (time.process_time() - start) / len(text)

    unit = "甲区3例、11月10日20时大足区新增12例和"
    assert cost(unit * 2400) < 2.5 * min(cost(unit * 300), cost(unit * 300))
