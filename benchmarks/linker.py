"""Learnt links against the rules' on gold spans, filling docs/links.md: `python benchmarks/linker.py [WORKERS]`, some minutes."""

from __future__ import annotations

import itertools
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from link_choices import TARGETS, Figure, Target, read_figures
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.data import load_documents
from training.links import read_links

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/links.md"
NEWS = f"{ROOT}/corpus/standoff/dxy-news.jsonl#dev@{ROOT}/outside/dxy-news/news.jsonl"
SEEN = ("train.jsonl", "train-2.jsonl")  # links of train whose errors were looked at while rules were written; of the others, those of
# documents whose id has an even checksum
FOLDS = 10


def _steps(
    figures: Sequence[Figure], target: Target, stacked: bool, model: Any = None
) -> Iterator[tuple[list[dict[str, Any]], list[bool]]]:
    """Features and truth of each figure's choices. What the previous figure took is gold, or with a model what the model chose for it."""
    previous: set[str | None] = set()
    sentence = -1
    for figure in figures:
        choices = figure.choices[target]
        same = "same sentence" if figure.sentence == sentence else "other sentence"
        rows = [{**c.features, f"previous, {same}": c.key in previous} for c in choices]
        if stacked:
            rows = [{**row, "rules": c.ruled, "rules, none": c.ruled and c.key is None} for row, c in zip(rows, choices, strict=True)]
        yield rows, [choice.right for choice in choices]
        sentence = figure.sentence
        if model is None:
            previous = {choice.key for choice in choices if choice.right}
        else:
            previous = {choices[int(model.predict_proba(rows)[:, 1].argmax())].key}


def fit(documents: Sequence[Sequence[Figure]], target: Target, estimator: Any, stacked: bool) -> Any:
    """A model of whether a choice is right, over all choices of all figures."""
    steps = [step for figures in documents for step in _steps(figures, target, stacked)]
    model = make_pipeline(DictVectorizer(sparse=False), StandardScaler(), estimator)
    return model.fit([row for rows, _ in steps for row in rows], [right for _, truth in steps for right in truth])


def apply(model: Any, figures: Sequence[Figure], target: Target, stacked: bool) -> list[bool]:
    """For each figure of a document whether the choice with the highest score is right."""
    return [truth[int(model.predict_proba(rows)[:, 1].argmax())] for rows, truth in _steps(figures, target, stacked, model)]


ESTIMATORS = {
    "logistic regression": LogisticRegression(C=0.1, max_iter=500),
    "boosted trees": HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=15, early_stopping=False, random_state=0),
}


def measure(
    known: Sequence[Sequence[Figure]], test: Sequence[Sequence[Figure]], estimator: str, target: Target, stacked: bool
) -> tuple[list[bool], list[bool]]:
    """For each figure, in order, whether its link is right: of the known documents in cross-validation by document, and of the test's
    with a model of all the known."""
    found: dict[int, list[bool]] = {}
    for rest, held in KFold(FOLDS, shuffle=True, random_state=0).split(known):
        model = fit([known[i] for i in rest], target, ESTIMATORS[estimator], stacked)
        found |= {int(i): apply(model, known[i], target, stacked) for i in held}
    model = fit(known, target, ESTIMATORS[estimator], stacked)
    crossed = [right for i in range(len(known)) for right in found[i]]
    return crossed, [right for figures in test for right in apply(model, figures, target, stacked)]


def report(sets: Mapping[str, Sequence[Sequence[Figure]]], workers: int | None = None) -> str:
    """The table of all methods by set, as Markdown; ``sets`` gives each document's figures, "test" last."""
    *names, last = sets
    known, test = [figures for name in names for figures in sets[name]], sets[last]
    flat = {name: [figure for figures in documents for figure in figures] for name, documents in sets.items()}
    tasks = list(itertools.product(ESTIMATORS, (False, True), TARGETS))
    with ProcessPoolExecutor(workers) as pool:
        jobs = [pool.submit(measure, known, test, estimator, target, stacked) for estimator, stacked, target in tasks]
        found = {task: job.result() for task, job in zip(tasks, jobs, strict=True)}
    ruled = {target: [figure.ruled[target] for figures in flat.values() for figure in figures] for target in TARGETS}
    rows = [_row("rules", flat, ruled, ruled)]
    for estimator, stacked in itertools.product(ESTIMATORS, (False, True)):
        rights = {target: [*found[estimator, stacked, target][0], *found[estimator, stacked, target][1]] for target in TARGETS}
        rows.append(_row(f"{estimator}{', rules as a clue' if stacked else ''}", flat, rights, ruled))
    heads = ["place / date / both right", *(f"{name} ({len(figures)})" for name, figures in flat.items())]
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows]) + "\n"


def _row(
    name: str, flat: Mapping[str, Sequence[Figure]], rights: Mapping[Target, Sequence[bool]], ruled: Mapping[Target, Sequence[bool]]
) -> list[str]:
    both = [place and date for place, date in zip(rights["place"], rights["date"], strict=True)]
    rules = [place and date for place, date in zip(ruled["place"], ruled["date"], strict=True)]
    cells, start = [name], 0
    for figures in flat.values():
        span = slice(start, start + len(figures))
        cell = " / ".join(f"{sum(column[span]) / len(figures):.3f}" for column in (rights["place"], rights["date"], both))
        gained, lost = (sum(a and not b for a, b in zip(x[span], y[span], strict=True)) for x, y in ((both, rules), (rules, both)))
        cells.append(cell if rights is ruled else f"{cell}, +{gained} -{lost}")
        start += len(figures)
    return cells


def read_sets() -> dict[str, list[list[Figure]]]:
    """The linked figures of each set, by document."""
    gold = read_links(ROOT / "corpus/links")
    train = [document for document in load_documents(f"{ROOT}/corpus/train") if document.id in gold]
    sets = {"dev": load_documents(f"{ROOT}/corpus/dev"), "real news": load_documents(NEWS)}
    seen = {name for file in SEEN for name in read_links(ROOT / "corpus/links", file)}
    looked_at = [document for document in train if document.id in seen or not zlib.crc32(document.id.encode()) % 2]
    sets |= {"train, looked at": looked_at, "train, unseen": [document for document in train if document not in looked_at]}
    sets["test"] = load_documents(f"{ROOT}/corpus/test")
    return {name: [read_figures(d, gold[d.id]) for d in documents if d.id in gold] for name, documents in sets.items()}


if __name__ == "__main__":
    table = report(read_sets(), int(sys.argv[1]) if len(sys.argv) > 1 else None)
    head, mark, rest = PAGE.read_text(encoding="utf-8").partition("<!-- linker: written by `python benchmarks/linker.py` -->\n")
    _, end, tail = rest.partition("<!-- /linker -->")
    if not end:
        sys.exit(f"{table}\n{PAGE}: no place is marked for this table, put the two linker comments back")
    PAGE.write_text(f"{head}{mark}\n{table}\n{end}{tail}", encoding="utf-8")
