"""A document as the learnt linker sees it, from what the rules know and answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulletin_ner.labels import EPIDEMIC_INDICATORS
from bulletin_ner.linking.choices import Choices, build_choices
from bulletin_ner.linking.nodes import Nodes, build_nodes
from bulletin_ner.normalisation.links import Ruling
from bulletin_ner.schema import Entity


@dataclass(frozen=True)
class View:
    """``figures``: those of `figures_of`; ``places`` and ``dates``: what each can be linked to."""

    nodes: Nodes
    figures: Sequence[Entity]
    places: Choices
    dates: Choices


def figures_of(ruling: Ruling) -> list[Entity]:
    """The COUNTs of an epidemic indicator, in order."""
    return [entity for entity in ruling.entities if entity.type == "COUNT" and entity.indicator in EPIDEMIC_INDICATORS]


def read_view(ruling: Ruling) -> View:
    """Everything is linear in the length of the document."""
    nodes = build_nodes(ruling)
    figures = figures_of(ruling)
    choices = [
        build_choices(target, ruling.layout, figures, mentions, nodes, ruling.places)
        for target, mentions in enumerate((ruling.places.places, ruling.dates.roles.days))
    ]
    return View(nodes, figures, *choices)
