"""The learnt linker over one document: the rules' answers for figures, looked at once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bulletin_ner.linking.choices import Choices
from bulletin_ner.linking.scorer import LinkScorer
from bulletin_ner.linking.view import View, figures_of, read_view
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
        if not figures_of(ruling):
            return ruling.links
        view = read_view(ruling)
        scores = self.scorer.scores(view.nodes, node_vectors(view, self.mentions, self.sentences), view.places, view.dates)
        entity_of = {node: entity for entity, node in view.nodes.of.items()}
        place, date = (
            {
                figure.id: entity_of.get(node)
                for figure, node in zip(view.figures, choices.node[best_rows(own, choices)].tolist(), strict=True)
            }
            for own, choices in zip(scores, (view.places, view.dates), strict=True)
        )
        return Links({**ruling.links.place, **place}, {**ruling.links.date, **date})


def node_vectors(view: View, mentions: Sequence[np.ndarray] | np.ndarray, sentences: np.ndarray) -> np.ndarray:
    """The vectors in the order of the view's nodes, float32 (nodes, columns)."""
    vectors = np.zeros((len(view.nodes), sentences.shape[1]), np.float32)
    vectors[view.nodes.sentences] = sentences
    for entity, node in view.nodes.of.items():
        vectors[node] = mentions[entity]
    return vectors


def best_rows(scores: np.ndarray, choices: Choices) -> np.ndarray:
    """The row of the highest score of each figure, in order, int64 (figures,)."""
    starts = np.flatnonzero(np.diff(choices.figure, prepend=-1))
    return starts + np.array([own.argmax() for own in np.split(scores, starts[1:])], np.int64)
