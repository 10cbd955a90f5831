"""Means of token rows over the sentences of a text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class SentenceMeans:
    """Gathers the rows of a text that is read section by section, sentences cut by sections too."""

    def __init__(self, sentences: int, columns: int) -> None:
        self._sums = np.zeros((sentences, columns), np.float32)
        self._tokens = np.zeros((sentences, 1), np.float32)

    def add(self, first: int, ranges: Sequence[tuple[int, int]], rows: np.ndarray) -> None:
        """``ranges``: the tokens of the sentences from number ``first`` on; ``rows``: float32 (tokens, columns)."""
        for sentence, (start, end) in enumerate(ranges, first):
            self._sums[sentence] += rows[start:end].sum(0)
            self._tokens[sentence] += end - start

    def means(self) -> np.ndarray:
        """float32 (sentences, columns), zeros for a sentence without tokens."""
        return np.asarray(self._sums / np.maximum(1, self._tokens))
