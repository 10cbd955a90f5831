"""Read one place mention by itself: the units that its form can mean, chains taken apart, Chinese or English."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bulletin_ner.cleaning import clean
from bulletin_ner.normalisation.gazetteer import Hit, Unit, letters, load

_HAN = re.compile(r"[\u3400-\u9fff]")
_SMALL = (
    (re.compile(r"(?:镇|乡|街道|街道办|街道办事处|街办|苏木|团场)$"), "township"),
    (re.compile(r"(?:村|社区|嘎查|居委会|居民委员会|村委会|村民委员会|.[里屯寨])$"), "village"),
)
# After a short form these show that it was no form but the beginning of another name: 朝阳|街道, 大连|湾街道, 北京|路社区.
_NO_REST = re.compile(r"[省市区县州盟旗镇乡村路街道湾岛山河桥站门口屯里社港]|[东西南北中]?[路街]|.(?:街道|镇|乡|村|社区)$")
_SUFFIX_FIRST = re.compile(r"街道|[镇乡村]|社区")
_ENGLISH_SMALL = {
    "village": ("village", "community", "neighborhood", "neighbourhood", "gacha", "neighborhood committee", "residential community"),
    "township": (
        "town", "township", "street", "subdistrict", "sub district", "street office", "subdistrict office", "sub district office", "sumu",
        "street subdistrict", "ethnic township", "road street", "administration office", "office",
    ),
}  # fmt: skip
_TYPES: dict[str, tuple[str, ...]] = {
    "province": ("省",), "autonomous region": ("自治区",), "region": ("自治区", "地区"), "municipality": ("市",), "city": ("市",),
    "prefecture": ("州", "地区", "盟", "市"), "autonomous prefecture": ("州",), "league": ("盟",), "banner": ("旗",), "qi": ("旗",),
    "autonomous banner": ("旗",), "county": ("县", "旗"), "autonomous county": ("县",), "district": ("区",), "new area": ("新区",),
    "new district": ("新区",), "forestry district": ("林区",), "forest district": ("林区",), "special administrative region": ("行政区",),
    "sar": ("行政区",), "special district": ("特区",), "county level city": ("市",), "special region": ("行政区",), "dist": ("区",),
}  # fmt: skip
_PEOPLES = frozenset(
    "zhuang hui uygur uyghur uighur tibetan zang mongol mongolian tujia miao yi dai dong bai hani naxi lisu lahu va wa bouyei buyi yao "
    "li she qiang manchu korean kazakh kazak kirgiz kyrgyz kirghiz tajik xibe sibe daur ewenki oroqen salar tu dongxiang bonan baoan "
    "yugur jingpo blang bulang nu drung dulong pumi jinuo achang gelao shui maonan mulao mulam gin jing and".split()
)
_OF = re.compile(r"(?:the )?(city|county|district|province|municipality|prefecture|town|village) of (.+)", re.I)


@dataclass(frozen=True)
class Reading:
    """What one form can mean.

    ``units`` are ids of the deepest unit in the chain, several where it is open; ``rest`` is what follows it (a town, a village), empty
    where the mention is the unit. ``full``: the unit has its suffix or type word; ``chained``: a unit above it is in the mention;
    ``former``: the name is no longer in force; ``level``: of a town or village, by its suffix; ``old``: former units that bore the name
    too and are none of ``units`` today, by ids that end in their last year.
    """

    units: tuple[str, ...] = ()
    rest: str = ""
    full: bool = False
    chained: bool = False
    level: str | None = None
    former: bool = False
    old: tuple[str, ...] = ()

    def former_options(self, year: int | None = None) -> tuple[str, ...]:
        """What the ``old`` ones are today; those of a year (and of the one after their last, when names linger), None for all."""
        units = (load().units[old] for old in self.old if year is None or year <= int(old[-4:]) + 1)
        return tuple(dict.fromkeys(unit.now or unit.id for unit in units))


@functools.lru_cache(maxsize=1 << 14)
def read_place(surface: str) -> Reading:
    """The reading of a mention's text; one without units where nothing in it is known."""
    text = clean(surface).text.strip()
    return _read_chinese(re.sub(r"\s", "", text)) if _HAN.search(text) else _read_english(text)


def _read_chinese(text: str) -> Reading:
    level = next((level for pattern, level in _SMALL if pattern.search(text)), None)
    best: tuple[tuple[bool, bool, int, int], Reading] | None = None
    for position, hits, depth in _chains(text, 0, (), 0):
        rest, full = text[position:], _present(hits)[0].full
        if rest and (_SUFFIX_FIRST.match(rest) or len(rest) < 2 or not full and _NO_REST.match(rest)):
            continue
        reading = _reading(hits, full=full, rest=rest, chained=depth > 1, level=level if rest else None)
        rank = (not rest, full, position, -depth)
        if best is None or rank > best[0]:
            best = rank, reading
    return best[1] if best else Reading(level=level)


