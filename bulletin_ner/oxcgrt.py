"""A bulletin's measures as rows for coders of OxCGRT. What the rules do and do not do: docs/taxonomy.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulletin_ner.cleaning import clean
from bulletin_ner.taxonomy import measure_type

if TYPE_CHECKING:  # the schema calls this module
    from bulletin_ner.schema import Bulletin, Entity, Measure

# Whole jurisdictions, and parts of one, by the words that say so.
_GENERAL = re.compile(
    r"全[市省区區县縣州国國镇鎮旗港澳台]|\b(?:city|province|nation|county|district|state|territory)-?wide\b"
    r"|\b(?:whole|entire) (?:city|province|country|county|district|territory)\b",
    re.IGNORECASE,
)
_TARGETED = re.compile(
    r"风险区|風險區|封控区|封控區|管控区|管控區|防范区|防範區|部分(?:区域|地区|街道|镇)|部分(?:區域|地區)"
    r"|\b(?:high|medium|low)[- ]risk (?:area|zone)|\b(?:lockdown|control|containment|closed-off) (?:area|zone)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class OxcgrtRow:
    """One measure under one code that may be meant.

    ``code``: None where OxCGRT has no equivalent. ``condition``: what must hold for this code to be the one; None where it simply fits.
    ``date`` (ISO 8601) and ``place`` with their sources "sentence" or "document", None where open. ``scope``: "general" or "targeted" where
    the sentence says it, else None. ``start``, ``end``, ``text``: the sentence.
    """

    code: str | None
    condition: str | None
    label: str
    date: str | None
    date_source: str | None
    place: str | None
    place_code: str | None
    place_source: str | None
    scope: str | None
    score: float
    start: int
    end: int
    text: str


def oxcgrt_rows(bulletin: Bulletin) -> tuple[OxcgrtRow, ...]:
    """A row for each code of each measure, in the order of the text; see `Bulletin.to_oxcgrt`."""
    rows = []
    for measure in bulletin.measures:
        inside = [entity for entity in bulletin.entities if measure.start <= entity.start and entity.end <= measure.end]
        date, date_source = _date(inside, bulletin)
        place, place_source = _place(inside, bulletin)
        for code, condition in _codes(measure):
            rows.append(
                OxcgrtRow(
                    code=code,
                    condition=condition,
                    label=measure.label,
                    date=date,
                    date_source=date_source,
                    place=(place.name or clean(place.text).text) if place else None,
                    place_code=place.code if place else None,
                    place_source=place_source,
                    scope=_scope(measure.text),
                    score=measure.score,
                    start=measure.start,
                    end=measure.end,
                    text=measure.text,
                )
            )
    return tuple(rows)


def _codes(measure: Measure) -> list[tuple[str | None, str | None]]:
    known = measure_type(measure.label)
    if known is None:
        return [(None, "a label of the model's own")]
    found = known.equivalents["oxcgrt"]
    return [(code.code, code.note) for code in found.codes] or [(None, found.remark)]


def _date(inside: Sequence[Entity], bulletin: Bulletin) -> tuple[str | None, str | None]:
    """The first day or stretch of days in the sentence, else the reference date, else the only one that the document names."""
    own = _days(inside)
    if own:
        return own[0], "sentence"
    if bulletin.reference_date is not None:
        return bulletin.reference_date, "document"
    named = set(_days(bulletin.entities))
    return (named.pop(), "document") if len(named) == 1 else (None, None)


def _days(entities: Sequence[Entity]) -> list[str]:
    """Dates that tell a day, a month or a stretch of them: no clock time alone, no year left open."""
    values = [entity.value for entity in entities if entity.type == "DATE"]
    return [value for value in values if isinstance(value, str) and value[:1].isdigit()]


def _place(inside: Sequence[Entity], bulletin: Bulletin) -> tuple[Entity | None, str | None]:
    """The first administrative place in the sentence, else the first of the document."""
    for entities, source in ((inside, "sentence"), (bulletin.entities, "document")):
        places = [entity for entity in entities if entity.type == "PLACE" and entity.kind != "site"]
        if places:
            return places[0], source
    return None, None


def _scope(text: str) -> str | None:
    general, targeted = _GENERAL.search(text), _TARGETED.search(text)
    if bool(general) == bool(targeted):
        return None
    return "general" if general else "targeted"
