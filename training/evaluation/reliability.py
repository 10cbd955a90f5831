"""How far scores can be read as probabilities: reliability in bins and the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binned_statistic

from bulletin_ner.labels import LabelInventory
from training.evaluation.readings import Reading, found_matrix, label_matrix

BINS = 10


def reliability(scores: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray) -> dict[str, Any]:
    """``n``, ``accuracy``, ``mean_score``, ``ece`` and ``bins`` of equal width from 0 to 1: ``from``, ``to``, ``n``, ``score``, ``right``.

    The expected calibration error is the mean over all scores of how far its bin's mean score is from the share that was right.
    """
    scores, right = np.asarray(scores, float), np.asarray(right, float)
    if not len(scores):
        return {"n": 0, "accuracy": 0.0, "mean_score": 0.0, "ece": 0.0, "bins": []}
    counts, edges, _ = binned_statistic(scores, scores, "count", BINS, (0, 1))
    means = binned_statistic(scores, [scores, right], "mean", BINS, (0, 1)).statistic
    bins = [
        {"from": float(low), "to": float(high), "n": int(n), "score": float(score), "right": float(share)}
        for low, high, n, score, share in zip(edges, edges[1:], counts, *means, strict=False)
        if n
    ]
    return {
        "n": len(scores),
        "accuracy": float(right.mean()),
        "mean_score": float(scores.mean()),
        "ece": sum(row["n"] * abs(row["score"] - row["right"]) for row in bins) / len(scores),
        "bins": bins,
    }


def entity_scores(readings: Sequence[Reading], name: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The score of every entity found, of one type or of all, and whether type and both boundaries are right."""
    scores, right = [], []
    for reading in readings:
        gold = {(entity.type, entity.start, entity.end) for entity in reading.document.entities}
        for entity in reading.bulletin.entities:
            if name in (None, entity.type):
                scores.append(entity.score)
                right.append((entity.type, entity.start, entity.end) in gold)
    return np.array(scores, float), np.array(right, bool)


def measure_scores(readings: Sequence[Reading], labels: LabelInventory, given: bool) -> tuple[np.ndarray, np.ndarray]:
    """The probability of every measure in every sentence, or of those that were given, and whether the sentence has it."""
    scores, right = [np.zeros(0)], [np.zeros(0, bool)]
    for reading in readings:
        truth = label_matrix(reading.document, labels)
        kept = found_matrix(reading.document, reading.bulletin, labels) if given else np.ones_like(truth)
        scores.append(reading.probabilities[kept])
        right.append(truth[kept])
    return np.concatenate(scores), np.concatenate(right)


def calibration(readings: Sequence[Reading], labels: LabelInventory) -> dict[str, Any]:
    """Reliability of the entities found, of the measures given, of all decisions on measures, and of each entity type."""
    return {
        "entities": reliability(*entity_scores(readings)),
        "measures": reliability(*measure_scores(readings, labels, given=True)),
        "all measure decisions": reliability(*measure_scores(readings, labels, given=False)),
        "types": {name: reliability(*entity_scores(readings, name)) for name in labels.entity_types},
    }
