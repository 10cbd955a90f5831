"""95 % bootstrap intervals over documents (percentile method), of scores and of the differences between two models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.evaluation.counts import CountTable, Row

SEED = 20221111


def intervals(table: CountTable, resamples: int) -> Mapping[Row, list[float]]:
    """The 2.5th and 97.5th percentile of each figure over resampled documents; figures without one (nothing to score) are left out."""
    draws = _draws(len(table.counts), resamples)
    figures = table.figures(np.tensordot(draws, table.counts, 1))
    found = {name: _percentiles(column) for name, column in zip(table.names, figures.T, strict=True)}
    return {name: bounds for name, bounds in found.items() if bounds is not None}


def differences(first: CountTable, second: CountTable, resamples: int) -> dict[Row, dict[str, Any]]:
    """Second minus first of each figure, with its interval where the same documents are drawn for both (a paired bootstrap).

    The tables are of the same documents in the same order.
    """
    draws = _draws(len(first.counts), resamples)
    sides = []
    for table in (first, second):
        whole, drawn = table.figures(table.counts.sum(0)), table.figures(np.tensordot(draws, table.counts, 1))
        sides.append({name: (whole[column], drawn[:, column]) for column, name in enumerate(table.names)})
    found = {}
    for name in [name for name in sides[0] if name in sides[1]]:
        (one, one_drawn), (other, other_drawn) = sides[0][name], sides[1][name]
        if np.isfinite(other - one):
            found[name] = {"difference": float(other - one), "interval": _percentiles(other_drawn - one_drawn)}
    return found


def _draws(documents: int, resamples: int) -> np.ndarray:
    """How often each document is drawn in each resample, (resamples, documents); none from fewer than two documents."""
    if documents < 2:
        resamples = 0
    generator = np.random.default_rng(SEED)
    return generator.multinomial(documents, np.full(documents, 1 / max(1, documents)), size=resamples).astype(float)


def _percentiles(values: np.ndarray) -> list[float] | None:
    # A resample without a single case of a rare label says nothing of its score.
    known = values[np.isfinite(values)]
    return [float(bound) for bound in np.percentile(known, [2.5, 97.5])] if len(known) else None