def _chains(text: str, start: int, above: tuple[str, ...], depth: int) -> Iterator[tuple[int, list[Hit], int]]:
    gazetteer = load()
    for end in range(min(len(text), start + gazetteer.longest), start + 1, -1):
        hits = _under(list(gazetteer.chinese.get(text[start:end], ())), above)
        if not hits:
            continue
        # A form that is one unit's whole name is not another's short one: 吉林市.
        if any(hit.full for hit in _present(hits)):
            hits = [hit for hit in hits if hit.full]
        yield end, hits, depth + 1
        if end < len(text) and depth < 4:
            yield from _chains(text, end, tuple(hit.unit.id for hit in hits), depth + 1)


def _under(hits: list[Hit], above: tuple[str, ...]) -> list[Hit]:
    """Those below one of the units above."""
    return [hit for hit in hits if _is_under(hit.unit, above)] if above and above != ("CN",) else hits


def _is_under(unit: Unit, above: tuple[str, ...]) -> bool:
    gazetteer = load()
    over = {*gazetteer.ancestors(unit.id), *(gazetteer.ancestors(unit.now) if unit.now else ())}
    return any(other in over or gazetteer.units[other].now in over for other in above)


def _reading(hits: list[Hit], *, full: bool, rest: str = "", chained: bool = False, level: str | None = None) -> Reading:
    """The units that bear the form today, else those that bore it; where there are both, the former apart."""
    present = _present(hits)
    units = _today(present)
    old = tuple(hit.unit.id for hit in hits if (hit.unit.now or hit.unit.id) not in units)
    return Reading(units, rest, full, chained, level, "@" in present[0].unit.id, old)


def _present(hits: list[Hit]) -> list[Hit]:
    """Those that bear the form today, where there are any, else all."""
    return [hit for hit in hits if "@" not in hit.unit.id] or hits


def _today(hits: list[Hit]) -> tuple[str, ...]:
    """The ids of what the units are today; a dissolved unit stands for itself."""
    return tuple(dict.fromkeys(hit.unit.now or hit.unit.id for hit in hits))


def _read_english(text: str) -> Reading:
    text = _OF.sub(r"\2 \1", text)
    words = re.findall(
        r"[a-z0-9]+", re.sub(r"[’'`´]\s?", "", text.lower()).replace("u.s.a", "usa").replace("u.s", "us").replace("u.k", "uk")
    )
    if not words or len(words) > 9:
        return Reading()
    if words[0] == "the":
        words = words[1:]
    if whole := load().english.get(letters(text)):
        plain = [hit for hit in whole if not hit.typed]
        if plain:
            return _reading(plain, full=_present(plain)[0].unit.level == "country")
    stem, level = _small(words)
    for pieces in _partitions(words):
        if found := _line(pieces):
            return found
    if level:
        for cut in range(len(words) - 1, 0, -1):
            for pieces in _partitions(words[:cut]):
                if found := _line(pieces):
                    return replace(found, rest=" ".join(words[cut:]), level=level)
        return Reading(level=level, rest="" if stem else " ".join(words))
    return Reading()


def _small(words: list[str]) -> tuple[list[str], str | None]:
    for level, types in _ENGLISH_SMALL.items():
        for kind in types:
            size = len(kind.split())
            if len(words) > size and words[-size:] == kind.split():
                return words[:-size], level
    return words, None


def _partitions(words: list[str]) -> Iterator[list[list[str]]]:
    count = len(words)
    yield [words]
    for first in range(1, count):
        yield [words[:first], words[first:]]
    for first in range(1, count - 1):
        for second in range(first + 1, count):
            yield [words[:first], words[first:second], words[second:]]


def _line(pieces: list[list[str]]) -> Reading | None:
    """The pieces as units on one line of descent, in either order; None where they are not."""
    found = [_piece(piece) for piece in pieces]
    if not all(hits for hits, _ in found):
        return None
    chosen, full = found[0]
    for hits, typed in found[1:]:
        below = [hit for hit in hits if _is_under(hit.unit, tuple(other.unit.id for other in chosen))]
        above = [other for other in chosen if _is_under(other.unit, tuple(hit.unit.id for hit in hits))]
        if not below and not above:
            return None
        chosen, full = (below, typed) if below else (above, full)
    return _reading(chosen, full=full, chained=len(pieces) > 1)


def _piece(words: list[str]) -> tuple[list[Hit], bool]:
    """The units that a name with or without its type word can be, and whether it has one."""
    english = load().english
    for size in (3, 2, 1):
        kind = " ".join(words[-size:])
        if len(words) > size and kind in _TYPES:
            stems = words[:-size]
            hits = [hit for hit in english.get("".join(stems), ()) if _is_kind(hit.unit, kind)]
            while not hits and len(stems) > 1 and stems[-1] in _PEOPLES:  # `Gengma Dai and Wa Autonomous County`
                stems = stems[:-1]
                hits = [hit for hit in english.get("".join(stems), ()) if _is_kind(hit.unit, kind)]
            if not hits and kind in ("county", "district", "city"):
                hits = [hit for hit in english.get("".join(words), ()) if not hit.typed]
            return hits, True
    return [hit for hit in english.get("".join(words), ()) if not hit.typed], False


def _is_kind(unit: Unit, kind: str) -> bool:
    if kind == "prefecture":
        return unit.level == "prefecture"
    if kind in ("district", "county"):
        return unit.level == "county" and unit.name.endswith(_TYPES[kind])
    return unit.name.endswith(_TYPES[kind])
