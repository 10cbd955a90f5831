"""Places to official names and codes, resolved with the document: what stays open has no code, and its candidates are listed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bulletin_ner.cleaning import clean, detect_language
from bulletin_ner.normalisation.gazetteer import LEVELS, Gazetteer, load
from bulletin_ner.normalisation.place_evidence import (
    Evidence,
    Named,
    center_of,
    near_before,
    opens_text,
    parse_jurisdiction,
    tier,
    whole_names,
)
from bulletin_ner.normalisation.place_forms import Reading, read_place

_HAN = re.compile(r"[\u3400-\u9fff]")
_UNDER = re.compile(r"\s*[,，(（]\s*|\s+(?:in|of)\s+(?:the\s+)?|\s*,?\s+", re.I)  # `Yubei District, Chongqing`
_OVER = re.compile(r"\s*(?:的|[(（:：]|,?\s|['’]s\s)?\s*", re.I)  # `重庆的大足区`
_AND = re.compile(r"\s*(?:、|和|及|与|以及|或)\s*")
_SMALL_PLACE = re.compile(
    r"([\u3400-\u9fff]{2,3})(?:街道|镇|乡|村|社区(?!卫生))|\b([A-Z][a-z]+) (?:Town|Township|Street|Subdistrict|Village|Community)\b"
)
_STATE = re.compile(r"\bstates?(?: of)?\s+$", re.I)
_SUFFIXES = "市区县旗"
_OUTER = ("71", "81", "82")
_STATES = {"GE": "US"}  # a country whose name a state of another bears
# Short names of a prefecture that districts elsewhere bear as often.
_OPEN = frozenset({"朝阳", "chaoyang"})


@dataclass(frozen=True)
class PlaceMention:
    """A place's text and half-open offsets in the document; ``kind`` is ``admin`` or ``site``."""

    text: str
    start: int
    end: int
    kind: str | None

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end or self.end - self.start != len(self.text):
            raise ValueError(f"offsets {self.start}:{self.end} do not fit the text {self.text!r}")


@dataclass(frozen=True)
class PlaceName:
    """What a mention names.

    ``name``: the official chain of a place in China, else the name as given, a country's in zh-Hans. ``code``: GB/T 2260 from province to
    county, ISO 3166-1 alpha-2 for a country, None for anything else or where it stays open; then ``candidates`` has the codes that it could
    be. ``level``: country to village, None for sites, zones and the unknown. ``parents``: the names above it, the largest first.
    """

    name: str
    code: str | None = None
    level: str | None = None
    parents: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.level not in (None, *LEVELS):
            raise ValueError(f"level {self.level!r} is none of {', '.join(LEVELS)}")
        if self.code is not None and self.candidates:
            raise ValueError(f"{self.name!r} has a code and candidates too")


@dataclass
class _Slot:
    """A mention on its way: its reading, what it can still be, and the unit that it is once settled."""

    mention: PlaceMention
    reading: Reading
    options: tuple[str, ...] = ()
    common: bool = False  # a prefecture's short name that counties bear too
    default: str | None = None  # taken at the end where nothing in the document speaks for another
    unit: str | None = None
    small: bool = False  # a town's or village's short name
    former: tuple[str, ...] = ()  # what former units of the name are today, for a parent beside it to speak for

    def present(self, options: list[str]) -> list[str]:
        """Those of some options that bear the name today, where there are any, else all."""
        return [option for option in options if option in self.reading.units] or options


@dataclass
class _Document:
    text: str
    slots: list[_Slot]
    jurisdiction: str | None
    year: int | None
    gazetteer: Gazetteer = field(default_factory=load)
    background: list[Evidence] = field(default_factory=list)


