"""Which place and which date each figure of a document holds for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bulletin_ner.normalisation.date_links import DateLinker
from bulletin_ner.normalisation.layout import Layout, Point
from bulletin_ner.normalisation.place_links import PlaceLinker
from bulletin_ner.schema import Entity


@dataclass(frozen=True)
class Links:
    """For figures by entity id: the ids of their place and date, None where none is told."""

    place: Mapping[int, int | None]
    date: Mapping[int, int | None]


@dataclass(frozen=True)
class Ruling:
    """What the rules know of a document and what they answer: its layout, all its entities in order, both linkers, the links."""

    layout: Layout
    entities: Sequence[Entity]
    places: PlaceLinker
    dates: DateLinker
    links: Links


class Linker(Protocol):
    """What looks at the rules' answers once more: those of the figures may be others, those of zeros in words stay."""

    def __call__(self, ruling: Ruling) -> Links: ...


def rule(
    text: str,
    sentences: Sequence[tuple[int, int]],
    entities: Sequence[Entity],
    points: Sequence[Point],
    latest: datetime.date | None = None,
) -> Ruling:
    """The place and date of each point, in order, by the rules. ``sentences``: half-open offsets; ``entities``: all of the document in
    order; ``latest``: the day the document was published, where known."""
    layout = Layout(text, sentences)
    places, dates = PlaceLinker(layout, entities), DateLinker(layout, entities, latest)
    found_places: dict[int, int | None] = {}
    found_dates: dict[int, int | None] = {}
    for point in points:
        threshold = dates.threshold(point)
        place = places.place(point)
        found_places[point.key] = None if threshold else place
        found_dates[point.key] = dates.date(point, threshold)
    return Ruling(layout, entities, places, dates, Links(found_places, found_dates))
