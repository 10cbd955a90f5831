"""Which place a document is about: what holds for its figures where nothing nearer names a place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bulletin_ner.normalisation.layout import Layout, Point
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.place_roles import PlaceRoles
from bulletin_ner.normalisation.wholes import Wholes, last_whole
from bulletin_ner.schema import Entity

TOLD_IN = re.compile(  # between a figure and the place that it is told of
    r"[^,;.]{0,60}?(?:, (?:both|all) )?\b(?:in|at|within|across)\s+(?:the\s+)?"
    r"(?:(?:city|town|village|county|district|state|province)\s+of\s+)?$",
    re.I,
)
_BYLINE = re.compile(r"\s*(?:報導|报道|新聞|新闻|[訊讯電电]|日報|日报|edition\b)")  # 台州新聞, 台北報導: where it is written or read
# Hong Kong's departments speak for the whole of it and seldom name it.
_HONG_KONG = re.compile(r"Centre for Health Protection|\bLCQ\d|Hospital Authority|\bHKT\b|[衞衛]生防護中心|醫管局|醫院管理局")
_LEVELS = ("county", "prefecture", "province")
_CASES = ("infections", "confirmed_cases", "deaths")


def find_topic(layout: Layout, places: Mentions, figures: Mentions, roles: PlaceRoles) -> str | None:
    """The text of that place: what the first case figure is told to be in, the first of the title (a site only before all figures),
    else the most frequent; None where the title names a whole (本市) that no place of the text is."""
    admin = [place for place in places if place.kind != "site" and place.id not in roles.origin]
    opening = layout.sentences[:3]
    first = opening[-1][1] if opening else 0  # a text without a word has no sentence
    figure = figures.first(0)
    titled = [p for p in places.begun(0, first) if p.id not in roles.origin and p.id not in roles.parts]
    titled = [p for p in titled if not _BYLINE.match(layout.text, p.end)]
    if not titled or (figure is not None and figure.start < titled[0].start):
        named_at_all = any("香港" in place.text or "Hong Kong" in place.text for place in admin)
        if not named_at_all and _HONG_KONG.search(layout.text):
            return None
    if (lead := _lead(layout, places, figures, roles)) is not None:
        return lead.text
    named = next((place for place in titled if place.kind != "site"), None)
    if named is None and titled and figure is not None and titled[0].start < figure.start:
        named = titled[0]
    unit = last_whole(layout.text[: named.start if named else first])
    if unit is not None and Wholes(admin, None).mention(unit, 0) is None:
        return None
    if named is not None:
        return named.text
    return _frequent([place for place in admin if place.id not in roles.parts])


def _lead(layout: Layout, places: Mentions, figures: Mentions, roles: PlaceRoles) -> Entity | None:
    """The place that the first case figure is told to be in: `149 new cases in Nova Scotia`."""
    figure = next((f for f in figures if f.indicator in _CASES and f.aspect != "unspecified"), None)
    place = places.first(figure.end) if figure is not None else None
    if figure is None or place is None or place.kind == "site" or place.id in roles.listed | roles.origin:
        return None
    _, end = layout.reach(Point(figure.id, figure.start, figure.end, str(figure.aspect)))
    alone = place.start < end and not figures.begun(figure.end, place.start)
    return place if alone and TOLD_IN.fullmatch(layout.text[figure.end : place.start]) else None


def _frequent(admin: Sequence[Entity]) -> str | None:
    """The place named most often, where one is named more than once or alone, else the first from the county upwards."""
    often = Counter(place.text for place in admin)
    text, times = next(iter(often.most_common(1)), (None, 0))
    return text if times > 1 or len(often) == 1 else next((place.text for place in admin if place.level in _LEVELS), None)
