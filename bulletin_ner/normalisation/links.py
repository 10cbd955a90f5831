"""Which place and which date each figure of a document holds for."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from bulletin_ner.normalisation.date_links import DateLinker
from bulletin_ner.normalisation.layout import Layout, Point
from bulletin_ner.normalisation.place_links import PlaceLinker
from bulletin_ner.schema import Entity


@dataclass(frozen=True)
class Links:
    """For figures by entity id: the ids of their place and date, None where none is told."""

    place: dict[int, int | None]
    date: dict[int, int | None]


def link(
    text: str,
    sentences: Sequence[tuple[int, int]],
    entities: Sequence[Entity],
    points: Sequence[Point],
    latest: datetime.date | None = None,
) -> Links:
    """The place and date of each point, in order. ``sentences``: half-open offsets; ``entities``: all of the document in order;
    ``latest``: the day the document was published, where known."""
    layout = Layout(text, sentences)
    places, dates = PlaceLinker(layout, entities), DateLinker(layout, entities, latest)
    links = Links({}, {})
    for point in points:
        threshold = dates.threshold(point)
        place = places.place(point)
        links.place[point.key] = None if threshold else place
        links.date[point.key] = dates.date(point, threshold)
    return links
