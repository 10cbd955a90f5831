"""Which place a document is about: the one of its title, of the authority that tells, or the one it names most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from bulletin_ner.normalisation.layout import Layout
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.place_roles import PlaceRoles
from bulletin_ner.normalisation.wholes import REGIONS, Wholes, last_whole
from bulletin_ner.schema import Entity

_AUTHORITIES = ("county", "prefecture", "province")
_CRUMBS = re.compile(r"[ \u3000]*|[^\n。]{0,60}(?:[>＞»›|｜]+[ \u3000]*)")  # Chaoyang City | Kazuo County
_TITLE = re.compile(r"[^，,。\n]*")
_HEAD = 4  # sentences in which the authority that tells is named
# Bodies whose figures are the whole region's unless a place is told with them, by the word of `wholes.REGIONS` for the region.
_BODIES = {
    "港": re.compile(r"[衞衛]生防護中心|(?<!行政院)[衞衛]生署|醫院管理局|醫管局|\bCentre for Health Protection\b|\bHospital Authority\b"),
    "澳": re.compile(r"應變協調中心|应变协调中心"),
    "台": re.compile(r"中央流行疫情指揮中心|(?<![依按送])(?:疾管|疾病管制)[署局]|\bCentral Epidemic Command Cent"),
}


def topic(layout: Layout, places: Mentions, figures: Mentions, roles: PlaceRoles) -> str | None:
    """The text of that place: the region's where its authority tells the first figure, or, where it is not named, the only one of the
    title; else the first of the title (a site only before all figures), else the most frequent.
    None where no place of the text is the region or the whole (本市) that the title names."""
    text = layout.text
    admin = [place for place in places if place.kind != "site" and place.id not in roles.origin]
    figure = figures.first(0)
    head = layout.sentences[:_HEAD][-1][1] if layout.sentences else 0
    opening = layout.sentences[:3]
    first = opening[-1][1] if opening else 0  # a text without a word has no sentence
    if figure is not None and (region := told_by(text[: max(figure.start, head)], admin)) is not None:
        own = next((place.text for place in places if REGIONS[region].fullmatch(place.text)), None)
        return own or _titled(text, places, roles)
    titled = [p for p in places.begun(0, first) if p.id not in roles.origin and p.id not in roles.parts]
    named = next((place for place in titled if place.kind != "site"), None)
    if named is None and titled and figure is not None and titled[0].start < figure.start:
        named = titled[0]
    for place in titled:
        if named is not None and place.kind != "site" and place.start > named.start and _CRUMBS.fullmatch(text, named.end, place.start):
            named = place
    unit = last_whole(text[: named.start if named else first])
    if unit is not None and Wholes(admin, None).mention(unit, 0) is None:
        return None
    if named is not None:
        return named.text
    free = [place for place in admin if place.id not in roles.parts]
    often = Counter(place.text for place in free)
    most, times = next(iter(often.most_common(1)), (None, 0))
    return most if times > 1 or len(often) == 1 else next((place.text for place in free if place.level in _AUTHORITIES), None)


def _titled(text: str, places: Mentions, roles: PlaceRoles) -> str | None:
    """The only place of a title, where it stands in the first part of it and in no bracket."""
    title = _TITLE.match(text)
    named = [p for p in places.begun(0, title.end()) if p.id not in roles.origin and p.id not in roles.enclosed] if title else []
    return named[0].text if len(named) == 1 else None


def told_by(words: str, admin: Sequence[Entity] = ()) -> str | None:
    """The region whose own authority these words name, Taiwan's only before all of ``admin``: its cities and counties have authorities
    of their own."""
    for region, bodies in _BODIES.items():
        body = bodies.search(words)
        if body is not None and (region != "台" or not admin or body.start() < admin[0].start):
            return region
    return None


def outside(places: Iterable[Entity], topic: str | None) -> set[int]:
    """Places that by their GB/T 2260 codes lie neither in the one of that text nor over it; none where that has no such code."""
    coded = [(place, _stem(place.code)) for place in places if place.kind != "site" and place.code is not None and place.code.isdigit()]
    own = next((stem for place, stem in coded if place.text == topic), None)
    return set() if own is None else {place.id for place, stem in coded if not (stem.startswith(own) or own.startswith(stem))}


def _stem(code: str) -> str:
    """The digits that all codes inside a province, prefecture or county share."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
