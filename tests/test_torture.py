"""A small part of `make torture`, with other seeds."""

from __future__ import annotations

import pytest
import torture
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