def resolve_places(
    text: str, mentions: Sequence[PlaceMention], jurisdiction: str | None = None, year: int | None = None
) -> tuple[PlaceName, ...]:
    """The mentions' names and codes, one for each and in their order.

    ``jurisdiction`` is the issuing authority's place, as a code (``500111``) or as names, with slashes or without (``重庆市/大足区``);
    without it the place that the document names most stands for it. One that is not known counts for nothing. ``year``, of publication:
    a name that another unit gave up before it is that of the present one, unless a parent beside it says otherwise.
    """
    order = sorted(range(len(mentions)), key=lambda index: mentions[index].start)
    slots = [_slot(text, mentions, order, position) for position in range(len(order))]
    document = _Document(text, slots, parse_jurisdiction(jurisdiction), year)
    _prepare(document)
    _states(document)
    _given_up(document)
    _beside(document)
    for step in (_first, _defaults, _together):
        for least in (2, 1):
            while _round(document, least):
                pass
        step(document)
    while _round(document, 2):
        pass
    names: list[PlaceName] = [PlaceName("")] * len(mentions)
    for index, slot in zip(order, slots, strict=True):
        names[index] = _name(document, slot)
    return tuple(names)


def _slot(text: str, mentions: Sequence[PlaceMention], order: list[int], position: int) -> _Slot:
    mention = mentions[order[position]]
    reading = read_place(mention.text)
    if mention.kind == "site" or reading.full or reading.chained or reading.level or not _HAN.search(mention.text):
        return _Slot(mention, reading, reading.units)
    # An enumeration shares its last suffix: 东、西区; 成华、锦江区.
    following, last = position, mention
    while following + 1 < len(order) and _AND.fullmatch(text[last.end : mentions[order[following + 1]].start]):
        following += 1
        last = mentions[order[following]]
        ending = clean(last.text).text[-1:]
        if ending in _SUFFIXES and last.kind != "site":
            shared = read_place(mention.text + ending)
            if shared.full and not shared.rest and not shared.chained and (len(mention.text) > 1 or ending == "区"):
                return _Slot(mention, shared, shared.units)
            break
    return _Slot(mention, reading, reading.units)


def _prepare(document: _Document) -> None:
    """Settle what is plain, and note what the text says beside the mentions."""
    gazetteer, text = document.gazetteer, document.text
    outer = [document.jurisdiction or "", *(unit for slot in document.slots if len(slot.options) == 1 for unit in slot.options)]
    if detect_language(text) == "zh-Hans" and not any(unit[:2] in _OUTER for unit in outer):
        for slot in document.slots:  # a district of Taiwan is meant in a text that names Taiwan, or in Traditional characters
            slot.options = tuple(unit for unit in slot.options if ":" not in unit) or slot.options
    stems = {clean(match[1] or match[2]).text.lower() for match in _SMALL_PLACE.finditer(text)}
    for slot in document.slots:
        slot.former = slot.reading.former_options()
        slot.options += slot.reading.former_options(document.year) if document.year else slot.former
    full = {unit for slot in document.slots if slot.reading.full and slot.mention.kind != "site" for unit in slot.options}
    for slot in document.slots:
        if slot.mention.kind == "site":
            _site_evidence(document, slot)
            continue
        reading = slot.reading
        levels = {unit: gazetteer.units[unit].level for unit in slot.options if unit in reading.units}
        bare = not reading.full and not reading.chained and not reading.rest
        stem = clean(slot.mention.text).text.strip().lower()
        top = [unit for unit, level in levels.items() if level in ("country", "province")]
        prefectures = [unit for unit, level in levels.items() if level == "prefecture"]
        english = not _HAN.search(slot.mention.text)
        if bare and len(top) == 1:
            slot.unit = top[0]
        elif not reading.full and not reading.rest and len(prefectures) == 1:
            slot.options = tuple(unit for unit in levels if prefectures[0] not in gazetteer.ancestors(unit))
            slot.default = prefectures[0] if stem not in _OPEN else None
            slot.common = len(slot.options) > 1
            if len(slot.options) == 1 and slot.default:
                slot.unit = slot.default
        elif bare and slot.options:
            slot.small = stem in stems and not full.intersection(slot.options)
            one = slot.options[0] if len(levels) == 1 else ""
            if one and not english and not reading.former and gazetteer.units[one].name.endswith("市") and stem not in stems:
                slot.default = one
        elif len(levels) == 1 and (reading.chained or reading.full and not (reading.former and english)):
            # A short name, or an old one in English, needs support in the document; so does one that another bore of late: 双桥区.
            one = slot.options[0]
            if len(slot.options) == 1:
                slot.unit = one
            elif levels[one] == "prefecture":
                slot.default, slot.common = one, True
    if not any(slot.unit for slot in document.slots):
        document.background += whole_names(text)


