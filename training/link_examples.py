"""Gold links as examples for the linker: what it would see of a document whose spans and classes are the annotators'."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bulletin_ner.linking.choices import Choices
from bulletin_ner.linking.linker import node_vectors
from bulletin_ner.linking.view import View, read_view
from bulletin_ner.normalisation.dates import parse_reference
from bulletin_ner.normalisation.document import normalise
from bulletin_ner.normalisation.links import Links, Ruling
from bulletin_ner.schema import Entity, Record
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, unread_entities
from training.link_network import LinkExample
from training.links import GoldLink, GoldLinks
from training.values import same_place


def read_example(document: AnnotatedDocument, known: GoldLinks, vectors: np.ndarray) -> LinkExample:
    """``vectors``: of its entities, then of its sentences (see `read_vectors`)."""
    seen: list[View] = []

    def look(ruling: Ruling) -> Links:
        seen.append(read_view(ruling))
        return ruling.links

    text = document.text
    result = normalise(text, sentences(text), unread_entities(document), parse_reference(document.reference_date), look)
    view = seen[0]
    entities = {entity.id: entity for entity in result.entities}
    records = {record.entity: record for record in result.records if record.entity is not None}
    gold = {link.start: link for link in known.links if link.indicator is None}
    links = [gold.get(figure.start) for figure in view.figures]
    own = [records[figure.id] for figure in view.figures]
    mention_of = {node: entity for entity, node in view.nodes.of.items()}

    def judge(target: int, choices: Choices) -> np.ndarray:
        found = [entities[mention_of[node]] if node >= 0 else None for node in choices.node.tolist()]
        rows = zip(choices.figure.tolist(), found, strict=True)
        return np.array([_right(target, links[figure], own[figure], mention, entities, known) for figure, mention in rows], bool)

    right = judge(0, view.places), judge(1, view.dates)
    ruled = [
        [_right(target, link, record, _ruled(target, record, entities), entities, known) for target in (0, 1)]
        for link, record in zip(links, own, strict=True)
    ]
    count = len(document.entities)
    return LinkExample(
        document.id,
        view,
        node_vectors(view, vectors[:count], vectors[count:]).astype(np.float16),
        right,
        np.array([link is not None for link in links], bool),
        np.array(ruled, bool).reshape(-1, 2),
    )


def _ruled(target: int, record: Record, entities: dict[int, Entity]) -> Entity | None:
    found = (record.place_entity, record.date_entity)[target]
    return entities[found] if found is not None else None


def _right(
    target: int, link: GoldLink | None, record: Record, mention: Entity | None, entities: dict[int, Entity], known: GoldLinks
) -> bool:
    if link is None:
        return False
    if target == 1:
        return (str(mention.value) if mention else None) == link.date
    answer = replace(record, place_entity=mention.id if mention else None, place_code=mention.code if mention else None)
    return same_place(link, answer, entities, known)
