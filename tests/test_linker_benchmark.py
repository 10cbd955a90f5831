"""The linker benchmark: answers are counted by document, and the table says what a linker gains and loses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import linker as benchmark
import numpy as np
import pytest
from marked_places import fill_place

from training import linker
from training.data import load_sources
from training.link_network import LinkExample
from training.links import read_links

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def examples(tiny_model: Path) -> list[LinkExample]:
    documents = [one for one in load_sources([str(ROOT / "corpus/dev")]) if 10 < len(one.entities) < 70][:6]
    return linker.read_examples(tiny_model, documents, read_links(ROOT / "corpus/links"))


def test_each_document_is_answered_without_its_family(examples: list[LinkExample], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[set[str]] = []

    def fit(rest: list[LinkExample]) -> object:
        given.append({example.id for example in rest})
        return linker.fit(rest, epochs=1)

    monkeypatch.setattr(benchmark, "fit", fit)
    families = ["a", "a", *("b" + str(n) for n in range(len(examples) - 2))]
    found = benchmark.cross(examples, families, 2)
    assert {name: rights.shape for name, rights in found.items()} == {one.id: (int(one.linked.sum()), 2) for one in examples}
    assert all(({examples[0].id, examples[1].id} <= ids) or not ({examples[0].id, examples[1].id} & ids) for ids in given)


class _Told:
    """Scores by what is right, or by its opposite."""

    def __init__(self, example: LinkExample, sign: int) -> None:
        self._rights, self._sign = example.right, sign

    def scores(self, *_: object) -> tuple[np.ndarray, ...]:
        return tuple(self._sign * right.astype(np.float32) for right in self._rights)


def test_an_answer_is_right_where_the_best_candidate_is(examples: list[LinkExample]) -> None:
    columns = np.zeros((examples[0].vectors.shape[1], 1), np.float32), np.zeros(1, np.float32)
    for example in examples:
        best, worst = (benchmark.answer(_Told(example, sign), *columns, example) for sign in (1, -1))
        assert best.shape == (int(example.linked.sum()), 2)
        assert best.mean() > 0.9  # a few gold links are no candidates
        assert not worst.any()


def test_the_table_counts_what_is_gained_and_lost(examples: list[LinkExample]) -> None:
    figures = len(examples[0].linked)
    ruled = np.array([[True, index % 3 == 0] for index in range(figures)])
    example = replace(examples[0], linked=np.ones(figures, bool), ruled=ruled)
    written = benchmark.table({"dev": [example]}, {example.id: ruled[:, ::-1] & [[False, True]]})
    right = int(ruled.all(1).sum())
    lines = written.splitlines()
    assert lines[0] == f"| place / date / both right | dev ({figures}) |"
    assert lines[2] == f"| rules | 1.000 / {right / figures:.3f} / {right / figures:.3f} |"
    assert lines[3] == f"| learnt linker | 0.000 / 1.000 / 0.000, +0 -{right} |"


def test_a_page_without_its_mark_is_named() -> None:
    page = "# Links\n\n<!-- linker: written by `python benchmarks/linker.py` -->\nold\n<!-- /linker -->\nend\n"
    filled = "# Links\n\n<!-- linker: written by `python benchmarks/linker.py` -->\nnew\n<!-- /linker -->\nend\n"
    assert fill_place(page, "linker", "linker.py", "new") == filled
    for cut in ("<!-- linker: written", "<!-- /linker -->"):
        with pytest.raises(ValueError, match=r"table linker, put its two comments back"):
            fill_place(page.replace(cut, ""), "linker", "linker.py", "new")
