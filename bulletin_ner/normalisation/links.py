"""Which place and which date a figure holds for: rules over the order of mentions, clauses and lists."""

from __future__ import annotations

import datetime
import itertools
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulletin_ner.normalisation.lines import Lines
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.wholes import WHOLE, Wholes
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
_NATION = re.compile(r"全[国國]|\bnation(?:wide|ally)?\b", re.I)
_LIST = re.compile(r"\s*(?:、|和|及|与|與|以及|,? and |, )\s*")
_CHAIN = re.compile(r"(?:, | in (?:the )?| at (?:the )?| of (?:the )?)")
_EACH = re.compile(r"各|\beach\b|\bboth\b", re.I)
_STAMP = re.compile(r"20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?\s+\d{1,2}[:：]\d\d")
_ON = re.compile(r"[^,;.，；。]{0,40}?\b(?:in|on|during|for)\s+(?:the same period )?(?:the )?", re.I)
_TOTALS = ("cumulative", "current")
_TITLE_END = re.compile(r"\s*[：:，,◇丨|—]")
_GOES_ON = re.compile(r",? and |, [A-Z][\w ]+,? and ")
_REACH = 2000  # characters of a sentence that are looked at on either side of a figure: a page without full stops is no sentence
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
        self.lines = Lines(text)
        self.places = Mentions(entity for entity in entities if entity.type == "PLACE")
        self.dates = Mentions(entity for entity in entities if entity.type == "DATE" and self._is_day(entity))
        self.closing = Mentions(date for date in self.dates if self._is_closing(date))
        self.closing_ids = {date.id for date in self.closing}
        self.opening = Mentions(date for date in self.dates if date.id not in self.closing_ids)
        self.figures = Mentions(entity for entity in entities if entity.type == "COUNT")
        self.listed = self._listed()
        self.origin = {place.id for place in self.places if self._is_origin(place)}
        for before, place in reversed(list(zip(self.places, self.places[1:], strict=False))):
            if place.id in self.origin and before.id in self.listed and _LIST.fullmatch(text[before.end : place.start]):
                self.origin.add(before.id)
        self.position = {place.id: index for index, place in enumerate(self.places)}
        self.heads = Mentions(p for p in self.places if p.id not in self.origin and p.kind != "site" and p.id not in self.listed)
        topic = self._topic()
        self.topics = Mentions(place for place in self.places if place.text == topic)
        self.wholes = Wholes([p for p in self.places if p.kind != "site" and p.id not in self.origin], topic)
        self.placed: list[tuple[Point, int | None, bool]] = []
        self.placed_starts: list[int] = []
        self.told: list[int | None] = []  # for each point placed, the last place found up to it that was no member of a list, by index
        self.members: set[int] = set()  # places that an earlier point took as its own in a list
        self.dated: list[tuple[Point, int | None]] = []

    def _is_day(self, date: Entity) -> bool:
        """Whether a date can tell when a figure holds: no clock time alone, no time stamp of a page."""
        return isinstance(date.value, str) and not date.value.startswith("T") and not _STAMP.fullmatch(date.text)

    def _is_closing(self, date: Entity) -> bool:
        """Whether a date ends a stretch: as of, until, or a window to a clock time."""
        return bool(_UNTIL.search(self.text[max(0, date.start - 8) : date.start])) or _is_stretch(date)

    def place(self, point: Point) -> int | None:
        found, member = self._place(point)
        if found is not None and member:
            self.members.add(found)
        last = self.told[-1] if self.told else None
        self.told.append(len(self.placed) if found is not None and not member else last)
        self.placed.append((point, found, member))
        self.placed_starts.append(point.start)
        return found

    def _place(self, point: Point) -> tuple[int | None, bool]:
        start, end = self._reach(point)
        before = self.places.within(start, point.start)
        follows = self.places.first(point.end)
        clause_start = max(start, self._clause_start(point.start))
        clause = self.text[clause_start : point.start]
        own = [place for place in before if place.start >= clause_start]
        beside = own[-1] if own else None
        if beside is not None and beside.id in self.origin and self.text[beside.end : point.start].strip(" 的有"):
            beside = next((place for place in reversed(own) if place.id not in self.origin), None)
        follower = self._following(point, follows, end) if follows is not None and follows.end <= end else None
        if follower is not None and (beside is None or not self._adjacent(beside, point) or self._at_once(point, follower)):
            return follower.id, True
        if beside is not None:
            between = self.text[beside.end : point.start]
            if WHOLE.search(between):
                return self._whole(between, point), False
            if beside.id in self.listed and not _EACH.search(between) and between.strip():
                return self._line_topic(point), False
            beside = self._chain_head(beside)
            if beside.kind == "site" and len(between) > _CLOSE:
                return _first(self._headed(start), beside.id), False
            return beside.id, self._adjacent(beside, point) and "、" not in between
        previous = self.placed[-1] if self.placed and self.placed[-1][0].start >= start else None
        if previous is not None and _OF_WHICH.search(clause) and previous[1] is not None:
            return previous[1], False
        if _NATION.search(clause):
            return None, False
        if WHOLE.search(clause):
            return self._whole(clause, point), False
        chosen = (p for p in reversed(before) if p.id not in self.origin and p.id not in self.members and p.id not in self.listed)
        head = next(chosen, None)
        if head is not None:
            head = self._chain_head(head)
            if WHOLE.search(self.text[head.end : point.start]):
                return self._whole(self.text[head.end : point.start], point), False
            return _first(self._headed(start), head.id) if head.kind == "site" else head.id, False
        if previous is not None and not previous[2]:
            return previous[1], False
        return self._line_topic(point), False

    def _line_topic(self, point: Point) -> int | None:
        start, _ = self._reach(point)
        if _NATION.search(self.text[start : point.start]):
            return None
        if WHOLE.search(self.text[start : point.start]):
            return self._whole(self.text[start : point.start], point)
        return _first(self._headed(start), self._carried(start), self._topic_id(point))

    def _headed(self, start: int) -> int | None:
        """The place that begins the line (`七星街道：...`), or that the short line before names alone."""
        line = self.lines.start(start)
        first = self.places.first(line)
        if first is not None and first.start - line <= 3 and first.end < start + 40 and _TITLE_END.match(self.text, first.end):
            return first.id
        heading = self.lines.start(max(0, line - 1))
        if 0 < line - heading <= _HEADING and heading > 0:
            named = self.places.begun(heading, line)
            if len(named) == 1 and named[0].start - heading <= 3 and named[0].kind != "site":
                return named[0].id
        return None

    def _carried(self, start: int) -> int | None:
        """What the sentence before in the line was told of, where that was no member of a list."""
        line = self.lines.start(start)
        count = bisect_left(self.placed_starts, start)
        last = self.told[count - 1] if count else None
        if last is not None and self.placed_starts[last] >= line:
            return self.placed[last][1]
        head = self.heads.first(line)
        free = bisect_left(self.placed_starts, line) == count  # no point of the line was placed yet
        return head.id if head is not None and head.start < start and free else None

    def _chain_head(self, place: Entity) -> Entity:
        """`Lakehurst Manor in Barrie`, `Yubei District, Chongqing`: the first of them."""
        index = self.position[place.id]
        while index and place.id not in self.listed:
            before = self.places[index - 1]
            if not _CHAIN.fullmatch(self.text[before.end : place.start]) or before.id in self.origin:
                break
            place, index = before, index - 1
        return place

    def _following(self, point: Point, first: Entity, end: int) -> Entity | None:
        gap = self.text[point.end : first.start]
        if self._figure_between(point, first) or first.id in self.origin:
            return None
        if _INSIDE.fullmatch(gap) or (len(gap) < 25 and _INSIDE.search(gap) and not re.search(r"[，,；;。]", gap)):
            close = re.search(r"[）)]", self.text[first.end : end])
            inner = self.text[first.end : first.end + close.start()] if close else ""
            inside = self.figures.begun(first.end, first.end + len(inner))
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
        return bool(self.figures.begun(point.end, entity.start))

    def _adjacent(self, place: Entity, point: Point) -> bool:
        """Whether nothing but what is counted stands between: 甲区3例, 甲区新增确诊病例3例, Yubei District 3."""
        gap = self.text[place.end : point.start]
        return len(gap) <= 30 and not self.figures.begun(place.end, point.start)

    def _listed(self) -> set[int]:
        """Places that stand in an enumeration; two with a comma between, in English, are a place and what it lies in."""
        listed = set()
        for before, place in zip(self.places, self.places[1:], strict=False):
            gap = self.text[before.end : place.start]
            if _LIST.fullmatch(gap) and (gap != ", " or _GOES_ON.match(self.text, place.end, place.end + _REACH)):
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
        named = self.topics.last(point.start) or self.topics.first(0)
        return named.id if named is not None else None

    def _whole(self, words: str, point: Point) -> int | None:
        place = self.wholes.mention(words, point.start)
        return place.id if place is not None else None

    def date(self, point: Point) -> int | None:
        found = self._date(point)
        self.dated.append((point, found))
        return found

    def _date(self, point: Point) -> int | None:
        start, end = self._reach(point)
        total = point.aspect in _TOTALS
        following = self.dates.first(point.end)
        if following is not None and following.start < end:
            told_after = _ON.fullmatch(self.text[point.end : following.start])
            if told_after and not self._figure_between(point, following):
                return following.id
        before, closing = self.dates.within(start, point.start), self.closing.within(start, point.start)
        if total and closing:
            return closing[-1].id
        if before:
            near = self.closing.last(start)
            if total and near is not None and self._number(start) - self._number(near.start) <= 2 and self._new_told(start):
                return near.id
            opening = self.opening.within(start, point.start)
            return (opening[-1] if opening and not total else before[-1]).id
        clause_end = _CLAUSE.search(self.text, point.end, end)
        if following is not None and following.end <= (clause_end.start() if clause_end else end):
            return following.id
        alike = (found for p, found in self._dated_since(start) if (p.aspect in _TOTALS) == total)
        within = next(alike, None)
        if within is not None:
            return within
        return self._date_around(point, start, total)

    def _dated_since(self, start: int) -> Iterator[tuple[Point, int | None]]:
        """What the points from ``start`` on were dated, the last first."""
        return itertools.takewhile(lambda item: item[0].start >= start, reversed(self.dated))

    def _new_told(self, start: int) -> bool:
        return any(point.aspect == "new" for point, _ in self._dated_since(start))

    def _date_around(self, point: Point, start: int, total: bool) -> int | None:
        """For a sentence without a date: the one before it within reach, a total's last closing date, or for a title the one after."""
        if total and (closing := self.closing.last(start)) is not None:
            return closing.id
        earlier = self.dates.last(start)
        if earlier is not None and (earlier.start >= self.lines.start(start) or self._number(start) - self._number(earlier.start) <= 2):
            return earlier.id
        fitting = self.closing if total else self.opening
        for later in (fitting.first(point.end), self.dates.first(point.end)):
            if later is not None and self._number(later.start) - self._number(point.start) <= 4:
                return later.id
        return None

    def _reach(self, point: Point) -> tuple[int, int]:
        """The point's sentence, or as much of it on either side as a reader would still take together."""
        start, end = self.sentences[max(0, self._number(point.start))]
        return max(start, point.start - _REACH), min(end, point.end + _REACH)

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
