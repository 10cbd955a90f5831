"""Dates to ISO 8601 against a reference date: days, months, stretches, clock times and ranges, in Chinese and English."""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import replace

from bulletin_ner.normalisation import holidays
from bulletin_ner.normalisation.date_context import ContextRules
from bulletin_ner.normalisation.date_forms import Mark, marks, simplify
from bulletin_ner.normalisation.date_items import Item, inherit, join_clocks, set_halves, split_items, type_numbers
from bulletin_ner.normalisation.moments import Moment, month_after, of_day
from bulletin_ner.normalisation.relative_days import ago, weekday, year_of_month
from bulletin_ner.normalisation.report_windows import ReportWindows
from bulletin_ner.normalisation.stretches import stretch

_FULL_DATE = re.compile(r"((?:19|20)\d\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH_FULL = re.compile(
    r"\b([A-Z][a-z]{2,8})\.? (\d{1,2})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b|\b(\d{1,2}) ([A-Z][a-z]{2,8})\.? ((?:19|20)\d\d)\b"
)
_ORDER = {"year": 0, "relative_year": 0, "month": 1, "en_month": 1, "week": 3}
_SHIFTS = {"before_last": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "after_next": 2}
_YEAR_SHIFTS = {"去": -1, "上": -1, "last": -1, "前": -2, "明": 1, "下": 1, "next": 1, "后": 2}
_MONTH_SHIFTS = {"上": -1, "last": -1, "下": 1, "next": 1, "次": 1}


def parse_reference(value: str | None) -> datetime.date | None:
    """The caller's reference date; a ValueError names a bad one."""
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"reference_date {value!r} is no day in ISO 8601; write it as 2022-11-10") from error