def _site_evidence(document: _Document, slot: _Slot) -> None:
    if slot.reading.full and len(slot.options) == 1 and slot.mention.kind == "site":
        document.background.append(Evidence(slot.mention.start, slot.options[0], 0.5))


def _states(document: _Document) -> None:
    """`Georgia, US` is no country, nor is any Georgia of a text that has it."""
    slots, text = document.slots, document.text
    names = {slot.mention.text for slot in slots if slot.unit in _STATES and _STATE.search(text, 0, slot.mention.start)}
    for first, second in pairwise(slots):
        gap = text[first.mention.end : second.mention.start]
        for low, high, between in ((first, second, _UNDER), (second, first, _OVER)):
            listed = low is second and "," in gap
            if low.unit in _STATES and high.unit == _STATES[low.unit] and between.fullmatch(gap) and not listed:
                names.add(low.mention.text)
    for slot in slots:
        if slot.unit in _STATES and slot.mention.text in names:
            slot.unit, slot.options = None, ()


def _given_up(document: _Document) -> None:
    """A name given up before the year of publication is meant where the document is about its prefecture: Chongqing's 双桥区."""
    gazetteer = document.gazetteer
    named = [Evidence(slot.mention.start, slot.unit) for slot in document.slots if slot.unit and not slot.former]
    sure = sorted(named + document.background)
    center = document.jurisdiction or center_of(gazetteer, sure)
    for slot in document.slots:
        if center is None or slot.unit is None or slot.reading.chained or gazetteer.units[slot.unit].level != "county":
            continue
        inside = [option for option in slot.former if tier(gazetteer, option, center) >= 2]
        near = near_before(gazetteer, document.text, slot.mention.start, (slot.unit, *slot.former), sure)
        if len(inside) == 1 and not tier(gazetteer, slot.unit, center) and (near is None or tier(gazetteer, inside[0], near.unit)):
            slot.unit = inside[0]


def _beside(document: _Document) -> None:
    """A parent named next to a place decides: `Qi County, Kaifeng`; 南京的鼓楼区."""
    gazetteer, slots = document.gazetteer, document.slots
    for first, second in pairwise(slots):
        gap = document.text[first.mention.end : second.mention.start]
        for low, high, between in ((first, second, _UNDER), (second, first, _OVER)):
            if "site" in (low.mention.kind, high.mention.kind) or not between.fullmatch(gap) or high.reading.rest:
                continue
            if low.unit and not low.former:
                continue
            if not low.reading.full and (low is first or gap.strip()):
                continue  # `Changchun, Chaoyang, Jilin` may be a list
            highs = {high.unit} if high.unit else set(high.options)
            known = dict.fromkeys(low.options + low.former)
            fitting = low.present([option for option in known if highs.intersection(gazetteer.ancestors(option))])
            if len(fitting) == 1:
                low.unit = fitting[0]
                over = highs.intersection(gazetteer.ancestors(fitting[0]))
                high.unit = high.unit or (next(iter(over)) if len(over) == 1 else None)


def _round(document: _Document, least: int) -> bool:
    """Settle what the evidence of at least one tier decides; True where anything was."""
    evidence = _evidence(document)
    center = document.jurisdiction or center_of(document.gazetteer, evidence)
    named = Named(document.gazetteer, evidence)
    settled = False
    for slot in document.slots:
        if slot.unit is None and slot.options and slot.mention.kind != "site" and not slot.small:
            slot.unit = _choose(document, slot, evidence, named, center, least)
            settled |= slot.unit is not None
    return settled


def _first(document: _Document) -> None:
    """A name that one unit alone bears and that opens the text, in its title most likely, is the authority's."""
    first = next((slot for slot in document.slots if slot.mention.kind != "site"), None)
    if first is None or first.unit or len(first.options) != 1 or first.reading.rest or first.reading.former or first.small:
        return
    if not document.jurisdiction and opens_text(document.text, first.mention.start):
        first.unit = first.options[0]


