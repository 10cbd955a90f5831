"""Which date a figure holds for: one of its sentence, else the reporting date or window told last, else the document's own."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bulletin_ner.normalisation.layout import Layout, Point
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.turns import Turns
from bulletin_ner.schema import Entity

_STAMP = re.compile(r"20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?\s+\d{1,2}[:：]\d\d(?:[:：]\d\d)?")
_ON = re.compile(r"[^,;.，；。]{0,40}?\b(?:in|on|at|during|for|since)\s+(?:the same period )?(?:the )?", re.I)
_UNTIL = re.compile(
    r"(?:截至|截止|截止到|至|到|\bas of|\bas at|\bby|\buntil|\bup to|\bend(?:ed|ing)(?: at| on)?)\s*(?:the |今|目前)?$", re.I
)
# A date that something is compared with (较上月), or that a rule or event only lies before or after, tells no figure's time.
_COMPARED = re.compile(
    r"(?:较|較|比|与|與|同期|\bthan|\bagainst|\bcompared (?:with|to)|\bsame period(?: of| in)?|\b(?:double|twice|half))\s*(?:the )?$"
    r"|\b(?:than|against|down from|up from)\s+[\d,.]+(?:\s+[a-z]+)?\s+(?:on|in|at|for)\s+(?:the )?$",
    re.I,
)
_BESIDE = re.compile(r"同期|相比|[还還][是有]|(?:之|以|底)?前|(?:之|以)?[后後]")
_SAME_PERIOD = re.compile(r"同期|\bsame period\b", re.I)
_QUOTED = re.compile(r"[“\"「『]$")
_SINCE_OUTBREAK = re.compile(r"[”\"」』][^，。；、\n]{0,20}?以[来來]")  # “6·18”疫情以来
_SINCE_BEFORE = re.compile(r"(?:自|从|從|\bsince|\bfrom)\s*(?:the )?$", re.I)
_SINCE_AFTER = re.compile(r"[^，。；：,;.:日月\n]{0,30}?(?:以来|以來)|起|[至迄]今")
# What is done over and over, or could be, holds for no date.
_RATE = re.compile(
    r"能力|日(?:均|最大|可)|[单單每][日天](?!新增)|每[周週月]|\bcapacity\b|\b(?:a|per|each|every) (?:day|week|month)\b|\bdaily\b", re.I
)
_MEAN = re.compile(r"日均|\bdaily average\b|\bon average\b", re.I)
_THRESHOLD = re.compile(r"(?:及)?以上|\bor more\b", re.I)
_RANGE = re.compile(r"[至到—–~～-]|\b(?:to|and|until|through)\b")
_AT_ONCE = re.compile(r"\s*(?:的|[（(]|峰值|最高的?|[还還][是有]|['’]s)?\s*")
_SAID = re.compile(r"\b(?:said|announced)\s+(?:on\s+)?$", re.I)
_LISTED = re.compile(r"\bcumulative(?:ly)? since\b", re.I)
_TOTALS = ("cumulative", "current")
_COMPARISON = 40  # characters before a date in which a comparison stands
_NEAR = 2  # sentences between two figures that are told of one account
_HEAD = 4  # sentences: a title takes its date from those that follow, a dateline stands among them


class DateLinker:
    """Works through the points in order; what an earlier one was linked to is what a later one falls back on."""

    def __init__(self, layout: Layout, entities: Iterable[Entity], latest: datetime.date | None) -> None:
        """``latest``: the day the document was published, where known; a later date tells no figure but a planned one."""
        self.layout = layout
        self.text = layout.text
        entities = list(entities)
        self.turns = Turns(self.text, layout.lines, entities)
        self.figures = Mentions(entity for entity in entities if entity.type == "COUNT")
        self.days = Mentions(entity for entity in entities if entity.type == "DATE" and _is_day(entity))
        self.asides = {date.id for date in self.days if self._is_aside(date)}
        self.dates = Mentions(date for date in self.days if date.id not in self.asides)
        self.told_days = Mentions(date for date in self.days if not _later(date, latest))
        self.past = Mentions(date for date in self.told_days if date.id not in self.asides)
        self.closing_ids = {date.id for date in self.past if self._is_closing(date)}
        self.closing = Mentions(date for date in self.past if date.id in self.closing_ids)
        self.opening = Mentions(date for date in self.past if date.id not in self.closing_ids)
        self.since = {date.id for date in self.past if self._is_since(date)}
        self.passing = self.since | self.asides | {date.id for date in self.past if date.id not in self.closing_ids and _is_moment(date)}
        self.lasting = Mentions(date for date in self.past if date.id not in self.since and not self._is_said(date))
        heads = [date for date in self.lasting if layout.number(date.start) < _HEAD and "/" not in str(date.value)]
        self.published = max(heads, key=lambda date: str(date.value)[:10], default=None)  # of the last day that the head names, the first
        self.told_reports = self._by_speaker(date for date in self.lasting if self._is_report(date))
        self.told_closing = self._by_speaker(self.closing)
        self.dated: list[tuple[Point, int | None]] = []

    def _is_aside(self, date: Entity) -> bool:
        """Whether a date is one to compare with, to lie before or after, or part of a name: it governs only what it stands beside."""
        before = self.text[max(0, date.start - _COMPARISON) : date.start]
        of_figure = self.text.startswith("的", date.end) and self.figures.begun(date.end, date.end + 2)
        named = _QUOTED.search(before) and not _SINCE_OUTBREAK.match(self.text, date.end)
        return bool(of_figure or _COMPARED.search(before) or _BESIDE.match(self.text, date.end) or named)

    def _is_closing(self, date: Entity) -> bool:
        """Whether a date ends a stretch: as of, until, or a window to a clock time."""
        return bool(_UNTIL.search(self.text[max(0, date.start - 12) : date.start])) or _is_stretch(date)

    def _is_since(self, date: Entity) -> bool:
        """Whether a date says since when, or is last year's same period: it governs its own sentence alone."""
        if _SAME_PERIOD.search(date.text):
            return True
        if "/" in str(date.value):
            return False
        return bool(
            _SINCE_BEFORE.search(self.text[max(0, date.start - 10) : date.start]) or _SINCE_AFTER.match(self.text, date.end, date.end + 34)
        )

    def _is_said(self, date: Entity) -> bool:
        """Whether a date is the day on which the figures were told: "the commission said Tuesday"."""
        return bool(_SAID.search(self.text[max(0, date.start - 20) : date.start]))

    def _is_report(self, date: Entity) -> bool:
        """Whether a date governs what follows to the end of the text: as of, a window, or the day of the head of the document, the
        last where it names several (others tell how it came to that), at its first mention."""
        if date.id in self.closing_ids:
            return True
        if "/" in str(date.value):
            return not _is_moment(date)
        return date is self.published

    def date(self, point: Point, threshold: bool) -> int | None:
        """``threshold``: what `threshold` says of the point."""
        found = self._date(point, threshold)
        self.dated.append((point, found))
        return found

    def _date(self, point: Point, threshold: bool) -> int | None:
        start, end = self.layout.reach(point)
        total = point.aspect in _TOTALS
        days = self.dates if point.aspect == "planned" else self.past
        after = (self.days if point.aspect == "planned" else self.told_days).first(point.end)
        if after is not None and after.start < end:
            told_after = _ON.fullmatch(self.text[point.end : after.start])
            if told_after and not self.figures.begun(point.end, after.start):
                self.passing.add(after.id)
                return after.id
        if threshold or self._is_rate(point):
            return None
        beside = self.days.last(point.start)
        if beside is not None and beside.start >= start and _AT_ONCE.fullmatch(self.text, beside.end, point.start):
            return beside.id
        before: Sequence[Entity] = days.within(start, point.start)
        closing = self.closing.within(start, point.start)
        if total and closing:
            return closing[-1].id
        if point.aspect == "current" and not _LISTED.search(self.text[start : point.start]):
            before = [date for date in before if date.id not in self.since]
        if before:
            near = self.closing.last(start)
            if total and near is not None and self.layout.number(start) - self.layout.number(near.start) <= _NEAR and self._new_told(start):
                return near.id
            opening = [date for date in before if date.id not in self.closing_ids]
            return (opening[-1] if opening and not total else before[-1]).id
        following = days.first(point.end)
        if following is not None and following.id in self.since and not self.text[point.end : following.start].strip("，, "):
            return following.id
        if following is not None and following.end <= self.layout.clause(point)[1]:
            return following.id
        told = [(p.aspect in _TOTALS, found) for p, found in self._dated_since(start) if found not in self.asides]
        within = next((found for kind, found in told if kind == total), told[0][1] if told and not total else None)
        if within is not None and not (point.aspect == "current" and within in self.since):
            return within
        return self._date_around(point, start, total)

    def _is_rate(self, point: Point) -> bool:
        """Whether a figure is a daily mean or, of no aspect, a capacity or a rate."""
        start, end = self.layout.clause(point)
        rates = _RATE if point.aspect in ("unspecified", "planned") else _MEAN
        return bool(rates.search(self.text[start:end]))

    def threshold(self, point: Point) -> bool:
        """Whether a figure only says from how many on something is done."""
        if point.aspect != "unspecified":
            return False
        start, end = self.layout.reach(point)
        return any(
            _THRESHOLD.search(figure.text) and figure.indicator is not None and figure.aspect == "unspecified"
            for figure in self.figures.within(start, end)
        )

    def _dated_since(self, start: int) -> Iterator[tuple[Point, int | None]]:
        """What the points from ``start`` on were dated, the last first."""
        return itertools.takewhile(lambda item: item[0].start >= start, reversed(self.dated))

    def _new_told(self, start: int) -> bool:
        return any(point.aspect == "new" for point, _ in self._dated_since(start))

    def _date_around(self, point: Point, start: int, total: bool) -> int | None:
        """For a sentence without a date: a total's last closing date, the date told last in the line, what a figure close before took,
        the last reporting date, or for a title the one after. A date since when something is so governs its own sentence alone, and one
        that another speaker told does not count."""
        if total and (closing := self._told(self.told_closing, start)) is not None:
            return closing.id
        earlier = self.lasting.last(start)
        if earlier is not None and earlier.start >= self.layout.lines.start(start):
            return earlier.id
        number = self.layout.number
        last, taken = next((item for item in reversed(self.dated) if item[0].start < start), (None, None))
        if (
            last is not None
            and taken is not None
            and taken not in self.passing
            and number(start) - number(last.start) <= _NEAR
            and self._may_tell(last.start, start)
        ):
            return taken
        if (report := self._told(self.told_reports, start)) is not None:
            return report.id
        fitting = self.closing if total else self.opening
        for later in (fitting.first(point.end), self.past.first(point.end)):
            if later is not None and number(later.start) - number(point.start) <= _HEAD:
                return later.id
        return None

    def _by_speaker(self, dates: Iterable[Entity]) -> dict[str | None, Mentions]:
        told: dict[str | None, list[Entity]] = {}
        for date in dates:
            told.setdefault(self.turns.speaker(date.start), []).append(date)
        return {speaker: Mentions(group) for speaker, group in told.items()}

    def _told(self, dates: Mapping[str | None, Mentions], start: int) -> Entity | None:
        """The last before ``start`` that the one who speaks there, or the reporter, told."""
        speakers = {None, self.turns.speaker(start)} & dates.keys()
        found = [date for speaker in speakers if (date := dates[speaker].last(start)) is not None]
        return max(found, key=lambda date: date.start, default=None)

    def _may_tell(self, earlier: int, start: int) -> bool:
        """Whether what is said at an earlier offset holds at ``start`` too: the reporter said it, or the same speaker."""
        return self.turns.speaker(earlier) in (None, self.turns.speaker(start))


