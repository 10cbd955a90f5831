"""95 % bootstrap intervals over documents, of scores and of the differences between two models (SciPy)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from training.evaluation.counts import CountTable, Row

SEED = 20221111
_CELLS = 4_000_000  # integers that one batch of resamples may hold


def intervals(table: CountTable, resamples: int) -> Mapping[Row, list[float]]:
    """The 2.5th and 97.5th percentile of each figure over resampled documents; figures without one (nothing to score) are left out."""
    return _intervals(table, resamples, lambda chosen: table.figures(table.counts[chosen].sum(-3)))


def differences(first: CountTable, second: CountTable, resamples: int) -> dict[Row, dict[str, Any]]:
    """Second minus first of each figure, with its interval where the same documents are drawn for both (a paired bootstrap).

    The tables are of the same documents in the same order.
    """
    rows = [name for name in first.names if name in second.names]
    picks = [np.array([table.names.index(row) for row in rows]) for table in (first, second)]

    def difference(chosen: np.ndarray) -> np.ndarray:
        one, other = (table.figures(table.counts[chosen].sum(-3))[..., pick] for table, pick in zip((first, second), picks, strict=True))
        return np.asarray(other - one)

    whole = difference(np.arange(len(first.counts)))
    spread = _spread(difference, len(first.counts), first.counts[0].size, resamples)
    found = {}
    for index, row in enumerate(rows):
        if np.isfinite(whole[index]):
            found[row] = {"difference": float(whole[index]), "interval": _percentiles(spread[index])}
    return found


def _intervals(table: CountTable, resamples: int, figures: Callable[[np.ndarray], np.ndarray]) -> dict[Row, list[float]]:
    if resamples == 0 or len(table.counts) < 2:
        return {}
    spread = _spread(figures, len(table.counts), table.counts[0].size, resamples)
    found = {name: _percentiles(row) for name, row in zip(table.names, spread, strict=True)}
    return {name: bounds for name, bounds in found.items() if bounds is not None}


def _spread(figures: Callable[[np.ndarray], np.ndarray], documents: int, cells: int, resamples: int) -> np.ndarray:
    """Each figure in every resample, (figures, resamples); nothing where there are no two documents to draw from."""
    if resamples == 0 or documents < 2:
        return np.full((len(figures(np.arange(documents))), 1), np.nan)

    def statistic(chosen: np.ndarray, axis: int) -> np.ndarray:
        return np.moveaxis(figures(chosen.astype(np.int64)), -1, 0)

    result = bootstrap(
        (np.arange(documents),),
        statistic,
        n_resamples=resamples,
        batch=max(1, _CELLS // (documents * cells)),
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(SEED),
    )
    return np.asarray(result.bootstrap_distribution)


def _percentiles(values: np.ndarray) -> list[float] | None:
    # A resample without a single case of a rare label says nothing of its score.
    known = values[np.isfinite(values)]
    return [float(bound) for bound in np.percentile(known, [2.5, 97.5])] if len(known) else None
