"""Which place and which date a figure holds for: rules over the order of mentions, clauses and lists."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bulletin_ner.schema import Entity

_HAN = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[，；。！？,;\n]|、(?=其中)|\. ")
# Where somebody came from or went to is not where the case is told.
_FROM = re.compile(
    r"(?:自|从|從|由|赴|往|去|到|至|到过|到過|途经|途經|前往|旅居|抵达|抵達|返回|接触|接觸|为|為|是|籍贯|户籍|与|與|除|邻|鄰|\bfrom|\bto|\bvia|\bvisited|\bleft|\breturn\w*)"
    r"\s*(?:the )?$",
    re.I,
)
_CAME = re.compile(
    r"\s*(?:等地?)?(?:返|来|來|回|籍|输入|輸入|旅居|旅行|入境|飞|飛|方向|务工|務工|接触|接觸|至|人[，,。]|流行|毒株|病例有|以外|之外|人员|人員|的客)"
)
_COLLECTIVE = re.compile(
    r"全[市省区區县縣州国國港澳台旗镇鎮]|[我本][市省区區县縣州港澳台国國旗]|\b(?:nation|province-|city)wide\b"
    r"|\bthe (?:city|province|county|district|state|region|country|prefecture|territory)\b",
    re.IGNORECASE,
)
_NATION = re.compile(r"全[国國]|\bnation(?:wide|ally)?\b", re.I)
_LIST = re.compile(r"\s*(?:、|和|及|与|與|以及|,? and |, )\s*")
_CHAIN = re.compile(r"(?:, | in (?:the )?| at (?:the )?| of (?:the )?)")
_EACH = re.compile(r"各|\beach\b|\bboth\b", re.I)
_STAMP = re.compile(r"20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?\s+\d{1,2}[:：]\d\d")
_ON = re.compile(r"[^,;.，；。]{0,40}?\b(?:in|on|during|for)\s+(?:the same period )?(?:the )?", re.I)
_TOTALS = ("cumulative", "current")
_CLOSE = 6  # characters between a site and the figure told of it
_HEADING = 30  # characters: a short line before names what the next lines are about
_OF_WHICH = re.compile(r"其中|包括|包含|含|分别|分別|\bof (?:which|whom|these|them)|\bamong (?:them|these|which)|\bincluding", re.I)
_INSIDE = re.compile(r"\s*[（(](?:均?[在为為]|位于|位於|分布在)?$")
_AT = re.compile(r"(?:均|都|分别|分別)?(?:在|位于|位於|分布在|分佈在|发生在|發生在)$")
_IN = re.compile(r"[^,;.]{0,60}?\b(?:in|at|within|across)\s+(?:the\s+)?$", re.I)
_UNTIL = re.compile(r"(?:截至|截止|截止到|至|到|\bas of|\bas at|\bby|\buntil|\bup to)\s*(?:the |今|目前)?$", re.I)


@dataclass(frozen=True)
class Links:
    """For figures by entity id: the ids of their place and date, None where none is told."""

    place: dict[int, int | None]
    date: dict[int, int | None]


@dataclass(frozen=True)
class Point:
    """A figure or an explicit zero: where it stands; ``key`` is its entity id, or a negative number for a zero."""

    key: int
    start: int
    end: int
    aspect: str


def link(text: str, sentences: Sequence[tuple[int, int]], entities: Sequence[Entity], points: Sequence[Point]) -> Links:
    """The place and date of each point. ``sentences``: half-open offsets; ``entities``: all of the document in order."""
    linker = _Linker(text, sentences, entities, points)
    return Links({point.key: linker.place(point) for point in points}, {point.key: linker.date(point) for point in points})


class _Linker:
    """Works through the points in order; what an earlier one was linked to is what a later one falls back on."""

    def __init__(self, text: str, sentences: Sequence[tuple[int, int]], entities: Sequence[Entity], points: Sequence[Point]) -> None:
        self.text = text
        self.starts = [start for start, _ in sentences]
        self.sentences = sentences
        self.places = [entity for entity in entities if entity.type == "PLACE"]
        self.dates = [entity for entity in entities if entity.type == "DATE" and self._is_day(entity)]
        self.closing = {date.id for date in self.dates if _UNTIL.search(text[max(0, date.start - 8) : date.start]) or _is_stretch(date)}
        self.figures = sorted([(e.start, e.end) for e in entities if e.type == "COUNT"])
        self.points = points
        self.listed = self._listed()
        self.origin = {place.id for place in self.places if self._is_origin(place)}
        for before, place in reversed(list(zip(self.places, self.places[1:], strict=False))):
            if place.id in self.origin and before.id in self.listed and _LIST.fullmatch(text[before.end : place.start]):
                self.origin.add(before.id)
        self.topic = self._topic()
        self.placed: list[tuple[Point, int | None, bool]] = []
        self.dated: list[tuple[Point, int | None]] = []

    def _is_day(self, date: Entity) -> bool:
        """Whether a date can tell when a figure holds: no clock time alone, no time stamp of a page."""
        return isinstance(date.value, str) and not date.value.startswith("T") and not _STAMP.fullmatch(date.text)

    def place(self, point: Point) -> int | None:
        found, member = self._place(point)
        self.placed.append((point, found, member))
        return found

    def _place(self, point: Point) -> tuple[int | None, bool]:
        start, end = self._sentence(point.start)
        before = [place for place in self.places if start <= place.start and place.end <= point.start]
        after = [place for place in self.places if point.end <= place.start and place.end <= end]
        clause_start = max(start, self._clause_start(point.start))
        clause = self.text[clause_start : point.start]
        own = [place for place in before if place.start >= clause_start]
        beside = own[-1] if own else None
        if beside is not None and beside.id in self.origin and self.text[beside.end : point.start].strip(" 的有"):
            beside = next((place for place in reversed(own) if place.id not in self.origin), None)
        follower = self._following(point, after, end)
        if follower is not None and (beside is None or not self._adjacent(beside, point) or self._at_once(point, follower)):
            return follower.id, True
        if beside is not None:
            between = self.text[beside.end : point.start]
            if _COLLECTIVE.search(between):
                return self._topic_id(point), False
            if self._is_listed(beside) and not _EACH.search(between) and between.strip():
                return self._line_topic(point), False
            beside = self._chain_head(beside)
            if beside.kind == "site" and len(between) > _CLOSE:
                return _first(self._headed(start), beside.id), False
            return beside.id, self._adjacent(beside, point) and "、" not in between
        previous = next(((p, found, member) for p, found, member in reversed(self.placed) if p.start >= start), None)
        if previous is not None and _OF_WHICH.search(clause) and previous[1] is not None:
            return previous[1], False
        if _NATION.search(clause):
            return None, False
        if _COLLECTIVE.search(clause):
            return self._topic_id(point), False
        heads = [p for p in before if p.id not in self.origin and not self._is_member(p) and not self._is_listed(p)]
        if heads:
            head = self._chain_head(heads[-1])
            if _COLLECTIVE.search(self.text[head.end : point.start]):
                return self._topic_id(point), False
            return _first(self._headed(start), head.id) if head.kind == "site" else head.id, False
        if previous is not None and not previous[2]:
            return previous[1], False
        return self._line_topic(point), False

    def _line_topic(self, point: Point) -> int | None:
        start, _ = self._sentence(point.start)
        if _NATION.search(self.text[start : point.start]):
            return None
        if _COLLECTIVE.search(self.text[start : point.start]):
            return self._topic_id(point)
        return _first(self._headed(start), self._carried(start), self._topic_id(point))

    def _headed(self, start: int) -> int | None:
        """The place that begins the line (`七星街道：...`), or that the short line before names alone."""
        line = self.text.rfind("\n", 0, start) + 1
        first = next((p for p in self.places if line <= p.start), None)
        if (
            first is not None
            and first.start - line <= 3
            and first.end < start + 40
            and re.match(r"\s*[：:，,◇丨|—]", self.text[first.end :])
        ):
            return first.id
        heading = self.text.rfind("\n", 0, max(0, line - 1)) + 1
        if 0 < line - heading <= _HEADING and heading > 0:
            named = [p for p in self.places if heading <= p.start < line]
            if len(named) == 1 and named[0].start - heading <= 3 and named[0].kind != "site":
                return named[0].id
        return None

    def _carried(self, start: int) -> int | None:
        """What the sentence before in the line was told of, where that was no member of a list."""
        line = self.text.rfind("\n", 0, start) + 1
        told = [(p, found) for p, found, member in self.placed if line <= p.start < start and not member and found is not None]
        if told:
            return told[-1][1]
        heads = [
            p for p in self.places if line <= p.start < start and p.id not in self.origin and p.kind != "site" and not self._is_listed(p)
        ]
        return heads[0].id if heads and not any(line <= p.start < start for p, _, _ in self.placed) else None

    def _chain_head(self, place: Entity) -> Entity:
        """`Lakehurst Manor in Barrie`, `Yubei District, Chongqing`: the first of them."""
        index = self.places.index(place)
        while index and not self._is_listed(place):
            before = self.places[index - 1]
            if not _CHAIN.fullmatch(self.text[before.end : place.start]) or before.id in self.origin:
                break
            place, index = before, index - 1
        return place

    def _is_listed(self, place: Entity) -> bool:
        return place.id in self.listed

    def _following(self, point: Point, after: list[Entity], end: int) -> Entity | None:
        if not after:
            return None
        first = after[0]
        gap = self.text[point.end : first.start]
        if self._figure_between(point, first) or first.id in self.origin:
            return None
        if _INSIDE.fullmatch(gap) or (len(gap) < 25 and _INSIDE.search(gap) and not re.search(r"[，,；;。]", gap)):
            close = re.search(r"[）)]", self.text[first.end : end])
            inner = self.text[first.end : first.end + close.start()] if close else ""
            inside = [s for s, _ in self.figures if first.end <= s < first.end + len(inner)]
            return None if inside or "、" in inner else first
        if _HAN.search(self.text[point.start - 1 : point.end + 1]) or _HAN.search(gap):
            return (
                first
                if _AT.search(gap) and not re.search(r"[，,；;。]", gap) and "、" not in self.text[first.end : first.end + 1]
                else None
            )
        return first if _IN.fullmatch(gap) else None

    def _at_once(self, point: Point, place: Entity) -> bool:
        return bool(re.fullmatch(r"\s*(?:in|at|within)\s+(?:the\s+)?", self.text[point.end : place.start]))

    def _figure_between(self, point: Point, entity: Entity) -> bool:
        return any(point.end <= start < entity.start for start, _ in self.figures)

    def _adjacent(self, place: Entity, point: Point) -> bool:
        """Whether nothing but what is counted stands between: 甲区3例, 甲区新增确诊病例3例, Yubei District 3."""
        gap = self.text[place.end : point.start]
        return len(gap) <= 30 and not any(place.end <= s < point.start for s, _ in self.figures)

    def _is_member(self, place: Entity) -> bool:
        """Whether an earlier point took the place as its own in a list."""
        return any(found == place.id and member for _, found, member in self.placed)

    def _listed(self) -> set[int]:
        """Places that stand in an enumeration; two with a comma between, in English, are a place and what it lies in."""
        listed = set()
        for before, place in zip(self.places, self.places[1:], strict=False):
            gap = self.text[before.end : place.start]
            if _LIST.fullmatch(gap) and (gap != ", " or re.match(r",? and |, [A-Z][\w ]+,? and ", self.text[place.end :])):
                listed |= {before.id, place.id}
        return listed

    def _is_origin(self, place: Entity) -> bool:
        return bool(_FROM.search(self.text[max(0, place.start - 14) : place.start]) or _CAME.match(self.text, place.end))

    def _topic(self) -> str | None:
        """The text of the place that the document is about: the first of the title, else the most frequent."""
        admin = [place for place in self.places if place.kind != "site" and place.id not in self.origin]
        if not admin:
            return None
        first = self.sentences[min(2, len(self.sentences) - 1)][1]
        titled = [place for place in admin if place.start < first]
        if titled:
            return titled[0].text
        return Counter(place.text for place in admin).most_common(1)[0][0]

    def _topic_id(self, point: Point) -> int | None:
        named = [place for place in self.places if place.text == self.topic]
        earlier = [place for place in named if place.end <= point.start]
        return (earlier[-1] if earlier else named[0]).id if named else None

    def date(self, point: Point) -> int | None:
        found = self._date(point)
        self.dated.append((point, found))
        return found

    def _date(self, point: Point) -> int | None:
        start, end = self._sentence(point.start)
        total = point.aspect in _TOTALS
        before = [date for date in self.dates if start <= date.start and date.end <= point.start]
        closing = [date for date in before if date.id in self.closing]
        following = next((date for date in self.dates if point.end <= date.start < end), None)
        if following is not None and _ON.fullmatch(self.text[point.end : following.start]) and not self._figure_between(point, following):
            return following.id
        if total and closing:
            return closing[-1].id
        if before:
            near = [d for d in self.dates if d.id in self.closing and d.end <= start and self._number(start) - self._number(d.start) <= 2]
            if total and near and any(p.start >= start and p.aspect == "new" for p, _ in self.dated):
                return near[-1].id
            opening = [date for date in before if date.id not in self.closing]
            return (opening[-1] if opening and not total else before[-1]).id
        clause_end = _CLAUSE.search(self.text, point.end, end)
        after = [date for date in self.dates if point.end <= date.start and date.end <= (clause_end.start() if clause_end else end)]
        if after:
            return after[0].id
        alike = (p for p in reversed(self.dated) if p[0].start >= start and (p[0].aspect in _TOTALS) == total)
        within = next((found for _, found in alike), None)
        if within is not None:
            return within
        return self._date_around(point, start, total)

    def _date_around(self, point: Point, start: int, total: bool) -> int | None:
        """For a sentence without a date: the one before it within reach, a total's last closing date, or for a title the one after."""
        earlier = [date for date in self.dates if date.end <= start]
        if total:
            closing = [date for date in earlier if date.id in self.closing]
            if closing:
                return closing[-1].id
        line = self.text.rfind("\n", 0, start) + 1
        if earlier and (earlier[-1].start >= line or self._number(start) - self._number(earlier[-1].start) <= 2):
            return earlier[-1].id
        later = [d for d in self.dates if d.start >= point.end and self._number(d.start) - self._number(point.start) <= 4]
        fitting = [date for date in later if (date.id in self.closing) == total]
        return (fitting or later)[0].id if later else None

    def _sentence(self, offset: int) -> tuple[int, int]:
        return self.sentences[max(0, self._number(offset))]

    def _number(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def _clause_start(self, offset: int) -> int:
        ends = [match.end() for match in _CLAUSE.finditer(self.text, max(0, offset - 300), offset)]
        return ends[-1] if ends else 0


def _is_stretch(date: Entity) -> bool:
    """Whether a window runs over several days to a clock time: what is told with it is a total."""
    start, _, end = str(date.value).partition("/")
    return "T" in end and not start.startswith("T") and _days_apart(start, end) > 1


def _days_apart(start: str, end: str) -> int:
    try:
        return (datetime.date.fromisoformat(end[:10]) - datetime.date.fromisoformat(start[:10])).days
    except ValueError:
        return 0


def _first(*found: int | None) -> int | None:
    """The first that is given; an id may be 0."""
    return next((number for number in found if number is not None), None)
