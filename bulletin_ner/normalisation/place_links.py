"""Which place a figure holds for: rules over the order of mentions, clauses, lists and lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from bulletin_ner.normalisation.layout import Layout, Point
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.place_roles import PlaceRoles
from bulletin_ner.normalisation.topics import outside, told_by, topic
from bulletin_ner.normalisation.wholes import Wholes, last_whole
from bulletin_ner.schema import Entity

_HAN = re.compile(r"[\u3400-\u9fff]")
_NATION = re.compile(r"全[国國]|\bnation(?:wide|ally)?\b", re.I)
# People of the figure who are somewhere the text does not name (县外61人, 外地的).
_ELSEWHERE = re.compile(r"(?:(?:[县縣市省区區州][内內]?外|外[县縣市省地])(?:[协協][查助])?(?:[转轉]回|的|有)?)$")
_ELSEWHERE_AFTER = re.compile(
    r"(?:在|为|為|是)?(?:外[县縣市省地]|[县縣市省]外)(?:的|感染|病例|[协協]查)|[^,;.]{0,20}\b(?:in|to) other (?:counties|cities|provinces)"
)
_AS_OF = re.compile(r"截[至止]|以[来來]|\bas (?:of|at)\b", re.I)
_TOTAL = re.compile(r"[累合总總共][计計]?|in (?:all|total)\b", re.I)
_SINCE = re.compile(r"\bsince [^,;]*$", re.I)
_BREAKS = "，；,;"
_SHARE = re.compile(r"(?: cases)?(?: (?:are|were|is|was))? from (?:the )?", re.I)  # 27 from Lami, 15 from Suva
_JOINED = re.compile(r"(?: \w+){1,3} and ")  # 9 cases and 2 deaths in Suva
_ALL = re.compile(r"[^，；。,;]{0,12}(?:全部|均|都)")
_SUM = re.compile(r"(?:合计|合計|总计|總計|共计|共計|\btotal\b)[：:\s\u3000]*[\d.,\s\u3000]*$", re.I)
_SAME_SITE = re.compile(r"[该該本](?P<kind>院|校|园|園|厂|廠)|[这這](?:里|裡|儿|兒)|\b(?:the|this) (?P<word>hospital|school)\b", re.I)
_SITES = {
    "院": "院", "hospital": r"hospitals?$", "校": "学|學|校", "school": r"school|college|university", "园": "园|園", "園": "园|園",
    "厂": "厂|廠|公司", "廠": "厂|廠|公司",
}  # fmt: skip
# What a list of places leaves over: 其餘鄉鎮11例, 22 in others.
_REST = re.compile(r"其[余餘他它](?:[县縣市区區乡鄉镇鎮村街道社]+|地[区區])[为為有]?$")
_REST_AFTER = re.compile(r" (?:cases )?(?:in (?:the )?(?:others?|rest)\b|elsewhere\b)")
_EACH = re.compile(r"各|\beach\b|\bboth\b", re.I)
_TITLE_END = re.compile(r"\s*[：:，,◇丨|—]|\u3000")
_CARRIED = 300  # characters before a sentence in which 全市 still says what the sentence is about
_SITE_REACH = 1000  # characters back to the site that 该院 means
_CLOSE = 6  # characters between a site and the figure told of it
_HEADING = 30  # characters: a short line before names what the next lines are about
_OF_WHICH = re.compile(r"其中|包括|包含|含|分别|分別|\bof (?:which|whom|these|them)|\bamong (?:them|these|which)|\bincluding", re.I)
_INSIDE = re.compile(r"\s*[（(](?:均?[在为為]|位于|位於|分布在)?$")
_AT = re.compile(  # where those counted are, live or were taken, behind the figure: 3例在, 2例住, 1名长者送
    r"(?:系|係|在|位[于於]|住[于於]?|居[于於]|(?P<moved>送[往至到]?|[转轉][往至到入送]+|入住))$"
)
_ARE = re.compile(r"(?:患者)?(?:均|都|全部)?(?:是|为|為|系|係)$")  # 1例是X市场商户
_MEMBERS = re.compile(  # 12 students of Class 3 of X School
    r"[^;.]{0,20}\b(?:students|pupils|children|staff|teachers|residents|patients|workers)\b[^;.]{0,30}\b(?:of|at|from) (?:the )?", re.I
)
_IN = re.compile(
    r"[^,;.]{0,60}?(?:, (?:both|all) )?\b(?:in|at|within|across)\s+(?:the\s+)?"
    r"(?:(?:city|town|village|county|district|state|province)\s+of\s+)?$",
    re.I,
)

Placed = tuple[Point, int | None, bool]  # a point, the id of its place, and whether it took that as a member of a list


class PlaceLinker:
    """Works through the points in order; what an earlier one was linked to is what a later one falls back on."""

    def __init__(self, layout: Layout, entities: Iterable[Entity]) -> None:
        self.layout = layout
        self.text = text = layout.text
        entities = list(entities)
        self.places = Mentions(entity for entity in entities if entity.type == "PLACE")
        self.sites = Mentions(place for place in self.places if place.kind == "site")
        self.figures = Mentions(entity for entity in entities if entity.type == "COUNT")
        self.roles = PlaceRoles(text, self.places, self.figures)
        about = topic(layout, self.places, self.figures, self.roles)
        self.unfree = self.roles.origin | self.roles.listed | outside(self.places, about)
        self.heads = Mentions(place for place in self.places if place.kind != "site" and place.id not in self.unfree)
        self.topics = Mentions(place for place in self.places if place.text == about)
        self.wholes = Wholes([p for p in self.places if p.kind != "site" and p.id not in self.roles.origin], about)
        self.placed: list[Placed] = []
        self.placed_starts: list[int] = []
        self.told: list[int | None] = []  # for each point placed, the last place found up to it that was no member of a list, by index
        self.members: set[int] = set()  # places that an earlier point took as its own in a list
        self._headings: dict[int, int | None] = {}  # by line, as every sentence of it asks and the line before may be long

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
        start, end = self.layout.reach(point)
        before = self.places.within(start, point.start)
        follows = self.places.first(point.end)
        clause_start = self.layout.clause(point)[0]
        clause = self.text[clause_start : point.start]
        if _ELSEWHERE.search(clause) or _ELSEWHERE_AFTER.match(self.text, point.end):
            return None, True
        if _SUM.search(clause):
            return self._topic_id(point), True
        previous = self.placed[-1] if self.placed and self.placed[-1][0].start >= start else None
        if previous is not None and previous[2] and (_REST.search(clause) or _REST_AFTER.match(self.text, point.end)):
            return self._line_topic(point), True
        own = [place for place in before if place.start >= clause_start]
        beside = self.roles.owner(own[-1], point.start) if own else None
        if beside is not None and previous is not None and beside.id in self.roles.imported:
            return previous[1], False
        if beside is not None and beside.id in self.roles.origin and self.text[beside.end : point.start].strip(" 的有"):
            beside = next((place for place in reversed(own) if place.id not in self.roles.origin), None)
        follower = self._following(point, follows, end) if follows is not None and follows.start < end else None
        if follower is not None and (beside is None or not self._adjacent(beside, point) or self._at_once(point, follower)):
            shared = _ALL.match(self.text, point.end) or _MEMBERS.fullmatch(self.text[point.end : follower.start])
            return follower.id, not shared
        if beside is not None:
            between = self.text[beside.end : point.start]
            if (unit := last_whole(between)) is not None:
                return self._whole(unit, point), False
            if beside.id in self.roles.listed and not _EACH.search(between) and between.strip():
                return self._line_topic(point), False
            beside = self.roles.chain_head(beside)
            if beside.kind == "site" and len(between) > _CLOSE:
                return _first(self._headed(start), beside.id), False
            return beside.id, self._adjacent(beside, point)
        if previous is not None and _OF_WHICH.search(clause) and previous[1] is not None:
            return previous[1], False
        if (site := self._same_site(start, point)) is not None:
            return site, False
        if _NATION.search(clause):
            return None, False
        if (unit := last_whole(clause)) is not None:
            return self._whole(unit, point), False
        head = next((p for p in reversed(before) if self._is_free(p, point)), None)
        if head is not None:
            return self._told_before(head, point, before, previous), False
        told = [p for p in before if p.id not in self.roles.origin and self.roles.owner(p, point.start) is p]
        subject = len(told) == 1 and not self.figures.begun(start, told[0].start)
        if previous is not None and (not previous[2] or subject):
            return previous[1], False
        return self._line_topic(point), False

    def _is_free(self, place: Entity, point: Point) -> bool:
        """Whether a place may govern figures of later clauses: no origin, of no list, not elsewhere, nor in a bracket closed since."""
        if place.id in self.members or place.id in self.unfree:
            return False
        return self.roles.enclosed.get(place.id, point.start) >= point.start

    def _told_before(self, head: Entity, point: Point, before: Sequence[Entity], previous: Placed | None) -> int | None:
        """The place of a figure whose clause names none: ``head``, the last free one of the sentence, where that is what it is about."""
        head = self.roles.chain_head(head)
        start, _ = self.layout.reach(point)
        clause = self.text[self.layout.clause(point)[0] : point.start]
        between = self.text[head.end : point.start]
        if head.kind == "site" and previous is not None and previous[0].start < head.start:
            if previous[1] not in (head.id, None) and not previous[2]:
                return previous[1]
            return head.id if previous[1] == head.id and "；" not in between else self._line_topic(point)
        subjects = [p for p in before if p.start > head.end and p.id in self.roles.listed and self.text[p.start - 1] in _BREAKS]
        since = _SINCE.search(self.text[start : head.start])
        if (_TOTAL.match(clause) and subjects) or (head.kind == "site" and (since or _AS_OF.search(between))):
            return self._line_topic(point)
        if (unit := last_whole(between)) is not None:
            return self._whole(unit, point)
        return _first(self._headed(start), head.id) if head.kind == "site" else head.id

    def _same_site(self, start: int, point: Point) -> int | None:
        """The site that 该院 or "the school" in the figure's sentence means: the one of that kind named last."""
        words = list(_SAME_SITE.finditer(self.text, start, point.start))
        if not words:
            return None
        word = words[-1]["kind"] or words[-1]["word"]
        kind = re.compile(_SITES[word.lower()] if word else "", re.I)
        found = (place for place in reversed(self.sites.within(max(0, start - _SITE_REACH), words[-1].start())) if kind.search(place.text))
        return next((place.id for place in found), None)

    def _line_topic(self, point: Point) -> int | None:
        start, _ = self.layout.reach(point)
        if _NATION.search(self.text[start : point.start]):
            return None
        if (unit := last_whole(self.text[start : point.start])) is not None:
            return self._whole(unit, point)
        if (region := told_by(self.text[start : point.start])) is not None:
            return self._whole(region, point)
        return _first(self._headed(start), self._carried(start), self._topic_id(point))

    def _headed(self, start: int) -> int | None:
        """The place that begins the line (`七星街道：...`), or that the line before asks about or, a short one, names alone."""
        line = self.layout.lines.start(start)
        first = self.places.first(line)
        if first is not None and first.start - line <= 3 and first.end < start + 40 and _TITLE_END.match(self.text, first.end):
            return first.id
        if line not in self._headings:
            self._headings[line] = self._heading(line)
        return self._headings[line]

    def _heading(self, line: int) -> int | None:
        heading = self.layout.lines.start(max(0, line - 1))
        if self.text[heading:line].rstrip().endswith(("？", "?")):
            asked = [p for p in self.places.begun(heading, line) if p.id not in self.roles.origin]
            if len(asked) == 1 and asked[0].kind != "site":
                return asked[0].id
        if 0 < line - heading <= _HEADING and heading > 0:
            named = self.places.begun(heading, line)
            if len(named) == 1 and named[0].start - heading <= 3 and not self.figures.begun(heading, line):
                return named[0].id
        return None

    def _carried(self, start: int) -> int | None:
        """What the sentence before in the line was told of, where that was no member of a list."""
        line = self.layout.lines.start(start)
        count = bisect_left(self.placed_starts, start)
        last = self.told[count - 1] if count else None
        if last is not None and self.placed_starts[last] >= line:
            return self.placed[last][1]
        named = self.heads.last(start)
        if (unit := last_whole(self.text[max(line, named.end if named else 0, start - _CARRIED) : start])) is not None:
            place = self.wholes.mention(unit, start)
            return place.id if place is not None else None
        head = self.heads.first(line)
        free = bisect_left(self.placed_starts, line) == count  # no point of the line was placed yet
        return head.id if head is not None and head.start < start and free else None

    def _following(self, point: Point, first: Entity, end: int) -> Entity | None:
        between = self.figures.begun(point.end, first.start)
        joined = len(between) == 1 and _JOINED.fullmatch(self.text[point.end : between[0].start])
        gap = self.text[between[0].end if joined else point.end : first.start]
        if between and not joined:
            return None
        if _ARE.fullmatch(gap) and not self.roles.came(first) and first.level != "country":
            return first
        if first.id in self.roles.origin and not (_HAN.search(gap) and _AT.search(gap)):
            return first if _SHARE.fullmatch(gap) and first.level != "country" else None
        if _INSIDE.fullmatch(gap) or (len(gap) < 25 and _INSIDE.search(gap) and not re.search(r"[，,；;。]", gap)):
            close = re.search(r"[）)]", self.text[first.end : end])
            inner = self.text[first.end : first.end + close.start()] if close else ""
            inside = self.figures.begun(first.end, first.end + len(inner))
            return None if inside or "、" in inner else first
        if _HAN.search(self.text[point.start - 1 : point.end + 1]) or _HAN.search(gap):
            at = _AT.search(gap)
            if at is None or re.search(r"[，,；;。：:]", gap) or first.id in self.roles.listed:
                return None
            return first if first.kind == "site" or not at["moved"] else None
        if _MEMBERS.fullmatch(gap) and first.kind == "site":
            return first
        return first if _IN.fullmatch(gap) and first.id not in self.roles.listed else None

    def _at_once(self, point: Point, place: Entity) -> bool:
        return bool(re.fullmatch(r"\s*(?:in|at|within)\s+(?:the\s+)?", self.text[point.end : place.start]))

    def _adjacent(self, place: Entity, point: Point) -> bool:
        """Whether nothing but what is counted stands between: 甲区3例, 甲区新增确诊病例3例, Yubei District 3."""
        gap = self.text[place.end : point.start]
        return len(gap) <= 30 and "、" not in gap and not self.figures.begun(place.end, point.start)

    def _topic_id(self, point: Point) -> int | None:
        named = self.topics.last(point.start) or self.topics.first(0)
        return named.id if named is not None else None

    def _whole(self, unit: str, point: Point) -> int | None:
        place = self.wholes.mention(unit, point.start)
        return place.id if place is not None else None


def _first(*found: int | None) -> int | None:
    """The first that is given; an id may be 0."""
    return next((number for number in found if number is not None), None)
