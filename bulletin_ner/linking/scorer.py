"""The network of the learnt linker in NumPy: attention over a document's nodes, then a score for each candidate of a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bulletin_ner.linking.choices import FEATURES, Choices
from bulletin_ner.linking.nodes import CLUES, Nodes

REACH = (6, 12, 2, 3)  # sentences, nodes, lines and clauses apart, beyond which all is one distance
EDGES = 6  # no edge, the same place or date; the rules' place of a figure and back; their date and back
TARGETS = ("place", "date")
_CORE, _CONTEXT = 192, 96  # nodes that are answered together, and those read with them on either side
_ROWS = 4096  # candidates that are scored together, so that memory is bounded


def distances(nodes: Nodes, start: int, end: int) -> np.ndarray:
    """How far nodes ``start:end`` are apart, int64 (kinds of distance, nodes, nodes), each counted from 0 for the furthest ahead."""
    sentence, line, clause = nodes.places[start:end].T
    numbers = (sentence, np.arange(start, end), line, clause)
    return np.stack([np.clip(own[:, None] - own[None], -reach, reach) + reach for own, reach in zip(numbers, REACH, strict=True)])


def edges(nodes: Nodes, start: int, end: int) -> np.ndarray:
    """Which of `EDGES` joins two nodes of ``start:end``, int64 (nodes, nodes)."""
    keys = nodes.keys[start:end]
    found = ((keys[:, None] == keys[None]) & (keys[:, None] >= 0) & ~np.eye(end - start, dtype=bool)).astype(np.int64)
    for target in range(len(TARGETS)):
        ruled = nodes.ruled[start:end, target] - start
        figures = np.flatnonzero((ruled >= 0) & (ruled < end - start))  # -1, none, is below 0 in every window
        found[figures, ruled[figures]] = 2 + 2 * target
        found[ruled[figures], figures] = 3 + 2 * target
    return found


class LinkScorer:
    """One network's weights by name, as `save_scorer` wrote them; linear weights lie (in, out)."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = dict(weights)
        self._layers = sum(name.endswith(".attention.weight") for name in weights)
        self._heads = weights["layer0.distance0"].shape[1]
        read = weights["place.hidden.weight"].shape[0] - 3 * weights["place.none"].shape[1]
        if weights["clues.weight"].shape[0] != len(CLUES) or read != len(FEATURES):
            raise ValueError("the linker was trained on other clues than this version reads; train it anew")

    def scores(self, nodes: Nodes, vectors: np.ndarray, places: Choices, dates: Choices) -> tuple[np.ndarray, np.ndarray]:
        """Of each candidate, float32 (candidates,), by target. ``vectors``: float32 (nodes, width), what the network says of each
        node."""
        encoded = self.encode(nodes, vectors)
        return self._match("place", encoded, places), self._match("date", encoded, dates)

    def encode(self, nodes: Nodes, vectors: np.ndarray) -> np.ndarray:
        """Nodes in context, float32 (nodes, width). Long documents are read in windows, so that time and memory are linear."""
        given = vectors + self._linear("clues", nodes.clues)
        encoded = np.zeros_like(given)
        for start, end, first, last in _windows(len(nodes)):
            encoded[first:last] = self._window(given[start:end], nodes, start, end)[first - start : last - start]
        return encoded

    def _window(self, hidden: np.ndarray, nodes: Nodes, start: int, end: int) -> np.ndarray:
        apart, joined = distances(nodes, start, end), edges(nodes, start, end)
        for layer in range(self._layers):
            name = f"layer{layer}"
            bias = self.weights[f"{name}.edge"][joined]
            for kind, own in enumerate(apart):
                bias = bias + self.weights[f"{name}.distance{kind}"][own]
            hidden = hidden + self._attend(name, self._norm(f"{name}.norm", hidden), bias.transpose(2, 0, 1))
            inner = gelu(self._linear(f"{name}.inner", self._norm(f"{name}.inner_norm", hidden)))
            hidden = hidden + self._linear(f"{name}.outer", inner)
        return self._norm("norm", hidden)

    def _attend(self, name: str, hidden: np.ndarray, bias: np.ndarray) -> np.ndarray:
        length, width = hidden.shape
        size = width // self._heads
        query, key, value = self._linear(f"{name}.attention", hidden).reshape(length, 3, self._heads, size).transpose(1, 2, 0, 3)
        weights = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(size)) + bias
        weights = np.exp(weights - weights.max(-1, keepdims=True))
        attended = (weights / weights.sum(-1, keepdims=True)) @ value
        return self._linear(f"{name}.output", attended.transpose(1, 0, 2).reshape(length, width))

    def _match(self, target: str, encoded: np.ndarray, choices: Choices) -> np.ndarray:
        figures = np.tanh(self._linear(f"{target}.figure", encoded))
        mentions = np.concatenate([np.tanh(self._linear(f"{target}.mention", encoded)), self.weights[f"{target}.none"]])
        scores = np.zeros(len(choices.node), np.float32)
        for start in range(0, len(scores), _ROWS):
            rows = slice(start, start + _ROWS)
            figure, mention = figures[choices.figure_node[rows]], mentions[choices.node[rows]]  # the last mention, by -1, is "none"
            given = np.concatenate([choices.features[rows], figure, mention, figure * mention], 1)
            scores[rows] = self._linear(f"{target}.score", gelu(self._linear(f"{target}.hidden", given)))[:, 0]
        return scores

    def _linear(self, name: str, source: np.ndarray) -> np.ndarray:
        result: np.ndarray = source @ self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return result

    def _norm(self, name: str, source: np.ndarray) -> np.ndarray:
        centred = source - source.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + np.float32(1e-5))
        result: np.ndarray = scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return result


def gelu(values: np.ndarray) -> np.ndarray:
    """Its form by the hyperbolic tangent."""
    result: np.ndarray = 0.5 * values * (1 + np.tanh(np.float32(math.sqrt(2 / math.pi)) * (values + np.float32(0.044715) * values**3)))
    return result


def load_scorer(path: Path) -> LinkScorer:
    """From a `.npz` file of `save_scorer`; a ValueError or OSError where it is none."""
    with np.load(path, allow_pickle=False) as content:
        return LinkScorer({name: content[name].astype(np.float32) for name in content.files})


def save_scorer(weights: Mapping[str, np.ndarray], path: Path) -> None:
    halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in weights.items()}
    np.savez_compressed(path, **halves)


def _windows(length: int) -> Iterator[tuple[int, int, int, int]]:
    """Start and end of what is read, then of what is answered."""
    for first in range(0, length, _CORE):
        last = min(length, first + _CORE)
        yield max(0, first - _CONTEXT), min(length, last + _CONTEXT), first, last
