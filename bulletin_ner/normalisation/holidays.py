"""Days that a calendar library knows: lunar days, festivals and solar terms, and the days off around them."""

from __future__ import annotations

import datetime
import functools
import re

_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
# month and day of the solar calendar
_FIXED = {
    **{"元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "劳动节": (5, 1), "五一": (5, 1), "青年节": (5, 4), "六一": (6, 1)},
    **{"儿童节": (6, 1), "建党节": (7, 1), "七一": (7, 1), "建军节": (8, 1), "教师节": (9, 10), "国庆": (10, 1), "国庆节": (10, 1)},
    **{
        "十一": (10, 1),
        "双十一": (11, 11),
        "植树节": (3, 12),
        "护士节": (5, 12),
        "双十节": (10, 10),
        "双十二": (12, 12),
        "万圣节": (10, 31),
        "平安夜": (12, 24),
        "圣诞": (12, 25),
        "圣诞节": (12, 25),
    },
    **{"跨年夜": (12, 31), "national day": (10, 1), "may day": (5, 1), "labour day": (5, 1), "new year's day": (1, 1)},
    **{"new year's eve": (12, 31), "new year": (1, 1), "christmas eve": (12, 24), "christmas": (12, 25), "christmas day": (12, 25)},
    **{"boxing day": (12, 26), "halloween": (10, 31), "independence day": (7, 4), "valentine's day": (2, 14)},
}
# month and day of the lunar calendar; 0 is the month's last day
_LUNAR = {
    **{"春节": (1, 1), "农历新年": (1, 1), "大年初一": (1, 1), "元宵": (1, 15), "元宵节": (1, 15), "上巳节": (3, 3)},
    **{
        "浴佛节": (4, 8),
        "buddha's birthday": (4, 8),
        "佛诞": (4, 8),
        "端午": (5, 5),
        "端午节": (5, 5),
        "七夕": (7, 7),
        "中元节": (7, 15),
        "中元": (7, 15),
    },
    **{"中秋": (8, 15), "中秋节": (8, 15), "重阳": (9, 9), "重阳节": (9, 9), "腊八": (12, 8), "腊八节": (12, 8), "小年": (12, 23)},
    **{"除夕": (12, 0), "除夕夜": (12, 0), "大年三十": (12, 0), "年三十": (12, 0), "spring festival": (1, 1), "lunar new year": (1, 1)},
    **{"chinese new year": (1, 1), "lantern festival": (1, 15), "dragon boat festival": (5, 5), "mid-autumn festival": (8, 15)},
    **{
        "mid-autumn": (8, 15),
        "double ninth festival": (9, 9),
        "qixi festival": (7, 7),
        "龙抬头": (2, 2),
        "寒衣节": (10, 1),
        "chung yeung festival": (9, 9),
    },
}
_TERMS = {
    **{name: name for name in "立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至 立秋 处暑 秋分 霜降 立冬 冬至".split()},
    **{"清明节": "清明", "qingming": "清明", "qingming festival": "清明", "ching ming festival": "清明", "ching ming": "清明"},
    **{"tomb-sweeping day": "清明", "tomb sweeping day": "清明", "winter solstice": "冬至"},
}
# month, weekday, which of that weekday (-1: the last)
_NTH = {
    **{"母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4), "mother's day": (5, 6, 2), "father's day": (6, 6, 3)},
    **{"thanksgiving": (11, 3, 4), "labor day": (9, 0, 1), "memorial day": (5, 0, -1), "presidents' day": (2, 0, 3)},
}
_EASTER = {"good friday": -2, "easter": 0, "easter sunday": 0, "easter monday": 1, "复活节": 0}
_BREAKS = {
    "元旦": "元旦节",
    "春节": "春节",
    "清明": "清明节",
    "劳动": "劳动节",
    "五一": "劳动节",
    "端午": "端午节",
    "中秋": "中秋节",
    "国庆": "国庆节",
    "十一": "国庆节",
}
_ENGLISH_BREAKS = {
    **{"spring festival": "春节", "chinese new year": "春节", "lunar new year": "春节", "may day": "劳动节", "labour day": "劳动节"},
    **{
        "national day": "国庆节",
        "mid-autumn": "中秋节",
        "mid-autumn festival": "中秋节",
        "dragon boat festival": "端午节",
        "qingming": "清明节",
    },
    **{"tomb-sweeping day": "清明节", "new year": "元旦节", "new year's day": "元旦节"},
}
NAMES = sorted([*_FIXED, *_LUNAR, *_TERMS, *_NTH, *_EASTER, "小年夜"], key=len, reverse=True)
LUNAR_DAY = re.compile(
    r"(?:(?:农|阴|夏)历)?(?:(?P<leap>闰)?(?P<month>[正一二三四五六七八九十冬腊]{1,2})月|大?年|大(?=年))?(?:大?年)?"
    r"(?P<day>初[一二三四五六七八九十]|二?十[一二三四五六七八九]?|三十|[一二三四五六七八九]|\d{1,2})"
)


@functools.lru_cache(maxsize=256)
def _months(year: int) -> dict[int, tuple[datetime.date, int]]:
    """First day and length of each month of a lunar year; a leap month's number is negative. Costs milliseconds, so it is kept."""
    from lunar_python import LunarYear, Solar

    months = {}
    for month in LunarYear.fromYear(year).getMonthsInYear():
        first = Solar.fromJulianDay(month.getFirstJulianDay())
        months[month.getMonth()] = datetime.date(first.getYear(), first.getMonth(), first.getDay()), month.getDayCount()
    return months


def lunar_day(year: int, month: int, day: int) -> datetime.date | None:
    """The solar date of a day in lunar ``year``; a month below 0 is a leap month, day 0 the month's last. None where there is none."""
    if not 1900 <= year <= 2100:
        return None
    first, length = _months(year).get(month, (None, 0))
    return None if first is None or day > length else first + datetime.timedelta(days=(day or length) - 1)


def lunar_month(name: str) -> int | None:
    """1 to 12 of 正, 腊, 十一; None where it is no month."""
    if name in _LUNAR_MONTHS:
        return _LUNAR_MONTHS[name]
    value = "〇一二三四五六七八九十".find(name[-1]) + (10 if len(name) == 2 else 0)
    return value if 1 <= value <= 12 else None


@functools.lru_cache(maxsize=4096)
def festival(name: str, year: int) -> datetime.date | None:
    """The day of a festival in a solar year (of a lunar one for lunar days); None where unknown."""
    if name in _FIXED:
        return datetime.date(year, *_FIXED[name])
    if name in _LUNAR:
        month, day = _LUNAR[name]
        # The last days of a lunar year belong to the new year that follows.
        return lunar_day(year - 1 if month == 12 else year, month, day)
    if name == "小年夜":
        eve = lunar_day(year - 1, 12, 0)
        return None if eve is None else eve - datetime.timedelta(days=1)
    if name in _TERMS:
        from lunar_python import Lunar

        # The library's table of a year runs from one winter solstice to the next.
        for table in (year, year + 1) if 1900 <= year <= 2100 else ():
            solar = Lunar.fromYmd(table, 6, 1).getJieQiTable()[_TERMS[name]]
            if solar.getYear() == year:
                return datetime.date(year, solar.getMonth(), solar.getDay())
        return None
    if name in _NTH:
        return _nth_weekday(year, *_NTH[name])
    return _easter(year) + datetime.timedelta(days=_EASTER[name]) if name in _EASTER else None


@functools.lru_cache(maxsize=1024)
def days_off(name: str, year: int) -> tuple[datetime.date, datetime.date] | None:
    """First and last day off around a public holiday of mainland China, as the State Council set them; None where unknown."""
    from lunar_python.util import HolidayUtil

    title = next((own for key, own in _BREAKS.items() if name.startswith(key)), _ENGLISH_BREAKS.get(name))
    day = festival(name, year)
    if title is None or day is None:
        return None
    days = []
    for holiday in HolidayUtil.getHolidays(day.year) + HolidayUtil.getHolidays(day.year - 1):
        if holiday.getTarget() == day.isoformat() and not holiday.isWork():
            days.append(datetime.date.fromisoformat(holiday.getDay()))
    return (min(days), max(days)) if days else None


def weekend_run(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The days off in a row around a holiday: itself and the weekend that touches it."""
    first = last = day
    if (day.month, day.day) == (4, 5):  # the day before is a holiday too, Children's Day
        first -= datetime.timedelta(days=1)
    while (first - datetime.timedelta(days=1)).weekday() >= 5:
        first -= datetime.timedelta(days=1)
    while (last + datetime.timedelta(days=1)).weekday() >= 5:
        last += datetime.timedelta(days=1)
    return first, last


def _nth_weekday(year: int, month: int, weekday: int, which: int) -> datetime.date:
    if which < 0:
        last = datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
        return last - datetime.timedelta(days=(last.weekday() - weekday) % 7)
    first = datetime.date(year, month, 1)
    return first + datetime.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))


def _easter(year: int) -> datetime.date:
    """Easter Sunday of the Gregorian calendar, by the anonymous computus."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return datetime.date(year, f // 31, f % 31 + 1)
