"""Points of the calendar and the clock with what is told of them, and their ISO 8601 form."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, replace

Clock = tuple[int, ...]


@dataclass(frozen=True)
class Moment:
    """Year, month, day and clock (hour, minute and at times second; 24:00 is a day's end); None where not told."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: Clock | None = None

    def iso(self) -> str | None:
        """ISO 8601 with XXXX for a year not told; None where the moment is impossible or nothing is told."""
        if self.clock is not None and not ((self.clock[0] < 24 and max(self.clock[1:]) < 60) or self.clock == (24, 0)):
            return None
        if self.month is None and self.day is None:
            if self.clock is not None:
                return f"T{_clock(self.clock)}"
            return None if self.year is None else f"{self.year:04}"
        year = "XXXX" if self.year is None else f"{self.year:04}"
        month = "XX" if self.month is None else f"{self.month:02}"
        if self.month is not None and not 1 <= self.month <= 12:
            return None
        if self.day is None:
            return f"{year}-{month}"
        # 29 February is possible where the year is not told.
        if not 1 <= self.day <= calendar.monthrange(self.year or 2020, self.month or 1)[1]:
            return None
        if self.clock is None:
            return f"{year}-{month}-{self.day:02}"
        if self.clock[0] == 24 and self.month is not None:
            following = self.shifted(1)
            return None if following is None else replace(following, clock=(0, 0)).iso()
        return f"{year}-{month}-{self.day:02}T{_clock(self.clock)}"

    def date(self) -> datetime.date | None:
        """The day; a common year stands in for one not told. None where no possible day is told."""
        if self.month is None or self.day is None:
            return None
        try:
            return datetime.date(2021 if self.year is None else self.year, self.month, self.day)
        except ValueError:
            return None

    def shifted(self, days: int) -> Moment | None:
        """So many days later, the clock dropped; None where no possible day is told."""
        day = self.date()
        if day is None:
            return None
        try:
            day += datetime.timedelta(days=days)
        except OverflowError:
            return None
        return Moment(None if self.year is None else day.year, day.month, day.day)


def of_day(day: datetime.date, clock: Clock | None = None) -> Moment:
    return Moment(day.year, day.month, day.day, clock)


def month_after(year: int | None, month: int, months: int) -> tuple[int | None, int]:
    """The month so many months later, with its year where that is told."""
    index = month - 1 + months
    return (None if year is None else year + index // 12), index % 12 + 1


def _clock(clock: Clock) -> str:
    return ":".join(f"{part:02}" for part in ((0, *clock[1:]) if clock[0] == 24 else clock))
