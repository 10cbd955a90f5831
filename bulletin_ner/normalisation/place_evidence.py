"""What a document says about where it is: evidence for one reading of a place against another."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bulletin_ner.cleaning import clean
from bulletin_ner.normalisation.gazetteer import Gazetteer, load
from bulletin_ner.normalisation.place_forms import read_place

_SENTENCE = re.compile(r"[。！？!?\n]|\.\s")
_ENUMERATED = re.compile(r"(?:、|[和及与與或]|,|\band)\s*(?:the\s+)?$", re.I)
_REACH = 2000  # characters: a page without full stops is no sentence
_NAMED = re.compile(r"[\u3400-\u9fff]{1,10}?(?:省|市|自治区|自治州|州|盟|地区)")


@dataclass(frozen=True, order=True)
class Evidence:
    """A unit that the text names at ``start``."""

    start: int
    unit: str
    weight: float = 1.0


def parse_jurisdiction(value: str | None) -> str | None:
    """The unit of a code or of names in a chain (the deepest that is one unit); None where nothing of it is known."""
    if not value:
        return None
    gazetteer = load()
    if value in gazetteer.units:
        return gazetteer.units[value].now
    found: str | None = None
    for part in value.split("/"):
        reading = read_place(part)
        for units in (reading.units, reading.former_options()):  # a name's former bearer where the present one lies elsewhere
            options = [unit for unit in units if found is None or found in (unit, *gazetteer.ancestors(unit), "CN")]
            if options:
                break
        top = [unit for unit in options if gazetteer.units[unit].level in ("country", "province")] or options
        if len(top) != 1:
            break
        found = top[0]
    return found


def whole_names(text: str) -> list[Evidence]:
    """Provinces and prefectures by their whole names, wherever they stand: in titles, in names of bodies."""
    found = []
    cleaned = clean(text)
    for match in _NAMED.finditer(cleaned.text):
        for start in range(match.start(), match.end() - 2):
            hits = [hit for hit in load().chinese.get(cleaned.text[start : match.end()], ()) if hit.full]
            if len(hits) == 1 and hits[0].unit.now and hits[0].unit.level in ("province", "prefecture"):
                found.append(Evidence(cleaned.starts[start], hits[0].unit.now, 0.25))
                break
    return found


def center_of(gazetteer: Gazetteer, evidence: Sequence[Evidence]) -> str | None:
    """The prefecture, else the province or country, that two thirds of what is named lies in: the authority's, most likely."""
    for group in (gazetteer.area, gazetteer.root):
        weights: dict[str, float] = defaultdict(float)
        for number, item in enumerate(evidence):
            wide = gazetteer.units[item.unit].level in ("province", "country") and gazetteer.area(item.unit) != item.unit
            if group == gazetteer.root or not wide:
                weights[group(item.unit)] += item.weight * (1.5 if number == 0 else 1)
        best = max(weights, key=lambda place: weights[place], default=None)
        if best and weights[best] >= 1 and 3 * weights[best] >= 2 * sum(weights.values()):
            return best
    return None


def tier(gazetteer: Gazetteer, option: str, other: str) -> int:
    """How close a unit is to another: 3 for itself or one above it, 2 in the same prefecture, 1 in the same province, 0."""
    if option == other or option in gazetteer.ancestors(other):
        return 3
    if "country" in (gazetteer.units[other].level, gazetteer.units[option].level):
        return 0
    if gazetteer.area(option) == gazetteer.area(other):
        return 2
    return int(gazetteer.root(option) == gazetteer.root(other))


class Named:
    """The units that a document names, to be asked often: ``tier`` is the best tier of an option to any of them."""

    def __init__(self, gazetteer: Gazetteer, evidence: Sequence[Evidence]) -> None:
        units = {item.unit for item in evidence}
        divisions = [unit for unit in units if gazetteer.units[unit].level != "country"]
        self._gazetteer = gazetteer
        self._covered = units.union(*map(gazetteer.ancestors, units))
        self._areas = {gazetteer.area(unit) for unit in divisions}
        self._roots = {gazetteer.root(unit) for unit in divisions}

    def tier(self, option: str) -> int:
        """As `tier` of one to one."""
        if option in self._covered:
            return 3
        if self._gazetteer.units[option].level == "country":
            return 0
        return 2 if self._gazetteer.area(option) in self._areas else int(self._gazetteer.root(option) in self._roots)


def near_before(gazetteer: Gazetteer, text: str, start: int, options: Sequence[str], evidence: Sequence[Evidence]) -> Evidence | None:
    """The last evidence for one of the options before ``start`` in its sentence; ``evidence`` is in order.

    None where that is one of an enumeration whose others speak for other options: 南京、福州两市的鼓楼区.
    """
    last = bisect.bisect_left(evidence, Evidence(start, ""))
    near: Evidence | None = None
    for item in reversed(evidence[max(0, last - 8) : last]):
        if start - item.start > _REACH or _SENTENCE.search(text, item.start, start):
            break
        meant = _closest(gazetteer, options, item.unit)
        if near is not None and meant and meant.isdisjoint(_closest(gazetteer, options, near.unit)):
            return None
        near = near or (item if meant else None)
        if near and not _ENUMERATED.search(text, max(0, item.start - 8), item.start):
            break
    return near


def _closest(gazetteer: Gazetteer, options: Sequence[str], unit: str) -> set[str]:
    """The options of the best tier to a unit; none where none has any."""
    tiers = {option: tier(gazetteer, option, unit) for option in options}
    return {option for option, own in tiers.items() if own and own == max(tiers.values())}


def opens_text(text: str, start: int) -> bool:
    """Whether ``start`` is in the first sentence or line."""
    return not _SENTENCE.search(text[:start].lstrip())
