"""The mentions and sentences of a document as rows of numbers, in the order of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from bulletin_ner.labels import ASPECTS, ENTITY_TYPES, EPIDEMIC_INDICATORS
from bulletin_ner.normalisation.date_links import DateLinker
from bulletin_ner.normalisation.links import Ruling
from bulletin_ner.normalisation.place_links import PlaceLinker
from bulletin_ner.normalisation.wholes import last_whole
from bulletin_ner.schema import Entity

LEAD = 300  # characters before a figure, within its sentence, in which words say what it is told of
_CLAUSE = re.compile(r"[，；。！？,;\n]|\. ")
_NATION = re.compile(r"全[国國]|\bnation", re.I)
_OF_WHICH = re.compile(r"其中|包括|包含|分别|分別|\bof (?:which|whom|these)|\bincluding", re.I)
_UNTIL = re.compile(r"(?:截至|截止|至|到|\bas of|\bby|\buntil|\bup to)\s*(?:the )?$", re.I)
_YEAR_AGO = re.compile(r"同期|同比|上年|去年|\blast year|\byear[- ]on[- ]year|\bsame period", re.I)
_SAID = re.compile(r"介绍|介紹|表示|通报称|指出|说|說|\bsaid\b|\btold\b|\bannounced\b", re.I)
_LEVELS = ("country", "province", "prefecture", "county", "township")
CLUES = (
    *ENTITY_TYPES, "sentence", "site", *_LEVELS, "origin", "listed", "enclosed", "topic", "unfree", "day", "closing", "since",
    "passing", "aside", "report", "stretch", "until", "last year", "said", *ASPECTS, *EPIDEMIC_INDICATORS, "nation", "whole", "of which",
    "line start", "sentence start", "bracket", "colon", "title", "first",
)  # fmt: skip
_COLUMN = {name: index for index, name in enumerate(CLUES)}


@dataclass(frozen=True)
class Nodes:
    """``clues``: float32 (nodes, clues). ``places``: int64 (nodes, 3), the sentence, line and clause that each stands in, counted from the
    start of the text. ``keys``: int64 (nodes,), equal where mentions name the same place or date, -1 where a node is neither. ``ruled``:
    int64 (nodes, 2), the nodes of the place and the date that the rules give a figure, -1 for none. ``of``: the node of each
    entity id; ``sentences``: int64, the node of each sentence."""

    clues: np.ndarray
    places: np.ndarray
    keys: np.ndarray
    ruled: np.ndarray
    of: dict[int, int]
    sentences: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.clues) == len(self.places) == len(self.keys) == len(self.ruled):
            raise ValueError("clues, places, keys and ruled must have a row for each node")

    def __len__(self) -> int:
        return len(self.clues)


def build_nodes(ruling: Ruling) -> Nodes:
    """The nodes of a document that the rules have answered."""
    layout, entities, places, dates, ruled = ruling.layout, ruling.entities, ruling.places, ruling.dates, ruling.links
    text = layout.text
    clause_ends = np.array([match.end() for match in _CLAUSE.finditer(text)], np.int64)
    line_ends = np.array([match.end() for match in re.finditer("\n", text)], np.int64)
    starts = np.array([*(entity.start for entity in entities), *(start for start, _ in layout.sentences)], np.int64)
    is_sentence = np.arange(len(starts)) >= len(entities)
    order = np.lexsort((~is_sentence, starts))  # a sentence before the mention that opens it
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    numbers = np.searchsorted(np.array([start for start, _ in layout.sentences], np.int64), starts, "right") - 1
    clues = np.zeros((len(starts), len(CLUES)), np.float32)
    clues[is_sentence, _COLUMN["sentence"]] = 1
    keys = np.full(len(starts), -1, np.int64)
    links = np.full((len(starts), 2), -1, np.int64)
    of = {entity.id: int(rank[index]) for index, entity in enumerate(entities)}
    known: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    topic = places.topics[0].text if len(places.topics) else None
    for index, entity in enumerate(entities):
        names = _clues(entity, text, layout.sentences[max(0, int(numbers[index]))], places, dates, topic)
        if numbers[index] < 2:
            names.append("title")
        if entity.type not in seen:
            seen.add(entity.type)
            names.append("first")
        clues[index, [_COLUMN[name] for name in names]] = 1
        if entity.type in ("PLACE", "DATE"):
            keys[index] = known.setdefault((entity.type, _key(entity)), len(known))
        elif entity.id in ruled.place:
            found = ruled.place[entity.id], ruled.date[entity.id]
            links[index] = [-1 if target is None else of[target] for target in found]
    where = np.stack([numbers, np.searchsorted(line_ends, starts, "right"), np.searchsorted(clause_ends, starts, "right")], 1)
    return Nodes(clues[order], where[order], keys[order], links[order], of, rank[len(entities) :])


def _key(mention: Entity) -> str:
    """What mentions of the same place or date share."""
    return mention.text if mention.type == "PLACE" else str(mention.value)


def _clues(entity: Entity, text: str, sentence: tuple[int, int], places: PlaceLinker, dates: DateLinker, topic: str | None) -> list[str]:
    names = [entity.type]
    if entity.type == "PLACE":
        roles = places.roles
        names += [entity.level] if entity.level in _LEVELS else []
        sets = {"origin": roles.origin, "listed": roles.listed, "enclosed": roles.enclosed, "unfree": places.unfree}
        names += [name for name, ids in sets.items() if entity.id in ids]
        names += [name for name, holds in (("site", entity.kind == "site"), ("topic", entity.text == topic)) if holds]
    elif entity.type == "DATE":
        told = dates.roles
        sets = {"day": told.by_id, "closing": told.closing_ids, "since": told.since, "passing": told.passing, "aside": told.asides}
        names += [name for name, ids in sets.items() if entity.id in ids]
        before = text[max(0, entity.start - 8) : entity.start]
        names += [name for name, holds in (("stretch", "/" in str(entity.value)), ("until", bool(_UNTIL.search(before)))) if holds]
        if told.published is not None and entity.id == told.published.id:
            names.append("report")
    elif entity.type == "COUNT" and entity.indicator in EPIDEMIC_INDICATORS:
        lead = text[max(sentence[0], entity.start - LEAD) : entity.start]
        names += [str(entity.aspect or "unspecified"), entity.indicator]
        told_of = (("nation", _NATION.search(lead)), ("whole", last_whole(lead)), ("of which", _OF_WHICH.search(_CLAUSE.split(lead)[-1])))
        names += [name for name, found in (*told_of, ("last year", _YEAR_AGO.search(lead)), ("said", _SAID.search(lead))) if found]
    edges = (
        ("line start", text[max(0, entity.start - 1) : entity.start] in ("", "\n")),
        ("sentence start", entity.start == sentence[0]),
        ("bracket", text[max(0, entity.start - 1) : entity.start] in ("（", "(")),
        ("colon", text[entity.end : entity.end + 1] in ("：", ":")),
    )
    return names + [name for name, holds in edges if holds]
