"""What a figure could be linked to, on gold spans: its place and date candidates with the clues that a learnt linker sees."""

from __future__ import annotations

import datetime
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bulletin_ner.normalisation.date_links import DateLinker
from bulletin_ner.normalisation.dates import parse_reference
from bulletin_ner.normalisation.document import normalise
from bulletin_ner.normalisation.layout import Layout
from bulletin_ner.normalisation.place_links import PlaceLinker
from bulletin_ner.normalisation.wholes import last_whole
from bulletin_ner.schema import Entity, Record
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument
from training.links import GoldLink, GoldLinks
from training.values import same_place

MOST = 25  # mentions of a type on either side of a figure that are candidates
_CLAUSE = re.compile(r"[，；。！？,;\n]|\. ")
_NATION = re.compile(r"全[国國]|\bnation", re.I)
_OF_WHICH = re.compile(r"其中|包括|包含|分别|分別|\bof (?:which|whom|these)|\bincluding", re.I)
_EACH = re.compile(r"各|\beach\b|\bboth\b", re.I)
_INSIDE = re.compile(r"\s*[（(]|(?:均|都)?(?:在|位于|分布在|发生在)$|.*\b(?:in|at|within|on|during)\s+(?:the\s+)?$", re.I | re.S)
_UNTIL = re.compile(r"(?:截至|截止|至|到|\bas of|\bby|\buntil|\bup to)\s*(?:the )?$", re.I)

Target = Literal["place", "date"]
TARGETS: tuple[Target, ...] = ("place", "date")


@dataclass(frozen=True)
class Choice:
    """One answer for one link of a figure: a mention's key (a place's text, a date's value; None: no mention), whether the gold link
    takes it, whether the rules gave it, and what a model sees of it."""

    key: str | None
    right: bool
    ruled: bool
    features: Mapping[str, float | str]


@dataclass(frozen=True)
class Figure:
    """A COUNT with a gold link: its choices by target, and whether the rules' answer is right."""

    sentence: int
    choices: Mapping[Target, tuple[Choice, ...]]
    ruled: Mapping[Target, bool]


def read_figures(document: AnnotatedDocument, known: GoldLinks) -> list[Figure]:
    """The linked figures of a document in order; its gold spans are given, their values and the rules' links computed."""
    spans = [
        Entity(i, e.type, document.text[e.start : e.end], e.start, e.end, 1.0, kind=e.kind, indicator=e.indicator, aspect=e.aspect)
        for i, e in enumerate(document.entities)
    ]
    bounds = sentences(document.text)
    result = normalise(document.text, bounds, spans, parse_reference(document.reference_date))
    view = _View(document.text, bounds, result.entities, parse_reference(document.reference_date))
    entities = {entity.id: entity for entity in result.entities}
    records = {entities[record.entity].start: record for record in result.records if record.entity is not None}
    gold = [link for link in known.links if link.indicator is None]
    return [_figure(view, link, records[link.start], entities, known) for link in sorted(gold, key=lambda link: link.start)]


def _figure(view: _View, link: GoldLink, record: Record, entities: Mapping[int, Entity], known: GoldLinks) -> Figure:
    def right(target: Target, mention: Entity | None) -> bool:
        if target == "date":
            return (str(mention.value) if mention else None) == link.date
        answer = replace(record, place_entity=mention.id if mention else None, place_code=mention.code if mention else None)
        return same_place(link, answer, entities, known)

    figure = entities[record.entity if record.entity is not None else -1]
    chosen = {"place": record.place_entity, "date": record.date_entity}
    choices: dict[Target, tuple[Choice, ...]] = {}
    ruled: dict[Target, bool] = {}
    for target in TARGETS:
        ruling = chosen[target]
        answer = entities[ruling] if ruling is not None else None
        ruled[target] = right(target, answer)
        choices[target] = tuple(
            Choice(_key(mention), right(target, mention), _key(mention) == _key(answer), view.features(target, figure, mention))
            for mention in (*view.candidates(target, figure), None)
        )
    return Figure(view.layout.number(figure.start), choices, ruled)


def _key(mention: Entity | None) -> str | None:
    return None if mention is None else mention.text if mention.type == "PLACE" else str(mention.value)


