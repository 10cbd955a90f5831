"""The learnt linker over one document: the rules' answers for figures, looked at once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bulletin_ner.linking.choices import Choices
from bulletin_ner.linking.scorer import LinkScorer
from bulletin_ner.linking.view import View, read_view
from bulletin_ner.normalisation.links import Links, Ruling


@dataclass(frozen=True)
class LearntLinker:
    """``mentions``: by entity id, float32 (columns,); ``sentences``: float32 (sentences, columns): means of what the network says of
    their tokens."""

    scorer: LinkScorer
    mentions: Sequence[np.ndarray]
    sentences: np.ndarray

    def __call__(self, ruling: Ruling) -> Links:
        """For each figure the mention, or none, of the highest score."""
        view = read_view(ruling)
        if not view.figures:
            return ruling.links
        scores = self.scorer.scores(view.nodes, node_vectors(view, self.mentions, self.sentences), view.places, view.dates)
        place, date = (_best(own, choices, view) for own, choices in zip(scores, (view.places, view.dates), strict=True))
        return Links({**ruling.links.place, **place}, {**ruling.links.date, **date})


def node_vectors(view: View, mentions: Sequence[np.ndarray] | np.ndarray, sentences: np.ndarray) -> np.ndarray:
    """The vectors in the order of the view's nodes, float32 (nodes, columns)."""
    vectors = np.zeros((len(view.nodes), sentences.shape[1]), np.float32)
    vectors[view.nodes.sentences] = sentences
    for entity, node in view.nodes.of.items():
        vectors[node] = mentions[entity]
    return vectors


def _best(scores: np.ndarray, choices: Choices, view: View) -> dict[int, int | None]:
    entity_of = {node: entity for entity, node in view.nodes.of.items()}
    bounds = np.searchsorted(choices.figure, np.arange(len(view.figures) + 1)).tolist()
    found: dict[int, int | None] = {}
    for figure, first, last in zip([one.id for one in view.figures], bounds, bounds[1:], strict=False):
        node = int(choices.node[first + int(scores[first:last].argmax())])
        found[figure] = entity_of.get(node)
    return found