class DateContext:
    """Resolves the dates of one text in their order: 当天 is the day named last, 10日 a day of its month.

    ``reference``: the day of publication; without it the first full date in the text, without any the year stays XXXX.
    """

    def __init__(self, text: str, reference: datetime.date | None) -> None:
        self._reference = reference or _full_date(text)
        self._last: Moment | None = None
        self._last_told: Moment | None = None  # the last one not after the reference: what 当日 and 次日 start from
        self._windows = ReportWindows(text, self._reference)
        self._rules = ContextRules(text)

    def resolve(self, surface: str, start: int | None = None) -> str | None:
        """ISO 8601 of a DATE's text, or None where it has no value or is impossible. Never raises.

        ``start``: where it begins in the text; with it, a clock time without a day takes the day of its sentence or line, and a
        weekday the side of today that the sentence tells.
        """
        text = simplify(surface)
        items = split_items(marks(text) if len(text) != 4 or not text.isdecimal() or text[:2] in ("19", "20") else _month_and_day(text))
        if not items:
            return None
        explicit = [item for item in items if not all(mark.kind in ("weekday", "part") for mark in item.marks)]
        if any(item.has("month_day", "day_month", "day", "full") for item in explicit) and all(item.joint != "to" for item in items):
            items = explicit  # Thursday and Friday, 5 and 6 December
        try:
            for index, item in enumerate(items):
                self._read(item, items[index - 1] if index else None, start, surface)
            if items[0].has("zh_clock") and not items[0].half and self._rules.at_night(start):
                for item in items:
                    item.half = item.half or "晚"
            type_numbers(items)
            join_clocks(items)
            set_halves(items)
            inherit(items)
            self._complete(items)
        except (ValueError, OverflowError):  # a day that the calendar does not have, or a year beyond it
            return None
        for item in items:
            if item.has("same_period"):
                item.span = self._windows.same_period(item, start)
            elif item.reach is not None and (other := item.moment().shifted(item.reach)) is not None:
                item.span = (other, item.moment()) if item.reach < 0 else (item.moment(), other)
        low, high = items[0].span or (items[0].moment(),) * 2, items[-1].span or (items[-1].moment(),) * 2
        if low[0] == Moment() and len(items) == 1 and items[0].has("part"):  # 上午 is a day
            told = self._last if self._last is not None and self._rules.near(start) else None
            day = told or (of_day(self._reference) if self._reference is not None else self._last)
            low = high = (day or Moment(),) * 2
        timed = all(item.span is None and item.day is None and item.month is None and item.clock for item in items)
        day = self._clock_day(start, surface) if timed else None
        if day is not None:
            low, high = (replace(day, clock=low[0].clock),) * 2, (replace(day, clock=high[1].clock),) * 2
            if items[-1].follows or (len(items) > 1 and (high[1].clock or ()) < (low[0].clock or ())):
                high = (high[0], replace(day.shifted(1) or day, clock=high[1].clock))
        return self._answer(low[0], high[1], items, start, surface, timed)

    def _clock_day(self, start: int | None, surface: str) -> Moment | None:
        """The day that a clock time without one belongs to, None for one of every day."""
        if self._rules.as_of(start):
            told = self._last_told.date() if self._last_told is not None else None
            if self._reference is None or self._rules.near(start) or (told is not None and (self._reference - told).days <= 1):
                return self._last_told
            return of_day(self._reference)
        return self._last if self._last is not None and self._rules.takes_day(start, surface) else None

    def _answer(self, low: Moment, high: Moment, items: list[Item], start: int | None, surface: str, clock_only: bool) -> str | None:
        if items[0].span is None or items[-1].span is None:
            named = high if high.day is not None and items[-1].span is None else low
            if named.day is not None and named.iso() is not None:
                self._last = replace(named, clock=None)
                day = self._last.date()
                if self._reference is None or day is None or self._last.year is None or day <= self._reference:
                    self._last_told = self._last
                if not clock_only:
                    self._rules.named(start, surface)
        self._windows.told(low, high, items[0], start)
        first, last = low.iso(), high.iso()
        if first is None or last is None:
            return None
        return first if low == high and not (len(items) > 1 and items[0].joint == "to") else f"{first}/{last}"

    def _read(self, item: Item, before: Item | None, start: int | None, surface: str) -> None:
        # A year first, then a month: the Spring Festival of 2022, the first week of June.
        for mark in sorted(item.marks, key=lambda mark: _ORDER.get(mark.kind, 2)):
            self._read_mark(item, mark, before, start, surface)

    def _read_mark(self, item: Item, mark: Mark, before: Item | None, start: int | None, surface: str) -> None:
        kind, value = mark.kind, mark.value
        if kind == "full":
            item.year, item.month, item.day = value
        elif kind == "triple":
            item.year, item.month, item.day = self._triple(value)
        elif kind == "pair":
            item.month, item.day = value if value[0] <= 12 else value[::-1]
        elif kind in ("month_day", "day_month"):
            item.month, item.day = value
        elif kind in ("month", "en_month"):
            item.month = value
            if (which := mark.text.split()[0]) in ("last", "this", "next") and self._reference is not None:
                item.year = year_of_month(self._reference, which, value)
        elif kind == "day":
            item.day = value
        elif kind in ("number", "hour_word"):
            item.number = value
        elif kind in ("clock", "zh_clock"):
            item.clock = value[0]
            item.half = value[1] or item.half
        elif kind in ("noon", "midnight"):
            item.clock = (12, 0) if kind == "noon" else (24, 0)
        elif kind in ("year", "ago", "relative_year"):
            self._read_year(item, mark)
        elif kind == "relative_month":
            self._read_month(item, mark.text)
        elif kind == "part":
            item.half = mark.text
        elif kind in _SHIFTS or kind in ("that_day", "next_day", "previous_day"):
            self._read_relative(item, mark, before)
        elif kind in ("weekday", "short_weekday"):
            if item.day is None and self._reference is not None:
                future = self._rules.looks_forward(start)
                after = before.moment().date() if before is not None and before.has("weekday") else None
                _set(item, of_day(weekday(self._reference, mark, item.marks, future, after)))
        elif kind in ("festival", "lunar", "lunar_month", "en_lunar"):
            self._read_holiday(item, mark)
        elif kind == "days":
            if value is not None and self._reference is not None:
                first, last = (of_day(self._reference + datetime.timedelta(days=shift)) for shift in value)
                item.span = first, last
        elif kind == "days_to":
            item.reach = value
        elif item.day is None and item.number is None:
            if kind == "weekend":
                found = self._windows.weekend(mark.text, self._rules.looks_forward(start))
            else:
                found = self._windows.week(mark.text, start) if kind == "week" else stretch(mark, item, self._reference)
            item.span = found or item.span

    def _read_year(self, item: Item, mark: Mark) -> None:
        if mark.kind == "year":
            counting, number, end = mark.value
            if number is None:
                return
            item.year = number + 1911 if counting == "roc" else number if counting == "full" else self._short_year(number)
        elif self._reference is None:
            return
        elif mark.kind == "ago":
            _set(item, ago(self._reference, mark.value))
            return
        else:
            text = mark.text.removeprefix("end of ")
            shift = next((shift for word, shift in _YEAR_SHIFTS.items() if text.startswith(word)), 0)
            item.year, end = self._reference.year + shift, mark.text[-1] in "底末" or text != mark.text
        if end:
            item.month = 12

    def _short_year(self, number: int) -> int:
        """A year of two digits: of this century, the last, or the Republic's count, whichever is nearest to the reference."""
        if self._reference is None:
            return 1900 + number if number > 40 else 2000 + number
        year = self._reference.year
        return min((2000 + number, 1911 + number, 1900 + number), key=lambda candidate: abs(candidate - year))

    def _read_month(self, item: Item, text: str) -> None:
        if self._reference is None:
            if self._last is not None and text[:1] in "本当这同":
                item.year, item.month = self._last.year, self._last.month
            return
        shift = next((shift for word, shift in _MONTH_SHIFTS.items() if text.startswith(word)), 0)
        item.year, item.month = month_after(self._reference.year, self._reference.month, shift)

    def _read_relative(self, item: Item, mark: Mark, before: Item | None) -> None:
        item.half = item.half or mark.text
        if mark.kind in _SHIFTS:
            days = _SHIFTS[mark.kind] + (mark.text[0] == "大") * (1 if mark.kind == "after_next" else -1)
            day = None if self._reference is None else of_day(self._reference + datetime.timedelta(days=days))
        elif mark.kind == "next_day" and before is not None and (before.day is not None or before.clock is not None):
            item.follows = before.day is None
            own = before.moment()
            day = (own if own.month is not None else self._completed(own)).shifted(1) if before.day is not None else None
            item.half = item.half.replace(mark.text, "")
        elif self._last_told is not None:
            shift = {"next_day": 1, "previous_day": -1}.get(mark.kind, 0)
            day = self._last_told.shifted(shift)
        else:
            day = of_day(self._reference) if self._reference is not None and mark.kind == "that_day" else None
        if day is not None and item.day is None:
            _set(item, day)

    def _read_holiday(self, item: Item, mark: Mark) -> None:
        reference = self._reference
        year = item.year or (reference.year if reference else None)
        if mark.kind == "lunar_month":
            if year is not None and mark.value:
                first = holidays.lunar_day(year - (mark.value > 10), mark.value, 1)
                item.year, item.month = (first.year, first.month) if first else (None, None)
            return
        if year is None:
            return
        years = [year] if item.year else [year - 1, year, year + 1]
        if mark.kind == "festival":
            name = mark.text if mark.text in holidays.NAMES else mark.text[:-1]
            days = [holidays.festival(name, candidate) for candidate in years]
        else:
            month, day, _ = mark.value
            # 初五 without a month is of the first one
            days = [holidays.lunar_day(candidate - ((month or 1) > 10), month or 1, day or 1) for candidate in years]
        known = [day for day in days if day is not None]
        if not known:
            return
        day = min(known, key=lambda candidate: abs(candidate - reference)) if reference else known[0]
        _set(item, of_day(day))
        if item.has("off") and mark.kind == "festival":
            # 连假 is the word of Taiwan and Hong Kong: there the weekend that touches the day.
            away = any(other.text.endswith("连假") for other in item.marks)
            run = None if away else holidays.days_off(name, day.year)
            run = run or holidays.weekend_run(day)
            item.span = of_day(run[0]), of_day(run[1])

    def _triple(self, parts: tuple[int, ...]) -> tuple[int, int, int]:
        """Year, month and day of 110/6/8, 22.11.10, 04/07/2022 or 08/19/2022; an open order is decided by the reference."""
        first, second, third = parts
        if third < 100:
            return (first + 1911 if first > 40 else first + 2000), second, third
        orders = [(third, second, first), (third, first, second)]
        possible = [order for order in orders if Moment(*order).iso() is not None]
        if len(possible) == 2 and self._reference is not None:
            reference = self._reference
            return min(possible, key=lambda order: abs(datetime.date(*order) - reference))
        return (possible or orders)[0]

    def _complete(self, items: list[Item]) -> None:
        """Give days their month and months their year, the last end first, then let the others follow it."""
        for item in reversed(items):
            if item.span is None and (item.day is not None or item.month is not None):
                _set(item, self._completed(item.moment()), item.clock)
                inherit(items)

    def _completed(self, moment: Moment) -> Moment:
        reference, last = self._reference, self._last
        if moment.day is not None and moment.month is None:
            base = last if last is not None and last.month is not None else None
            if base is not None and base.month is not None:
                moment = replace(moment, year=base.year, month=base.month)
                moment = self._nearer(moment, base)
            elif reference is not None:
                moment = self._nearer(replace(moment, year=reference.year, month=reference.month), None)
        if moment.month is not None and moment.year is None and reference is not None:
            year = reference.year
            # A bulletin of early January speaks of last December, one of late December of next January.
            year -= 1 if moment.month - reference.month > 6 else 0
            year += 1 if reference.month - moment.month > 9 and moment.day is not None else 0
            moment = replace(moment, year=year)
        return moment

    def _nearer(self, moment: Moment, base: Moment | None) -> Moment:
        """The same day of the month before or after, where the bulletin's date makes that the likelier."""
        reference = self._reference
        if reference is None or moment.month is None:
            return moment
        earlier = Moment(*month_after(moment.year, moment.month, -1), moment.day, moment.clock)
        later = Moment(*month_after(moment.year, moment.month, 1), moment.day, moment.clock)
        own, before, after = moment.date(), earlier.date(), later.date()
        if moment.year is None:
            return moment
        # Texts go forward in time: after 9月28日, 8日 in a bulletin of 11 October is October's.
        goes_on = base is not None and base.day is not None and moment.day is not None and moment.day < base.day
        if goes_on and after is not None and (after - reference).days <= 3:
            return later
        if before is not None and (own is None or (own - reference).days > 15):
            return earlier if (own is None or abs((before - reference).days) < (own - reference).days) else moment
        return moment


def _set(item: Item, moment: Moment, clock: tuple[int, ...] | None = None) -> None:
    item.year, item.month, item.day = moment.year, moment.month, moment.day
    item.clock = clock or item.clock


def _month_and_day(text: str) -> list[Mark]:
    return [Mark("month_day", text, (int(text[:2]), int(text[2:])))]


def _full_date(text: str) -> datetime.date | None:
    normal = unicodedata.normalize("NFKC", text)
    for match in _FULL_DATE.finditer(normal):
        try:
            return datetime.date(*map(int, match.groups()))
        except ValueError:
            continue
    for match in _ENGLISH_FULL.finditer(normal):
        month, day, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        if month.lower()[:3] in _MONTH_NAMES:
            try:
                return datetime.date(int(year), _MONTH_NAMES.index(month.lower()[:3]) + 1, int(day))
            except ValueError:
                continue
    return None
