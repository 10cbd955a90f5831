"""The torch twin of `bulletin_ner.linking.scorer`, for training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bulletin_ner.linking.choices import FEATURES, RULED
from bulletin_ner.linking.nodes import CLUES
from bulletin_ner.linking.scorer import EDGES, REACH, TARGETS, distances, edges
from bulletin_ner.linking.view import View

WIDTH, LAYERS, HEADS, MATCH = 96, 2, 4, 48
_DROP, _VECTOR_DROP, _MATCH_DROP, _FEATURE_DROP = 0.1, 0.4, 0.2, 0.15


@dataclass(frozen=True)
class LinkExample:
    """A document for the linker: ``vectors``, float16 (nodes, encoder columns); ``right``, for each target bool (candidates,);
    ``linked``, bool (figures,), which figures have a gold link, and ``ruled``, bool (figures, targets), whether the rules have it."""

    id: str
    view: View
    vectors: np.ndarray
    right: tuple[np.ndarray, np.ndarray]
    linked: np.ndarray
    ruled: np.ndarray

    def __post_init__(self) -> None:
        if len(self.vectors) != len(self.view.nodes) or len(self.linked) != len(self.view.figures):
            raise ValueError(f"{self.id}: a vector for each node and a mark for each figure are needed")


@dataclass(frozen=True)
class LinkBatch:
    """Documents side by side: nodes padded to (documents, nodes, ...), candidates one after another."""

    vectors: torch.Tensor
    clues: torch.Tensor
    apart: torch.Tensor
    joined: torch.Tensor
    padding: torch.Tensor
    features: tuple[torch.Tensor, torch.Tensor]
    figure: tuple[torch.Tensor, torch.Tensor]
    figure_node: tuple[torch.Tensor, torch.Tensor]
    node: tuple[torch.Tensor, torch.Tensor]
    right: tuple[torch.Tensor, torch.Tensor]
    linked: torch.Tensor


def to_batch(examples: Sequence[LinkExample]) -> LinkBatch:
    size = max(len(example.view.nodes) for example in examples)
    shape = (len(examples), size)
    vectors = torch.zeros(*shape, examples[0].vectors.shape[1])
    clues = torch.zeros(*shape, len(CLUES))
    apart = torch.zeros(len(examples), len(REACH), size, size, dtype=torch.long)
    joined = torch.zeros(*shape, size, dtype=torch.long)
    padding = torch.full(shape, -1e9)
    parts: dict[str, tuple[list[torch.Tensor], list[torch.Tensor]]] = {
        name: ([], []) for name in ("features", "figure", "figure_node", "node", "right")
    }
    figures = 0
    for row, example in enumerate(examples):
        nodes = example.view.nodes
        own = slice(0, len(nodes))
        vectors[row, own] = torch.from_numpy(example.vectors.astype(np.float32))
        clues[row, own] = torch.from_numpy(nodes.clues)
        apart[row, :, own, own] = torch.from_numpy(distances(nodes, 0, len(nodes)))
        joined[row, own, own] = torch.from_numpy(edges(nodes, 0, len(nodes)))
        padding[row, own] = 0
        for target, choices in enumerate((example.view.places, example.view.dates)):
            node = np.where(choices.node < 0, -1, choices.node + row * size)
            given = (choices.features, choices.figure + figures, choices.figure_node + row * size, node, example.right[target])
            for name, array in zip(parts, given, strict=True):
                parts[name][target].append(torch.from_numpy(array))
        figures += len(example.linked)
    joined_parts = {name: (torch.cat(places), torch.cat(dates)) for name, (places, dates) in parts.items()}
    linked = torch.from_numpy(np.concatenate([example.linked for example in examples]))
    return LinkBatch(vectors, clues, apart, joined, padding, linked=linked, **joined_parts)


class LinkNetwork(nn.Module):
    """Call it for the scores of all candidates of a batch, (candidates,), by target. ``mean`` and ``deviation`` of the vectors, float32
    (columns,), are set before training."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("deviation", torch.ones(columns))
        self.vectors = nn.Linear(columns, WIDTH)
        self.clues = nn.Linear(len(CLUES), WIDTH)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.matches = nn.ModuleList(_Match() for _ in TARGETS)
        self.vector_dropout = nn.Dropout(_VECTOR_DROP)

    def forward(self, batch: LinkBatch, unruled: float = 0.0) -> tuple[torch.Tensor, ...]:
        """``unruled``: the share of figures, and of documents, whose rules' answers are hidden, so that it learns to do without."""
        hidden = self.vectors(self.vector_dropout((batch.vectors - self.mean) / self.deviation)) + self.clues(batch.clues)
        joined = batch.joined
        if unruled:
            hide = torch.rand(len(joined), 1, 1) < unruled
            joined = torch.where(hide & (joined > 1), 0, joined)
        for layer in self.layers:
            hidden = layer(hidden, batch.apart, joined, batch.padding)
        encoded = self.norm(hidden).flatten(0, 1)
        hide = torch.rand(len(batch.linked)) < unruled
        return tuple(match(encoded, batch, target, hide) for target, match in enumerate(self.matches))


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.inner_norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention, self.output = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.inner, self.outer = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.distances = nn.ParameterList(torch.zeros(2 * reach + 1, HEADS) for reach in REACH)
        self.edge = nn.Parameter(torch.zeros(EDGES, HEADS))
        self.dropout = nn.Dropout(_DROP)

    def forward(self, hidden: torch.Tensor, apart: torch.Tensor, joined: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        documents, length, width = hidden.shape
        size = width // HEADS
        bias = functional.embedding(joined, self.edge)
        for kind, weights in enumerate(self.distances):
            bias = bias + functional.embedding(apart[:, kind], weights)
        query, key, value = self.attention(self.norm(hidden)).view(documents, length, 3, HEADS, size).permute(2, 0, 3, 1, 4)
        logits = query @ key.transpose(-1, -2) / math.sqrt(size) + bias.permute(0, 3, 1, 2) + padding[:, None, None]
        attended = (torch.softmax(logits, -1) @ value).transpose(1, 2).reshape(documents, length, width)
        hidden = hidden + self.dropout(self.output(attended))
        inner = functional.gelu(self.inner(self.inner_norm(hidden)), approximate="tanh")
        return hidden + self.dropout(self.outer(self.dropout(inner)))


class _Match(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.figure, self.mention = nn.Linear(WIDTH, MATCH), nn.Linear(WIDTH, MATCH)
        self.none = nn.Parameter(torch.zeros(1, MATCH))
        self.hidden, self.score = nn.Linear(len(FEATURES) + 3 * MATCH, WIDTH), nn.Linear(WIDTH, 1)
        self.dropout, self.feature_dropout = nn.Dropout(_MATCH_DROP), nn.Dropout(_FEATURE_DROP)

    def forward(self, encoded: torch.Tensor, batch: LinkBatch, target: int, hide: torch.Tensor) -> torch.Tensor:
        shown = batch.features[target].clone()
        shown[:, RULED:] *= (~hide[batch.figure[target]])[:, None]
        figure = functional.embedding(batch.figure_node[target], torch.tanh(self.figure(encoded)))
        mentions = torch.cat([torch.tanh(self.mention(encoded)), self.none])
        mention = functional.embedding(batch.node[target] % len(mentions), mentions)  # -1 for none, the last
        given = torch.cat([self.feature_dropout(shown), figure, mention, figure * mention], -1)
        scores: torch.Tensor = self.score(self.dropout(functional.gelu(self.hidden(given), approximate="tanh")))[:, 0]
        return scores


def link_loss(scores: torch.Tensor, figure: torch.Tensor, right: torch.Tensor, linked: torch.Tensor) -> torch.Tensor:
    """Minus the logarithm of the share that the right candidates have, summed over the linked figures that have one."""
    all_of = _logsumexp(scores, figure, len(linked))
    right_of = _logsumexp(torch.where(right, scores, -1e9), figure, len(linked))
    known = linked & (torch.zeros(len(linked)).index_add(0, figure, right.float()) > 0)
    return (all_of - right_of)[known].sum()


def _logsumexp(scores: torch.Tensor, figure: torch.Tensor, figures: int) -> torch.Tensor:
    highest = torch.full((figures,), -1e9).scatter_reduce(0, figure, scores.detach(), "amax")
    return highest + torch.log(torch.zeros(figures).index_add(0, figure, torch.exp(scores - highest[figure])) + 1e-30)


@torch.no_grad()
def projection(network: LinkNetwork) -> tuple[np.ndarray, np.ndarray]:
    """What makes an encoder's vectors those that `LinkScorer` reads: weight, float32 (columns, width), and bias, the standard form of
    the vectors folded in."""
    weight = network.vectors.weight.T / network.deviation[:, None]
    return weight.contiguous().numpy(), (network.vectors.bias - network.mean @ weight).numpy()


def exported(network: LinkNetwork) -> dict[str, np.ndarray]:
    """The weights by the names that `LinkScorer` reads, linear ones (in, out), without those of `projection`."""
    found: dict[str, np.ndarray] = {}

    def put(name: str, module: nn.Module) -> None:
        for kind, tensor in module.named_parameters(recurse=False):
            array = tensor.detach().numpy()
            found[f"{name}.{kind}"] = array.T.copy() if isinstance(module, nn.Linear) and kind == "weight" else array.copy()

    put("clues", network.clues)
    put("norm", network.norm)
    for number, layer in enumerate(network.layers.children()):
        for name in ("norm", "inner_norm", "attention", "output", "inner", "outer"):
            put(f"layer{number}.{name}", getattr(layer, name))
        own = layer.state_dict()
        found[f"layer{number}.edge"] = own["edge"].numpy().copy()
        for kind in range(len(REACH)):
            found[f"layer{number}.distance{kind}"] = own[f"distances.{kind}"].numpy().copy()
    for target, match in zip(TARGETS, network.matches, strict=True):
        for name in ("figure", "mention", "hidden", "score"):
            put(f"{target}.{name}", getattr(match, name))
        found[f"{target}.none"] = match.state_dict()["none"].numpy().copy()
    return found
