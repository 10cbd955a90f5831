"""What a date does where it stands: it ends or begins a stretch, is compared with, tells when something was said or the report's day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from bulletin_ner.normalisation.layout import Layout
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.schema import Entity

_STAMP = re.compile(r"20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?\s+\d{1,2}[:：]\d\d(?:[:：]\d\d)?")
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
_RANGE = re.compile(r"[至到—–~～-]|\b(?:to|and|until|through)\b")
_SAID = re.compile(r"\b(?:said|announced)\s+(?:on\s+)?$", re.I)
_COMPARISON = 40  # characters before a date in which a comparison stands
_BROKEN = re.compile(r"\w\s*[，,；;：:。、]")
_OPENING = 12  # characters of a sentence before the date that opens it
_MONTH = 7  # characters of a month's value: 2022-03
HEAD = 4  # sentences: a title takes its date from those that follow, a dateline stands among them


class DateRoles:
    """Over all dates of a text, in order; sets of entity ids.

    ``figures``: its COUNTs; ``latest``: the day the document was published, where known: a later date tells no figure but a planned one.
    """

    def __init__(self, layout: Layout, dates: Iterable[Entity], figures: Mentions, latest: datetime.date | None) -> None:
        self._layout = layout
        self._text = layout.text
        self._figures = figures
        self.days = Mentions(date for date in dates if _is_day(date))
        self.by_id = {date.id: date for date in self.days}
        self.asides = {date.id for date in self.days if self._is_aside(date)}
        self.dates = Mentions(date for date in self.days if date.id not in self.asides)
        self.told_days = Mentions(date for date in self.days if not _later(date, latest))
        self.past = Mentions(date for date in self.told_days if date.id not in self.asides)
        self.closing_ids = {date.id for date in self.past if self._is_closing(date)}
        self.closing = Mentions(date for date in self.past if date.id in self.closing_ids)
        self.opening = Mentions(date for date in self.past if date.id not in self.closing_ids)
        self.same_period = {date.id for date in self.days if _SAME_PERIOD.search(date.text)}
        self.since = {date.id for date in self.past if self._is_since(date)}
        self.passing = self.since | self.asides | {date.id for date in self.past if date.id not in self.closing_ids and _is_moment(date)}
        self.lasting = Mentions(date for date in self.past if date.id not in self.since and not self._is_said(date))
        heads = [date for date in self.lasting if layout.number(date.start) < HEAD and "/" not in str(date.value)]
        self.published = max(heads, key=lambda date: str(date.value)[:10], default=None)  # of the last day that the head names, the first
        self.reports = Mentions(date for date in self.lasting if self._is_report(date))

    def opens(self, date: Entity) -> bool:
        """Whether a date opens its sentence: nothing but a few words before it."""
        start = self._layout.sentences[max(0, self._layout.number(date.start))][0]
        return date.start - start < _OPENING and not _BROKEN.search(self._text, start, date.start)

    def _is_aside(self, date: Entity) -> bool:
        """Whether a date is one to compare with, to lie before or after, or part of a name: it governs only what it stands beside."""
        before = self._text[max(0, date.start - _COMPARISON) : date.start]
        of_figure = self._text.startswith("的", date.end) and self._figures.begun(date.end, date.end + 2)
        named = _QUOTED.search(before) and not _SINCE_OUTBREAK.match(self._text, date.end)
        return bool(of_figure or _COMPARED.search(before) or _BESIDE.match(self._text, date.end) or named)

    def _is_closing(self, date: Entity) -> bool:
        """Whether a date ends a stretch: as of, until, or a window to a clock time."""
        return bool(_UNTIL.search(self._text[max(0, date.start - 12) : date.start])) or _is_stretch(date)

    def _is_since(self, date: Entity) -> bool:
        """Whether a date says since when, or is last year's same period: it governs its own sentence alone."""
        if date.id in self.same_period:
            return True
        if "/" in str(date.value):
            return False
        before = self._text[max(0, date.start - 10) : date.start]
        return bool(_SINCE_BEFORE.search(before) or _SINCE_AFTER.match(self._text, date.end, date.end + 34))

    def _is_said(self, date: Entity) -> bool:
        """Whether a date is the day on which the figures were told: "the commission said Tuesday"."""
        return bool(_SAID.search(self._text[max(0, date.start - 20) : date.start]))

    def _is_report(self, date: Entity) -> bool:
        """Whether a date governs what follows to the end of the text: as of, a window of the head, or the day of the head of the
        document, the last where it names several (others tell how it came to that), at its first mention."""
        if date.id in self.closing_ids:
            return True
        if "/" in str(date.value):
            return self._layout.number(date.start) < HEAD and not _is_moment(date)
        return date is self.published


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
    """Whether a date begins after the day of publication, a month too, or two days named run past it; midnight at its end is still
    that day."""
    if latest is None:
        return False
    start, _, end = str(date.value).partition("/")
    value = end if end and _RANGE.search(date.text) else start
    if len(value) == _MONTH:
        value += "-01"
    try:
        return datetime.date.fromisoformat(value[:10]).toordinal() - value.endswith("T00:00") > latest.toordinal()
    except ValueError:
        return False