def _is_day(date: Entity) -> bool:
    """Whether a date can tell when a figure holds: no clock time alone, no time stamp of a page."""
    return isinstance(date.value, str) and not date.value.startswith("T") and not _STAMP.fullmatch(date.text)


def _is_moment(date: Entity) -> bool:
    """Whether a date is a time of day, or a stretch of one that begins after midnight: when something happened, not what is reported."""
    start, _, end = str(date.value).partition("/")
    return "T" in start and not start.endswith("T00:00") and (not end or not _days_apart(start, end))


def _is_stretch(date: Entity) -> bool:
    """Whether a window runs over several days to a clock time: what is told with it is a total."""
    start, _, end = str(date.value).partition("/")
    return "T" in end and not start.startswith("T") and _days_apart(start, end) > 1


def _days_apart(start: str, end: str) -> int:
    try:
        return (datetime.date.fromisoformat(end[:10]) - datetime.date.fromisoformat(start[:10])).days
    except ValueError:
        return 0


def _later(date: Entity, latest: datetime.date | None) -> bool:
    """Whether a date begins after the day of publication, or two days named run past it; midnight at its end is still that day."""
    if latest is None:
        return False
    start, _, end = str(date.value).partition("/")
    value = end if end and _RANGE.search(date.text) else start
    try:
        return datetime.date.fromisoformat(value[:10]).toordinal() - value.endswith("T00:00") > latest.toordinal()
    except ValueError:
        return False
