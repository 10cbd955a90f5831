"""From marks to items: what each end of a range or each entry of a list says, and what it takes from its neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bulletin_ner.normalisation.date_forms import Mark
from bulletin_ner.normalisation.moments import Clock, Moment, month_after

_DAY_KINDS = {"day", "month_day", "day_month", "full", "triple", "pair", "lunar", "festival", "weekday", "short_weekday"}
_HOUR_KINDS = {"clock", "zh_clock", "noon", "midnight"}
_RELATIVE_DAYS = {"before_last", "yesterday", "after_next", "tomorrow", "today", "next_day", "previous_day", "that_day"}
_NIGHT = re.compile(r"晚|夜|night|evening")


@dataclass
class Item:
    """What one end of a range says. ``span`` is a stretch that stands for itself, such as a week; ``number`` is of no stated kind yet,
    ``reach`` how many days a stretch runs on from its day, or back: the week to 24 June."""

    marks: list[Mark] = field(default_factory=list)
    joint: str = ""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: Clock | None = None
    half: str = ""
    span: tuple[Moment, Moment] | None = None
    number: int | None = None
    follows: bool = False
    reach: int | None = None

    def has(self, *kinds: str) -> bool:
        return any(mark.kind in kinds for mark in self.marks)

    def moment(self) -> Moment:
        return Moment(self.year, self.month, self.day, self.clock)


def _sort(kind: str) -> str:
    if kind in _HOUR_KINDS:
        return "hour"
    if kind in _DAY_KINDS:
        return "weekday" if kind in ("weekday", "short_weekday") else "day"
    return "relative" if kind in _RELATIVE_DAYS else kind


def split_items(found: Sequence[Mark]) -> list[Item]:
    """Cut marks at 至, to, and, 、 and where a second hour or day begins; a comma cuts only before more of the same kind."""
    items = [Item()]
    for mark in found:
        if mark.kind in ("to", "list"):
            items[-1].joint = mark.text if mark.kind == "list" else "to"
            continue
        item = items[-1]
        sort = _sort(mark.kind)
        own = {_sort(other.kind) for other in item.marks}
        if mark.kind in ("lunar", "festival") and "day" in own and item.joint == "":
            continue  # 1月31日除夕, 2月17日（正月二十四）
        soft = item.joint in ("", ",") and not (mark.kind == "number" and item.joint == ",")
        clash = sort in ("hour", "day", "weekday", "relative", "number") and sort in own
        if item.marks and not (soft and not clash):
            items.append(Item())
        elif item.joint == ",":
            item.joint = ""
        items[-1].marks.append(mark)
    return [item for item in items if item.marks]


def type_numbers(items: list[Item]) -> None:
    """Give numbers without a unit the kind of the next one that has it, else of the one before: 1—11月, Nov. 4-5, 10 to 14 April."""
    for index, item in enumerate(items):
        if item.number is None:
            continue
        number, item.number = item.number, None
        alone = item.day is None
        kind = ""
        if item.month is not None and item.day is None:
            kind = "day"
        else:
            kind = next((sort for other in items[index + 1 :] if (sort := _typed(other, first=True))), "")
            if not alone and item.has("today", "yesterday", "tomorrow") and item.clock is None:
                kind = "hour"  # 8 this morning
            elif not alone:
                kind = "hour" if kind == "hour" else ""
            elif not kind:
                earlier = next((other for other in reversed(items[:index]) if _typed(other, first=False)), None)
                kind = _typed(earlier, first=False) if earlier else ""
                if kind == "day" and earlier is not None and earlier.day is not None and number <= earlier.day and earlier.month != 12:
                    kind = "hour" if not item.joint else "day"
            if alone and not kind:
                part = next((mark.text for mark in item.marks if mark.kind == "part"), "")
                kind = "day" if part and not part.isascii() else "hour"
        if kind == "day":
            item.day = number
        elif kind == "month":
            item.month = number
        elif kind == "hour" and number <= 24 and item.clock is None:
            item.clock = (number, 0)


def _typed(item: Item, first: bool) -> str:
    for mark in item.marks if first else reversed(item.marks):
        if mark.kind in _HOUR_KINDS:
            return "hour"
        if mark.kind in _DAY_KINDS:
            return "day"
        if mark.kind in ("month", "en_month"):
            return "day" if item.day is not None else "month"
    if item.clock is not None:
        return "hour"
    return "day" if item.day is not None else ""


def join_clocks(items: list[Item]) -> None:
    """Put a clock time after a comma to the day before it: Feb. 26, 4 to 9 p.m."""
    for index in range(len(items) - 2, -1, -1):
        item, following = items[index], items[index + 1]
        if item.joint == "," and item.day is not None and item.clock is None and following.day is None and following.clock is not None:
            item.clock, item.half, item.joint = following.clock, following.half or item.half, following.joint
            item.marks += following.marks
            del items[index + 1]


def set_halves(items: list[Item]) -> None:
    """Turn clock times of a stated half of the day to 24 hours: 下午2时至5时, 5:00 to 8:00 p.m., 晚上12时."""
    raw = [item.clock[0] if item.clock else 0 for item in items]
    for index, item in enumerate(items):
        if item.clock is None or item.half:
            continue
        following = next((other for other in items[index + 1 :] if other.clock), None)
        later = items.index(following) if following else 0
        if following is not None and following.half and following.half.isascii() and 0 < raw[index] < raw[later] <= 12:
            item.half = following.half  # 5:00 to 8:00 p.m.
    for index, item in enumerate(items):
        if item.clock is None:
            continue
        hour = _hour(item.clock[0], item.half)
        before = next((other for other in reversed(items[:index]) if other.clock), None)
        open_hour = item.day is None and not item.half and not item.follows and 0 < hour < 12
        if open_hour and before is not None and before.clock:
            afternoon = before.clock[0] >= 12 and before.clock[0] - 12 < hour and (before.half or before.clock == (12, 0))
            # 下午2时至5时; 9-1 of a working day
            if afternoon or (not before.half and hour < before.clock[0] < 12 and not item.has("clock", "zh_clock")):
                hour += 12
        item.clock = (hour, *item.clock[1:])


def _hour(hour: int, half: str) -> int:
    if not half or hour > 12:
        return hour
    if half == "am" or "凌晨" in half:
        return 0 if hour == 12 else hour
    if half == "pm":
        return hour if hour == 12 else hour + 12
    if "中午" in half or "正午" in half:
        return hour + 12 if 1 <= hour <= 3 else hour
    if "午后" in half or "下午" in half or "傍晚" in half or "afternoon" in half or "dusk" in half:
        return hour + 12 if 1 <= hour < 12 else hour
    if "半夜" in half or "午夜" in half:
        return 24 if hour == 12 else hour + 12 if hour >= 9 else hour
    if _NIGHT.search(half):
        return 24 if hour == 12 else hour + 12 if hour >= 5 else hour
    return hour


def inherit(items: list[Item]) -> None:
    """Let each end take what it leaves unsaid from the end before it, or else after it; over a month's or year's end where days run on."""
    for index, item in enumerate(items):
        if item.span is not None:
            continue
        before = next((other for other in reversed(items[:index]) if other.span is None and (other.month or other.day)), None)
        if before is None:
            continue
        if item.day is None and item.month is None and item.clock is not None:
            if before.day is not None:
                item.year, item.month, item.day = before.year, before.month, before.day
                if item.follows:
                    following = item.moment().shifted(1)
                    if following is not None:
                        item.year, item.month, item.day = following.year, following.month, following.day
        elif item.month is None and item.day is not None and before.month is not None:
            item.year, item.month = before.year if item.year is None else item.year, before.month
            if before.day is not None and item.day < before.day and item.joint != "、":
                item.year, item.month = month_after(item.year, before.month, 1)
        elif item.month is not None and item.year is None and before.year is not None and before.month is not None:
            item.year = before.year + (1 if item.month < before.month else 0)
    for index in range(len(items) - 2, -1, -1):
        item = items[index]
        after = next((other for other in items[index + 1 :] if other.span is None and (other.month or other.day)), None)
        if item.span is not None or after is None:
            continue
        if item.day is None and item.month is None and item.year is None and item.clock is not None:
            item.year, item.month, item.day = after.year, after.month, after.day
        elif item.month is None and item.day is not None and after.month is not None:
            item.year, item.month = after.year, after.month
            if after.day is not None and item.day > after.day:
                item.year, item.month = month_after(after.year, after.month, -1)
        elif item.month is not None and item.year is None and after.year is not None and after.month is not None:
            item.year = after.year - (1 if item.month > after.month else 0)
