"""What a report is about: the week that 本周 and 上周 mean in it, and the stretch that 去年同期 stands beside."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

from bulletin_ner.normalisation.date_items import Item
from bulletin_ner.normalisation.moments import Moment, of_day
from bulletin_ner.normalisation.stretches import Span, week, week_shift

_BEFORE_THAT = re.compile(r"前|previous|preceding|week before")
_BARE_WEEKENDS = ("the weekend", "weekend")
_COMPARED = re.compile(r"(?:[较較比与與於于低高]|\bthan|\bfrom|\bagainst|\bwith|\bto)\s*(?:the )?$", re.I)
_SINCE_NEW_YEAR = re.compile(r"今年|本年|年初|累[计計]|以[来來]|\bthis year\b|\bcumulative|\bso far\b", re.I)
_SENTENCE = re.compile(r"[。！？\n]|[.!?]\s")
_DAYS_LATE = 14  # a weekly report comes out at most so many days after its week
_HEAD = 200  # characters: a week named there is the report's, one named later only where it is one of the calendar


class ReportWindows:
    """Told the stretches of one text in their order; without a reference date it knows no weeks."""

    def __init__(self, text: str, reference: datetime.date | None) -> None:
        self._text = text
        self._reference = reference
        self._named: datetime.date | None = None  # the first day of the last stretch of seven days
        self._own: datetime.date | None = None  # that of the week that the report is about
        self._this_week_used = False
        self._last: Span | None = None

    def told(self, low: Moment, high: Moment, item: Item, start: int | None) -> None:
        """A stretch or a day was named at ``start``; ``item`` says its beginning."""
        begin, end = low.date(), high.date()
        in_words = item.has("week", "weekend", "same_period")
        if begin is not None and end is not None and low.year is not None and (end - begin).days == 6:
            self._named = begin
            late = (self._reference - end).days if self._reference is not None else _DAYS_LATE
            whole = begin.weekday() == 0 or (start is not None and start < _HEAD)
            if whole and not in_words and -1 <= late < _DAYS_LATE:
                self._own = begin
        bare_year = item.has("relative_year") and low.month is None
        if in_words or bare_year or item.has("today", "yesterday", "tomorrow") or self._is_compared(start):
            return
        if low.month is not None:
            self._last = replace(low, clock=None), replace(high, clock=None)
        elif item.has("year") and low.year is not None:  # since the new year
            until = self._last[1] if self._last is not None else of_day(self._reference) if self._reference is not None else None
            if until is not None and until.year == low.year:
                self._last = Moment(low.year, 1, 1), until

    def weekend(self, text: str, ahead: bool) -> Span | None:
        """Saturday and Sunday of 上周末, the weekend and the like; ``ahead``: whether the sentence speaks of what is to come."""
        if self._reference is None:
            return None
        past = text in _BARE_WEEKENDS and not ahead and self._reference.weekday() < 5
        return week("last" if past else text, True, self._reference)

    def week(self, text: str, start: int | None) -> Span | None:
        """First and last day of 本周, the week before and the like, said at ``start``."""
        if self._reference is None:
            return None
        if _BEFORE_THAT.search(text) and self._named is not None:
            return _seven_days(self._named, -1)
        shift = week_shift(text)
        if self._own is not None and shift == 0:
            self._this_week_used = True
        if self._own is not None and (shift == 0 or (shift < 0 and (self._this_week_used or self._is_compared(start)))):
            return _seven_days(self._own, shift)
        return week(text, False, self._reference)

    def _is_compared(self, start: int | None) -> bool:
        return start is not None and _COMPARED.search(self._text[max(0, start - 12) : start]) is not None

    def same_period(self, item: Item, start: int | None) -> Span | None:
        """The stretch told last, in the year or week that the words name; None where none was told."""
        if self._last is None or item.has("relative_month"):
            return None
        low, high = self._last
        if item.has("week") and (before := low.shifted(-7)) is not None and (until := high.shifted(-7)) is not None:
            return before, until
        if start is not None and low == high and low.day is not None and _SINCE_NEW_YEAR.search(self._sentence(start)):
            low = Moment(low.year, 1, 1)
        if item.year is not None and high.year is not None:
            shift = item.year - high.year
            low, high = (replace(moment, year=moment.year + shift if moment.year else None) for moment in (low, high))
        return low, high

    def _sentence(self, start: int) -> str:
        return _SENTENCE.split(self._text[max(0, start - 120) : start])[-1]


def _seven_days(first: datetime.date, weeks: int) -> Span:
    first += datetime.timedelta(weeks=weeks)
    return of_day(first), of_day(first + datetime.timedelta(days=6))
