"""Which place 全市, 我区 or "the province" mean: one of that level that the document names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.schema import Entity

WHOLE = re.compile(
    r"[全我本](?P<han>[市省区區县縣州国國港澳台旗镇鎮])|(?:^|(?<=[\s，。；、,（(：:]))(?P<inner>[市省区區县縣州])[内內]|\b(?P<wide>nation|province|city)-?wide\b"
    r"|\bthe (?P<the>city|province|county|district|state|region|country|prefecture|territory)\b",
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
_UNITS = {
    "市": "city", "区": "district", "區": "district", "县": "county", "縣": "county", "旗": "county", "省": "province", "州": "prefecture",
    "国": "country", "國": "country", "nation": "country", "镇": "town", "鎮": "town", "state": "province",
}  # fmt: skip
_ENDINGS = {"city": "市", "district": "区區", "county": "县縣旗", "province": "省", "prefecture": "州", "town": "镇鎮"}


def last_whole(words: str) -> str | None:
    """What the last such word of ``words`` is a whole of (city, district, 港), None where there is none."""
    matches = list(WHOLE.finditer(words))
    if not matches:
        return None
    found = matches[-1]
    word = (found["han"] or found["inner"] or found["wide"] or found["the"]).lower()
    return _UNITS.get(word, word)


class Wholes:
    """Over the administrative places of a document in order; ``topic``: the text of the place it is about."""

    def __init__(self, admin: Sequence[Entity], topic: str | None) -> None:
        self._admin = admin
        self._topic = topic
        self._known: dict[str, Mentions] = {}

    def mention(self, unit: str, before: int) -> Entity | None:
        """The place that a whole of this unit (`last_whole`) means: its last mention before an offset, else its first; None where the
        document names no place of that level."""
        if unit not in self._known:
            fitting = Counter(place.text for place in self._admin if self._fits(place, unit))
            chosen = self._topic if self._topic in fitting else next((text for text, _ in fitting.most_common(1)), None)
            self._known[unit] = Mentions(place for place in self._admin if place.text == chosen)
        return self._known[unit].last(before) or self._known[unit].first(0)

    def _fits(self, place: Entity, unit: str) -> bool:
        if unit not in _MEANT:
            return unit not in "港澳台" or unit in place.text
        if place.level is None:  # a place that no gazetteer knows: by its own ending, else only the document's topic
            own = next((name for name, endings in _ENDINGS.items() if place.text[-1] in endings), None)
            return own == unit if own is not None else place.text == self._topic
        name = place.name or place.text
        return any(place.level == level and (ending is None or name.endswith(ending)) for level, ending in _MEANT[unit])
