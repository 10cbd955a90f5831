"""Fit what a saved model decides with, on its dev documents: thresholds, the least score, and scores that read as probabilities.

Training does it at the end of a run. For a folder that was written before:

    python -m training.calibration runs/mine
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_fscore_support

import bulletin_ner
from bulletin_ner.calibration import Scaling, logit
from bulletin_ner.folder import METRICS
from bulletin_ner.saved import replace_settings
from bulletin_ner.tagger import Settings, Tagger
from training.data import load_documents
from training.documents import AnnotatedDocument, check_labels
from training.evaluation.readings import Reading, label_matrix, read_documents
from training.evaluation.reliability import entity_scores, measure_scores

_CANDIDATES = np.round(np.arange(0.2, 0.75, 0.05), 2)
_FEWEST = 20  # right ones and wrong ones that a fit needs


def fit_settings(tagger: Tagger, documents: Sequence[AnnotatedDocument]) -> Settings:
    """The tagger's settings with thresholds, least score and scalings that fit the documents best.

    Thresholds are chosen before scaling and moved with it, so that scaling changes no label.
    """
    labels = tagger.settings.labels
    open_settings = replace(
        tagger.settings, thresholds=(0.5,) * len(labels.measures), min_score=0.0, entity_scaling=Scaling(), measure_scaling=Scaling()
    )
    readings = read_documents(tagger.with_settings(open_settings), documents)
    thresholds = tune_thresholds(readings, open_settings)
    measure_scaling = fit_scaling(*measure_scores(readings, labels, given=False))
    entity_scaling = fit_scaling(*entity_scores(readings))
    moved = tuple(measure_scaling(np.array(thresholds)).tolist())
    scaled = replace(open_settings, thresholds=moved, entity_scaling=entity_scaling, measure_scaling=measure_scaling)
    return replace(scaled, min_score=tune_min_score(readings, entity_scaling))


def fit_scaling(scores: np.ndarray, right: np.ndarray) -> Scaling:
    """Platt scaling by logistic regression (scikit-learn) of right or wrong on the scores' logits; none from fewer than 20 of either."""
    if min(right.sum(), (~right).sum()) < _FEWEST:
        return Scaling()
    model = LogisticRegression().fit(logit(scores)[:, None], right)
    slope = float(model.coef_[0, 0])
    # Scores that do not rise with being right cannot be scaled without turning their order round.
    return Scaling(temperature=1 / slope, bias=float(model.intercept_[0])) if slope > 0 else Scaling()


def tune_thresholds(readings: Sequence[Reading], settings: Settings) -> tuple[float, ...]:
    """One threshold for all measures, the one with the best micro-F1 on the documents; the lowest of equals."""
    labels = settings.labels
    if not labels.measures:
        return ()
    truth = np.concatenate([label_matrix(reading.document, labels) for reading in readings])
    probability = np.concatenate([reading.probabilities for reading in readings])
    scores = [
        precision_recall_fscore_support(truth, probability >= threshold, average="micro", zero_division=0)[2] for threshold in _CANDIDATES
    ]
    return (float(_CANDIDATES[int(np.argmax(scores))]),) * len(labels.measures)


def tune_min_score(readings: Sequence[Reading], scaling: Scaling) -> float:
    """The least score of an entity with the best strict micro-F1, given entities of any score, unscaled; the lowest of equals."""
    scores, right = entity_scores(readings)
    scores = scaling(scores)
    gold = sum(len(reading.document.entities) for reading in readings)
    candidates = (0.0, *_CANDIDATES)
    f1 = [2 * right[scores >= least].sum() / max(1, (scores >= least).sum() + gold) for least in candidates]
    return float(candidates[int(np.argmax(f1))])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.calibration", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="a saved model's folder; its config.json is written anew")
    parser.add_argument("--data", action="append", help="the documents to fit on; the dev sources of the model's own run if not given")
    options = parser.parse_args(arguments)
    try:
        tagger = bulletin_ner.load(options.model)
        metrics = json.loads((options.model / METRICS).read_text(encoding="utf-8")) if not options.data else {}
        documents = [document for source in options.data or metrics["config"]["data"]["dev"] for document in load_documents(source)]
        check_labels(documents, tagger.settings.labels)
        settings = fit_settings(tagger, documents)
    except (ValueError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    replace_settings(options.model, settings)
    for name, scaling in (("entities", settings.entity_scaling), ("measures", settings.measure_scaling)):
        sys.stdout.write(f"{name}: temperature {scaling.temperature:.3f}, bias {scaling.bias:+.3f}\n")
    sys.stdout.write(f"least score {settings.min_score}, thresholds {sorted(set(settings.thresholds))}; written to {options.model}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