class _View:
    """What a model may know of a document: the clues that the rules gather, and distances."""

    def __init__(self, text: str, bounds: Sequence[tuple[int, int]], entities: Sequence[Entity], latest: datetime.date | None) -> None:
        self.text = text
        self.layout = Layout(text, bounds)
        self.places, self.dates = PlaceLinker(self.layout, entities), DateLinker(self.layout, entities, latest)
        self.mentions = {"place": self.places.places, "date": self.dates.roles.days}
        self.often = Counter(_key(mention) for found in self.mentions.values() for mention in found)
        self.topic = self.places.topics[0].text if len(self.places.topics) else None

    def candidates(self, target: Target, figure: Entity) -> list[Entity]:
        found = self.mentions[target]
        before = [mention for mention in found if mention.start < figure.start]
        return [*before[-MOST:], *found[len(before) : len(before) + MOST]]

    def features(self, target: Target, figure: Entity, mention: Entity | None) -> dict[str, float | str]:
        text, places, layout, all_mentions = self.text, self.places, self.layout, self.mentions[target]
        number = layout.number(figure.start)
        start = layout.sentences[number][0]
        lead = text[max(start, figure.start - 300) : figure.start]
        total = figure.aspect in ("cumulative", "current")
        own = all_mentions.within(start, figure.start)
        features: dict[str, float | str] = {
            "indicator": str(figure.indicator),
            "aspect": str(figure.aspect),
            "mentions before": len(own),
            "nation": bool(_NATION.search(lead)),
            "whole": last_whole(lead) is not None,
            "of which": bool(_OF_WHICH.search(_CLAUSE.split(lead)[-1])),
        }
        if mention is None:
            return features | {"none": 1, "none, aspect": str(figure.aspect), "none, nation": features["nation"], "none, alone": not own}
        before = mention.end <= figure.start
        low, high = (mention.end, figure.start) if before else (figure.end, mention.start)
        gap, side = text[low:high], "before" if before else "after"
        apart = number - layout.number(mention.start)
        between = len(all_mentions.within(low, high))
        figures = len(places.figures.within(low, high))
        listed, origin = mention.id in places.roles.listed, mention.id in places.roles.origin
        free = [m for m in own if m.id not in places.roles.origin and m.id not in places.roles.listed and m.kind != "site"]
        features |= {
            f"{side}, sentences": max(-5, min(5, apart)),
            f"{side}, same sentence": apart == 0,
            f"{side}, same clause": not _CLAUSE.search(gap),
            f"{side}, same line": "\n" not in gap,
            f"{side}, characters": math.log1p(max(0, len(gap))),
            f"{side}, mentions between": min(between, 10),
            f"{side}, figures between": min(figures, 10),
            f"{side}, nearest": between == 0,
            f"{side}, adjacent": between + figures == 0 and len(gap) <= 12,
            f"{side}, touching": not gap.strip(),
            f"{side}, inside": not before and not figures and len(gap) < 40 and bool(_INSIDE.match(gap)),
            f"{side}, total": total and apart == 0,
            "listed, each": listed and bool(_EACH.search(gap)),
            "listed, kept apart": listed and bool(gap.strip()) and before,
            "last free": bool(free) and free[-1].id == mention.id,
            "line": text[max(0, mention.start - 1) : mention.start] in ("", "\n"),
            "line, colon": bool(re.match(r"\s*[：:，,]", text[mention.end : mention.end + 2])),
            "first": mention.id == all_mentions[0].id,
            "title": layout.number(mention.start) < 2,
            "share": self.often[_key(mention)] / len(all_mentions),
            "whole between": before and last_whole(gap[-300:]) is not None,
        }
        if target == "date":
            closing = mention.id in self.dates.roles.closing_ids
            stretch, until = "/" in str(mention.value), bool(_UNTIL.search(text[max(0, mention.start - 8) : mention.start]))
            return features | {"kind": f"{figure.aspect} {closing}", "stretch": f"{total} {stretch}", "until": f"{total} {until}"}
        unit = last_whole(lead)
        meant = places.wholes.mention(unit, figure.start) if unit is not None else None
        return features | {
            "kind": str(mention.kind),
            "level": str(mention.level),
            "origin": origin,
            "listed": listed,
            "topic": mention.text == self.topic,
            "whole means": meant is not None and meant.text == mention.text,
        }
