"""From spans with classes to data: values, codes, roles, persons, records and warnings of one document."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bulletin_ner.normalisation.checks import check_records
from bulletin_ner.normalisation.counts import parse_count
from bulletin_ner.normalisation.dates import DateContext
from bulletin_ner.normalisation.links import Linker
from bulletin_ner.normalisation.persons import link_persons
from bulletin_ner.normalisation.places import PlaceMention, resolve_places
from bulletin_ner.normalisation.posts import Posts
from bulletin_ner.normalisation.records import build_records
from bulletin_ner.normalisation.roles import join_roles
from bulletin_ner.normalisation.units import english_unit
from bulletin_ner.schema import Entity, Inconsistency, Record


@dataclass(frozen=True)
class Normalised:
    entities: tuple[Entity, ...]
    records: tuple[Record, ...]
    warnings: tuple[Inconsistency, ...]


def normalise(
    text: str,
    sentences: Sequence[tuple[int, int]],
    entities: Sequence[Entity],
    reference: datetime.date | None,
    linker: Linker | None = None,
) -> Normalised:
    """Fill in what the model's spans mean. ``entities``: in order, COUNTs with indicator and aspect, PLACEs with kind; ``linker``: what
    decides on places and dates of figures after the rules."""
    dates = DateContext(text, reference)
    valued = [_valued(text, entity, dates) for entity in entities]
    year = _year(valued, reference)
    places = [entity for entity in valued if entity.type == "PLACE"]
    named = dict(
        zip(
            [place.id for place in places],
            resolve_places(text, [PlaceMention(place.text, place.start, place.end, place.kind) for place in places], year=year),
            strict=True,
        )
    )
    for index, entity in enumerate(valued):
        if found := named.get(entity.id):
            valued[index] = replace(
                entity, name=found.name, code=found.code, level=found.level, parents=found.parents, candidates=found.candidates
            )
    roles = [entity for entity in valued if entity.type == "ROLE"]
    complete = link_persons(join_roles(text, valued, Posts(text, sentences, valued, year).of(roles)))
    records = build_records(text, sentences, complete, reference, linker)
    return Normalised(complete, records, check_records(text, records))


def _year(entities: Sequence[Entity], reference: datetime.date | None) -> int | None:
    """The year of publication, else the last that a date of the text names."""
    named = [int(entity.value[:4]) for entity in entities if isinstance(entity.value, str) and entity.value[:4].isdecimal()]
    return reference.year if reference else max(named, default=None)


def _valued(text: str, entity: Entity, dates: DateContext) -> Entity:
    if entity.type == "DATE":
        return replace(entity, value=dates.resolve(entity.text, entity.start))
    if entity.type == "COUNT":
        count = parse_count(entity.text, funds=entity.indicator == "funds")
        unit = count.unit or english_unit(text, entity.end)
        return replace(entity, value=count.value, modifier=count.modifier, unit=unit)
    return entity
