"""The one day that a record's date stands for, or why it stands for none; the week of a bulletin. For the report and the store."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d)?)?")
_LENGTH = datetime.timedelta(days=1)


def day_of(date: str | None, aspect: str) -> tuple[datetime.date | None, str]:
    """The day of an ISO 8601 date, moment or window, and "", or None and the reason.

    Midnight ends the day before. A window stands for the day that it ends on; one of more than a day holds no day's new figure.
    """
    if date is None:
        return None, "no date"
    parts = date.split("/")
    matches = [_DAY.fullmatch(part) for part in parts]
    if any(match is None for match in matches) or len(parts) > 2:
        return None, _why(parts)
    first, last = (_moment(match) for match in (matches[0], matches[-1]) if match)
    end = last[0] if last[1] else last[0] + _LENGTH
    if aspect == "new" and end - first[0] > _LENGTH:
        return None, "new over more than a day"
    return (end - datetime.timedelta(minutes=1)).date(), ""


def week_of(published: datetime.date | None, dates: Iterable[str | None]) -> str | None:
    """The ISO week of publication, such as 2022-W45; where that is not known, of the latest of the records' days; else None."""
    day = published or max((found for date in dates if (found := day_of(date, "")[0])), default=None)
    if day is None:
        return None
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _moment(match: re.Match[str]) -> tuple[datetime.datetime, bool]:
    """The moment, and whether it has a clock time."""
    return datetime.datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}"), match[2] is not None


def _why(parts: list[str]) -> str:
    if any("X" in part for part in parts):
        return "a date without a year"
    if any(part.startswith("T") for part in parts):
        return "a clock time without a day"
    return (
        "a month or a year, no day" if all(re.fullmatch(r"\d{4}(-\d\d)?(-\d\d.*)?", part) for part in parts) else "no date that can be read"
    )
