"""Fit what a saved model decides with, on its dev documents: thresholds, the least score, and scores that read as probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_fscore_support

from bulletin_ner.calibration import Scaling, logit
from bulletin_ner.tagger import Settings, Tagger
from training.documents import AnnotatedDocument
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
