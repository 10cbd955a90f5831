"""Which place 全市, 我区 or "the province" mean: one of that level that the document names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.schema import Entity

WHOLE = re.compile(
    r"[全我本](?P<han>[市省区區县縣州国國港澳台臺旗镇鎮乡鄉盟])|(?:^|(?<=[\s，。；、,（(：:]))(?P<inner>[市省区區县縣州])[内內]|(?P<land>[国國])[内內](?![外地]|\s*[>＞»›|｜])"
    r"|\b(?P<wide>nation|province|city|county|district|state|island)-?wide\b"
    r"|\b(?:the|this|our) (?:whole |entire )?"
    r"(?P<the>city|province|county|district|state|region|country|prefecture|territory|town|island|league)\b"
    r"(?! of\b)",
    re.IGNORECASE,
)
# Levels and, where several kinds share one, how the official name ends; None: any.
_MEANT: dict[str, tuple[tuple[str, str | None], ...]] = {
    "city": (("prefecture", None), ("province", "市"), ("county", "市")),
    "district": (("county", "区"), ("province", "自治区")),
    "county": (("county", "县"), ("county", "旗"), ("prefecture", "县")),  # Taiwan's counties lie over towns
    "province": (("province", "省"), ("province", "区")),
    "prefecture": (("prefecture", None),),
    "country": (("country", None),),
    "town": (("township", None),),
}
REGIONS = {  # by the word of 全港, 本澳, 全台
    "港": re.compile(r"香港|Hong Kong", re.I),
    "澳": re.compile(r"澳[门門]|Maca[uo]", re.I),
    "台": re.compile(r"[台臺][湾灣]|Taiwan", re.I),
}
_UNITS = {
    "市": "city", "区": "district", "區": "district", "县": "county", "縣": "county", "旗": "county", "省": "province", "州": "prefecture",
    "国": "country", "國": "country", "nation": "country", "镇": "town", "鎮": "town", "乡": "town", "鄉": "town", "state": "province",
    "盟": "prefecture", "league": "prefecture",
    "臺": "台",
}  # fmt: skip
_OVER = ("country", *REGIONS)  # what a document's topic is not, where no gazetteer says so
_ENGLISH = re.compile(r" (City|District|County|Province|State|Prefecture|Town)$", re.IGNORECASE)
_ENDINGS = {"city": "市", "district": "区區", "county": "县縣旗", "province": "省", "prefecture": "州", "town": "镇鎮乡鄉"}


def last_whole(words: str) -> str | None:
    """What the last such word of ``words`` is a whole of (city, district, 港), None where there is none."""
    matches = list(WHOLE.finditer(words))
    if not matches:
        return None
    found = matches[-1]
    word = (found["han"] or found["inner"] or found["land"] or found["wide"] or found["the"]).lower()
    return _UNITS.get(word, word)


def _own_unit(name: str) -> str | None:
    """What a name says by its ending that it is of, None where it says nothing."""
    english = _ENGLISH.search(name)
    if english is not None:
        return _UNITS.get(english[1].lower(), english[1].lower())
    return next((unit for unit, endings in _ENDINGS.items() if name[-1] in endings), None)


class Wholes:
    """Over the administrative places of a document in order; ``topic``: the text of the place it is about."""

    def __init__(self, admin: Sequence[Entity], topic: str | None) -> None:
        self._admin = admin
        self._topic = topic
        # whether no gazetteer knows what the topic is, so that it may be the city, district or town meant
        self._unplaced = any(place.text == topic and place.level is None and _own_unit(place.text) is None for place in admin)
        self._known: dict[str, Mentions] = {}

    def mention(self, unit: str, before: int) -> Entity | None:
        """The place that a whole of this unit (`last_whole`) means: its last mention before an offset, else its first; None where the
        document names no place of that level."""
        if unit not in self._known:
            fitting = Counter(place.text for place in self._admin if self._fits(place, unit))
            named = next((text for text, _ in fitting.most_common(1)), None)
            chosen = self._topic if self._topic in fitting or (named is None and unit not in _OVER and self._unplaced) else named
            self._known[unit] = Mentions(place for place in self._admin if place.text == chosen)
        return self._known[unit].last(before) or self._known[unit].first(0)

    def own(self, unit: str) -> Entity | None:
        """The one place of this level that the document's topic is or lies in, else the only one that it names; None where that is open."""
        fitting = {place.name or place.text: place for place in self._admin if self._fits(place, unit)}
        main = next((place.name or place.text for place in self._admin if place.text == self._topic), "")
        found = [place for name, place in fitting.items() if main.startswith(name)] or list(fitting.values())
        return found[0] if len(found) == 1 else None if found else self.mention(unit, 0)

    def _fits(self, place: Entity, unit: str) -> bool:
        if unit not in _MEANT:
            return REGIONS[unit].fullmatch(place.text) is not None if unit in REGIONS else True
        if place.level is None:  # a place that no gazetteer knows: by its own ending, else only the document's topic
            return _own_unit(place.text) == unit
        name = place.name or place.text
        return any(place.level == level and (ending is None or name.endswith(ending)) for level, ending in _MEANT[unit])
