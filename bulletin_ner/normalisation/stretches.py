"""Stretches of the calendar that stand for themselves: weeks, quarters, halves, seasons."""

from __future__ import annotations

import datetime

from bulletin_ner.normalisation.date_forms import Mark
from bulletin_ner.normalisation.date_items import Item
from bulletin_ner.normalisation.moments import Moment, month_after, of_day

Span = tuple[Moment, Moment]
_SEASONS = {"春": 3, "spring": 3, "夏": 6, "summer": 6, "秋": 9, "autumn": 9, "fall": 9, "冬": 12, "winter": 12}
_WEEKS = {
    "上上": -2,
    "下下": 2,
    "上": -1,
    "前": -1,
    "last": -1,
    "past": -1,
    "previous": -1,
    "preceding": -1,
    "week before": -1,
    "下": 1,
    "next": 1,
}


def stretch(mark: Mark, item: Item, reference: datetime.date | None) -> Span | None:
    """First and last day or month of a mark such as 上周, 第三季度, 上半年, this winter; None where the reference date is missing."""
    year = item.year or (reference.year if reference else None)
    kind, text = mark.kind, mark.text
    if kind == "half_month" and mark.value[0]:
        month, half = mark.value
        base = of_day(reference) if reference else Moment()
        own_year, _ = item.year or base.year, month
        last = 15 if half == 1 else _length(own_year, month)
        return Moment(own_year, month, 1 if half == 1 else 16), Moment(own_year, month, last)
    if kind == "season":
        first, second = mark.value
        if second == (first + 1) % 100:
            return Moment(first), Moment(first + 1)
        item.year, item.month = first, second
        return None
    if year is None:
        return None
    if kind == "half_year":
        first_half = "上" in text or "first" in text
        return Moment(year, 1 if first_half else 7), Moment(year, 6 if first_half else 12)
    if kind == "quarter" and mark.value and 1 <= mark.value <= 4:
        return Moment(year, 3 * mark.value - 2), Moment(year, 3 * mark.value)
    if kind == "first_months" and mark.value:
        return Moment(year, 1), Moment(year, mark.value)
    if kind == "season_word":
        return _season(text, item.year, reference)
    if kind == "nth_week" and mark.value:
        if item.year is None and item.month is None and reference is not None and mark.value > reference.isocalendar()[1] + 4:
            year -= 1  # week 52, told in January
        return _nth_week(mark.value, year, item.month or (reference.month if reference and "month" in text else None))
    return None


def _length(year: int | None, month: int) -> int:
    own, following = month_after(year or 2021, month, 1)
    return (datetime.date(own or 2021, following, 1) - datetime.timedelta(days=1)).day


def _season(text: str, year: int | None, reference: datetime.date | None) -> Span | None:
    if "season" in text:
        if reference is None:
            return None
        first = reference.year - (reference.month < 8) + {"last": -1, "next": 1}.get(text.split()[0], 0)
        return Moment(first), Moment(first + 1)
    month = next((month for word, month in _SEASONS.items() if word in text), 3)
    if year is None:
        if reference is None:
            return None
        year = reference.year + {"去": -1, "明": 1, "last": -1, "next": 1}.get(text[0] if text[0] in "去明" else text.split()[0], 0)
        if month == 12 and reference.month <= 6 and text[0] not in "去明":
            year -= 1  # this winter began last year
    return Moment(year, month), Moment(*month_after(year, month, 2))


def week_shift(text: str) -> int:
    """How many weeks the words lie from this one, -2 to 2."""
    return next((shift for word, shift in _WEEKS.items() if word in text), 0)


def week(text: str, weekend: bool, reference: datetime.date) -> Span:
    """First and last day of 上周, this week, next weekend and the like, by the calendar."""
    shift = week_shift(text)
    if weekend:
        saturday = reference + datetime.timedelta(days=5 - reference.weekday() + 7 * shift)
        return of_day(saturday), of_day(saturday + datetime.timedelta(days=1))
    first = reference - datetime.timedelta(days=reference.weekday()) + datetime.timedelta(days=7 * shift)
    return of_day(first), of_day(first + datetime.timedelta(days=6))


def _nth_week(number: int, year: int, month: int | None) -> Span | None:
    if month is not None:
        return Moment(year, month, 7 * number - 6), Moment(year, month, 7 * number)
    if not 1 <= number <= 53:
        return None
    monday = datetime.date.fromisocalendar(year, min(number, 52), 1) + datetime.timedelta(days=7 * (number > 52))
    return of_day(monday), of_day(monday + datetime.timedelta(days=6))
