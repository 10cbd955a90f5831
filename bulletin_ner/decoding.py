"""From token features to spans and labels: constrained tag decoding, sentence pooling, span classes. NumPy only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bulletin_ner.features import FeatureLayout

_FORBIDDEN = -1e9


@dataclass(frozen=True)
class Span:
    """Tokens ``first:last`` are one entity of type index ``type``."""

    type: int
    first: int
    last: int
    score: float

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.last:
            raise ValueError(f"a span needs first < last, not {self.first}, {self.last}")


def decode_spans(tag_logits: np.ndarray, heads: np.ndarray) -> list[Span]:
    """The best legal BIO sequence's spans. ``tag_logits``: (tokens, 1 + 2 * types), tags O, B-0, I-0, B-1, I-1, ...

    An I follows only a B or an I of its own type. Words are decoded whole, by their first token: ``heads`` (tokens,) says which these
    are. A span's score is the least probability among its tags and of its end, that is, of no I of its type behind it.
    """
    first_tokens = np.flatnonzero(heads)
    if not len(first_tokens):
        return []
    bounds = [*first_tokens.tolist(), len(heads)]
    log_probabilities = log_softmax(tag_logits[first_tokens])
    path = log_probabilities.argmax(1)
    if not _is_legal(path):
        path = _viterbi(log_probabilities)
    chosen = np.exp(log_probabilities[np.arange(len(path)), path])
    spans = []
    starts = np.flatnonzero(path % 2 == 1)
    for start in starts.tolist():
        inside = int(path[start]) + 1
        end = start + 1
        while end < len(path) and path[end] == inside:
            end += 1
        score = float(chosen[start:end].min())
        if end < len(path):
            score = min(score, 1 - float(np.exp(log_probabilities[end, inside])))
        spans.append(Span((inside - 2) // 2, bounds[start], bounds[end], score))
    return spans


def _is_legal(path: np.ndarray) -> bool:
    inside = (path > 0) & (path % 2 == 0)
    previous = np.concatenate([[0], path[:-1]])
    return bool(np.all(~inside | (previous == path) | (previous == path - 1)))


def transitions(tags: int) -> np.ndarray:
    """Log weights of (previous, next) tag pairs, (tags, tags): 0 where legal."""
    weights = np.zeros((tags, tags), np.float32)
    for inside in range(2, tags, 2):
        weights[:, inside] = _FORBIDDEN
        weights[inside, inside] = weights[inside - 1, inside] = 0
    return weights


def _viterbi(log_probabilities: np.ndarray) -> np.ndarray:
    length, tags = log_probabilities.shape
    weights = transitions(tags)
    back = np.zeros((length, tags), np.int64)
    score = log_probabilities[0] + weights[0]
    for position in range(1, length):
        candidates = score[:, None] + weights
        back[position] = candidates.argmax(0)
        score = candidates[back[position], np.arange(tags)] + log_probabilities[position]
    path = np.zeros(length, np.int64)
    path[-1] = score.argmax()
    for position in range(length - 1, 0, -1):
        path[position - 1] = back[position, path[position]]
    return path


@dataclass(frozen=True)
class Pooled:
    """What sentences, or parts of them, say of each measure: ``logits`` and, for putting parts together, ``weights``, the logarithm of
    the attention that a part draws; float64 of shape (sentences, measures)."""

    logits: np.ndarray
    weights: np.ndarray

    def __post_init__(self) -> None:
        if self.logits.shape != self.weights.shape:
            raise ValueError(f"logits and weights need one shape, not {self.logits.shape}, {self.weights.shape}")

    def probabilities(self) -> np.ndarray:
        """Of shape (sentences, measures)."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.logits, -60, 60))))


def pool_sentences(features: np.ndarray, ranges: Sequence[tuple[int, int]], layout: FeatureLayout) -> Pooled:
    """The measures of each sentence, a half-open range of tokens; the twin of `network.pool_sentences`."""
    logits, weights = (np.full((len(ranges), layout.measures), _FORBIDDEN) for _ in range(2))
    for row, (first, last) in enumerate(ranges):
        if first < last:
            attention = features[first:last, layout.attention].T
            log_shares = log_softmax(attention)
            logits[row] = (np.exp(log_shares).T * features[first:last, layout.evidence]).sum(0)
            weights[row] = attention[:, 0] - log_shares[:, 0]
    return Pooled(logits, weights)


def join_pooled(parts: Iterable[tuple[int, Pooled]], sentences: int, measures: int) -> Pooled:
    """The measures of all sentences of a text, as if it had been pooled at once. ``parts``: each with its first sentence's number."""
    logits, weights = (np.full((sentences, measures), _FORBIDDEN) for _ in range(2))
    for first, part in parts:
        rows = slice(first, first + len(part.logits))
        total = np.logaddexp(weights[rows], part.weights)
        logits[rows] = logits[rows] * np.exp(weights[rows] - total) + part.logits * np.exp(part.weights - total)
        weights[rows] = total
    return Pooled(logits, weights)


def span_logits(features: np.ndarray, spans: Sequence[Span], layout: FeatureLayout) -> np.ndarray:
    """Class logits of spans, (spans, span_classes); the twin of `network.span_logits`."""
    first = np.array([span.first for span in spans], np.int64)
    last = np.array([span.last - 1 for span in spans], np.int64)
    return np.asarray(features[first][:, layout.first] + features[last][:, layout.last])


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis, in float32."""
    shifted = logits.astype(np.float32) - logits.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))
