"""Days, months and years counted from the reference date: 上周五, Friday last week, three days ago, last December."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from bulletin_ner.normalisation.date_forms import Mark
from bulletin_ner.normalisation.moments import Moment, month_after, of_day
from bulletin_ner.normalisation.stretches import week_shift

_DAYS = {"day": 1, "week": 7}


def weekday(reference: datetime.date, mark: Mark, marks: Sequence[Mark], future: bool, after: datetime.date | None) -> datetime.date:
    """上周五, 本周三, this Friday, last Monday, Friday last week; a bare English weekday is the latest one, or the next where the sentence
    looks ahead. ``marks``: all of its end of the range; ``after``: the weekday that begins a range or list, which it follows.
    """
    which, day, chinese = mark.value
    if after is not None and not which:
        return after + datetime.timedelta(days=(day - after.weekday()) % 7)
    distance = day - reference.weekday()
    if named := next((other.text for other in marks if other.kind == "week"), ""):
        distance += 7 * week_shift(named)
    elif chinese or which in ("this", "next"):
        distance += 7 * week_shift(which)
    elif which == "last":
        distance -= 7 if distance >= 0 else 0
    elif future:
        distance += 7 if distance < 0 else 0
    else:
        distance -= 7 if distance > 0 else 0
    return reference + datetime.timedelta(days=distance)


def ago(reference: datetime.date, value: tuple[int, str]) -> Moment:
    """So many days, weeks, months or years before: a day, a month, a year."""
    number, unit = value
    if unit == "year":
        return Moment(reference.year - number)
    if unit == "month":
        return Moment(*month_after(reference.year, reference.month, -number))
    return of_day(reference - datetime.timedelta(days=number * _DAYS[unit]))


def year_of_month(reference: datetime.date, which: str, month: int) -> int:
    """The year of last December, next January, this May."""
    if which == "last":
        return reference.year - (month >= reference.month)
    return reference.year + (which == "next" and month <= reference.month)