def _defaults(document: _Document) -> None:
    """What usage means where nothing in the document speaks for another; not in a bulletin from abroad."""
    gazetteer, evidence = document.gazetteer, _evidence(document)
    center = document.jurisdiction or center_of(gazetteer, evidence)
    abroad = center is not None and (not center.isdigit() or center[:2] in _OUTER)
    for slot in document.slots:
        if slot.unit is None and slot.default and not slot.small and not (abroad and gazetteer.units[slot.default].level == "county"):
            rivals = [option for option in slot.options if option != slot.default]
            near = not _HAN.search(slot.mention.text) and center and any(tier(gazetteer, option, center) for option in rivals)
            slot.unit = None if near else slot.default


def _together(document: _Document) -> None:
    """Names that are open each by itself may have one prefecture in common: `Baoshan District, Putuo District` are Shanghai's."""
    gazetteer = document.gazetteer
    areas: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    opened = [
        slot for slot in document.slots if slot.unit is None and len(slot.options) > 1 and slot.reading.full and not slot.reading.rest
    ]
    for slot in opened:
        for option in slot.reading.units:
            areas[gazetteer.area(option)].add(slot.options)
    shared = [area for area, names in areas.items() if len(names) > 1]
    for slot in opened:
        inside = [option for option in slot.reading.units if gazetteer.area(option) in shared]
        if len(shared) == 1 and len(inside) == 1:
            slot.unit = inside[0]


def _evidence(document: _Document) -> list[Evidence]:
    named = [Evidence(slot.mention.start, slot.unit) for slot in document.slots if slot.unit]
    return sorted(named + document.background)


def _choose(document: _Document, slot: _Slot, evidence: list[Evidence], named: Named, center: str | None, least: int) -> str | None:
    """The one option that the jurisdiction, the words before it or the whole document speaks for, the closest tier first."""
    gazetteer = document.gazetteer
    near = near_before(gazetteer, document.text, slot.mention.start, slot.options, evidence)
    ranks: dict[str, tuple[int, int, int]] = {}
    for option in slot.options:
        by_center = tier(gazetteer, option, center) if center else 0
        by_near = tier(gazetteer, option, near.unit) if near else 0
        ranks[option] = by_center, by_near, named.tier(option)
    if slot.common:  # only the county itself, named in full, or the caller outdoes the prefecture's name
        sure = [option for option, rank in ranks.items() if rank[2] == 3 or document.jurisdiction and rank[0] >= 2]
        if len(sure) != 1 and any(max(rank) >= 2 for option, rank in ranks.items() if option != slot.default):
            slot.default = None
        return sure[0] if len(sure) == 1 else None
    for column in range(3):
        most = max(rank[column] for rank in ranks.values())
        best = slot.present([option for option, rank in ranks.items() if rank[column] == most])
        others = [rank for rank in ranks.values() if rank[column] < most]
        if most < least or most < 2 and column == 0 and any(rank[1] > 1 for rank in others):
            continue
        if len(best) == 1:
            # A place near by must not outdo the authority's own province.
            return None if column and any(rank[0] > ranks[best[0]][0] for rank in others) else best[0]
        if column == 0 and most >= 2:
            return None
    return None


def _name(document: _Document, slot: _Slot) -> PlaceName:
    gazetteer, reading = document.gazetteer, slot.reading
    given = clean(slot.mention.text).text
    chinese = bool(_HAN.search(given))
    given = re.sub(r"\s", "", given) if chinese else given
    if slot.mention.kind == "site":
        return PlaceName(given)
    if slot.unit is None:
        if slot.small:
            return PlaceName(given, level="township")
        levels = {gazetteer.units[unit].level for unit in slot.options}
        codes = () if reading.rest else tuple(sorted({code for unit in slot.options if (code := gazetteer.units[unit].code)}))
        level = reading.level or (levels.pop() if len(levels) == 1 and not reading.rest else None)
        return PlaceName(given, level=level, candidates=codes)
    unit = gazetteer.units[slot.unit]
    chain = gazetteer.chain(unit.id)
    if reading.rest:
        return PlaceName("".join(chain) + reading.rest if chinese else given, level=reading.level, parents=chain)
    code = unit.code if "@" not in unit.id else None
    return PlaceName("".join(chain), code, unit.level, chain[:-1], (unit.id.split("@")[0],) if "@" in unit.id else ())
