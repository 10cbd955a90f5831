"""Dates to ISO 8601 against a reference date: Chinese and English days, months, years, clock times and ranges."""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from dataclasses import dataclass, replace

from bulletin_ner.cleaning import clean
from bulletin_ner.normalisation.counts import parse_count

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_FULL_DATE = re.compile(r"((?:19|20)\d\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
_ENGLISH_FULL = re.compile(
    r"\b([A-Z][a-z]{2,8})\.? (\d{1,2})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b|\b(\d{1,2}) ([A-Z][a-z]{2,8})\.? ((?:19|20)\d\d)\b"
)
_RANGE = re.compile(r"\s*(?:至|到|—+|–|-{1,2}|～|~|\bto\b|\buntil\b|\band\b)\s*")
_CHINESE_TIME = re.compile(
    r"(凌晨|早上|清晨|早晨|今早|上午|中午|下午|傍晚|晚上|晚间|晚|夜间|夜)?\s*(\d{1,2}|[零一二两三四五六七八九十]{1,3})\s*(?:时|点|:|：)(?:(\d{1,2})分?|(半)|整)?"
)
_ENGLISH_TIME = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(a\.?m\.?|p\.?m\.?|o'clock|hours|hrs)?", re.I)
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = re.compile(
    r"(?P<which>上|本|这|下)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])"
    rf"|(?:(?P<english>last|this|next)\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})(?![a-z,]*\s*(?:\d|{'|'.join(_MONTHS)}))"
)
_DAYS = {"昨": -1, "今": 0, "明": 1, "前天": -2, "后天": 2, "yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}


def parse_reference(value: str | None) -> datetime.date | None:
    """The caller's reference date; a ValueError names a bad one."""
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"reference_date {value!r} is no day in ISO 8601; write it as 2022-11-10") from error


@dataclass(frozen=True)
class Moment:
    """Year, month, day and clock; None where not told."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: tuple[int, int] | None = None

    def iso(self) -> str | None:
        if self.month is None and self.day is None:
            if self.year is not None:
                return f"{self.year:04}"
            return None if self.clock is None else f"T{self.clock[0]:02}:{self.clock[1]:02}"
        year = "XXXX" if self.year is None else f"{self.year:04}"
        month = "XX" if self.month is None else f"{self.month:02}"
        if self.day is None:
            return f"{year}-{month}"
        if not 1 <= (self.month or 1) <= 12 or not 1 <= self.day <= calendar.monthrange(self.year or 2020, self.month or 1)[1]:
            return None
        if self.clock is None:
            return f"{year}-{month}-{self.day:02}"
        if self.clock[0] == 24 and self.month is not None:
            following = datetime.date(self.year or 2021, self.month, self.day) + datetime.timedelta(days=1)
            year = "XXXX" if self.year is None else f"{following.year:04}"
            return f"{year}-{following.month:02}-{following.day:02}T00:{self.clock[1]:02}"
        return f"{year}-{month}-{self.day:02}T{self.clock[0]:02}:{self.clock[1]:02}"


class DateContext:
    """Resolves the dates of one text in their order: 当天 is the day named last."""

    def __init__(self, text: str, reference: datetime.date | None) -> None:
        self._reference = reference or _full_date(text)
        self._last: Moment | None = None

    def resolve(self, surface: str) -> str | None:
        """ISO 8601 of a DATE's text, or None where it has no value or is impossible."""
        text = unicodedata.normalize("NFKC", clean(surface).text).strip()
        text = re.sub(r"[(（](?:周|星期)?[一二三四五六日天][)）]", "", text)
        if week := self._week(text.lower()):
            return week
        pieces = [text] if re.match(r"\d{4}-\d", text) else _RANGE.split(text)
        if len(pieces) == 1 and "、" in text:
            pieces = text.split("、")
            pieces = [pieces[0], pieces[-1]]
        if len(pieces) != 2:
            moment = self._moment(text, None)
            return self._keep(moment)
        first = self._moment(pieces[0], None)
        second = self._moment(pieces[1], first)
        if first is None or second is None:
            return None
        if first.month is None and first.day is not None and second.month is not None:
            first = replace(first, month=second.month, year=second.year)
        if first.month is not None and first.day is None and second.day is not None and first.clock is None:
            return None
        if (
            first.clock is None
            and second.clock is not None
            and first == replace(second, clock=None)
            and (zero := re.search(r"(?<!\d)0$", pieces[0]))
        ):
            first = replace(first, clock=(0, 0)) if zero else first
        low, high = first.iso(), second.iso()
        self._keep(second if second.day is not None else first)
        return None if low is None or high is None else f"{low}/{high}"

    def _week(self, text: str) -> str | None:
        match = re.fullmatch(r"(上|本|这|下)个?(?:周|星期)|(last|this|next) week", text)
        if match is None or self._reference is None:
            return None
        shift = {"上": -7, "last": -7, "下": 7, "next": 7}.get(match[1] or match[2], 0)
        monday = self._reference + datetime.timedelta(days=shift - self._reference.weekday())
        return f"{monday}/{monday + datetime.timedelta(days=6)}"

    def _keep(self, moment: Moment | None) -> str | None:
        if moment is None:
            return None
        if moment.day is not None:
            self._last = replace(moment, clock=None)
        return moment.iso()

    def _moment(self, text: str, first: Moment | None) -> Moment | None:
        latin = re.search(r"[A-Za-z]{2}", text) and not re.search(r"[\u4e00-\u9fff]", text)
        moment = self._relative(text) or ((_english(text) or _chinese(text)) if latin else (_chinese(text) or _english(text)))
        if moment is None:
            return None
        if first is not None:
            moment = _inherit(moment, first)
        if moment.day is not None and moment.month is None:
            base = self._last if self._last is not None and self._last.month else None
            if base is not None:
                moment = replace(moment, year=base.year, month=base.month)
            elif self._reference is not None:
                moment = replace(moment, year=self._reference.year, month=self._reference.month)
        if moment.month is not None and moment.year is None and self._reference is not None:
            year = self._reference.year
            # A bulletin of early January speaks of last December.
            year -= 1 if moment.month - self._reference.month > 6 else 0
            year += 1 if self._reference.month - moment.month > 9 else 0
            moment = replace(moment, year=year)
        return moment

    def _relative(self, text: str) -> Moment | None:
        clock = _clock(text)
        if re.match(r"当[天日晚]|同日|the same day|that day", text):
            return replace(self._last, clock=clock) if self._last else self._from_reference(0, clock)
        if re.match(r"次日|翌日|the next day|the following day", text):
            return self._shifted(self._last, 1, clock)
        if re.match(r"即日|即刻|now$", text):
            return self._from_reference(0, clock)
        if re.match(r"本月|this month|当月", text, re.I):
            return Moment(self._reference.year, self._reference.month) if self._reference else self._last_month()
        if re.match(r"上个?月|last month", text, re.I):
            if self._reference is None:
                return None
            end = self._reference.replace(day=1) - datetime.timedelta(days=1)
            return Moment(end.year, end.month)
        if moment := self._weekly(text.lower(), clock):
            return moment
        for word, shift in (("去年", -1), ("今年", 0), ("明年", 1), ("last year", -1), ("this year", 0), ("next year", 1)):
            if text.lower().startswith(word):
                if self._reference is None:
                    return None
                rest = _chinese(text[len(word) :])
                return replace(rest or Moment(), year=self._reference.year + shift)
        for word, shift in _DAYS.items():
            if text.lower().startswith(word) or (word.isascii() and text.lower().endswith(word)):
                return self._from_reference(shift, clock if not word.isascii() else _english_clock(text.lower()))
        return None

    def _weekly(self, text: str, clock: tuple[int, int] | None) -> Moment | None:
        """上周五, 本周三, this Friday, last Monday; a bare English weekday is the latest one."""
        match = _WEEKDAY.match(text)
        if match is None or self._reference is None:
            return None
        which = match["which"] or match["english"] or ""
        name = match["day"] or match["weekday"]
        day = "一二三四五六日".index(name.replace("天", "日")) if match["day"] else _WEEKDAYS.index(name)
        distance = day - self._reference.weekday() + 7 * {"上": -1, "下": 1, "next": 1}.get(which, 0)
        if match["weekday"] and which in ("", "last") and (distance > 0 or (which == "last" and distance == 0)):
            distance -= 7
        return self._from_reference(distance, clock)

    def _last_month(self) -> Moment | None:
        return Moment(self._last.year, self._last.month) if self._last else None

    def _from_reference(self, shift: int, clock: tuple[int, int] | None) -> Moment | None:
        if self._reference is None:
            return None
        day = self._reference + datetime.timedelta(days=shift)
        return Moment(day.year, day.month, day.day, clock)

    def _shifted(self, moment: Moment | None, days: int, clock: tuple[int, int] | None) -> Moment | None:
        if moment is None or moment.month is None or moment.day is None:
            return None
        try:
            day = datetime.date(moment.year or 2021, moment.month, moment.day) + datetime.timedelta(days=days)
        except ValueError:
            return None
        return Moment(day.year if moment.year else None, day.month, day.day, clock)


def _full_date(text: str) -> datetime.date | None:
    normal = unicodedata.normalize("NFKC", text)
    for match in _FULL_DATE.finditer(normal):
        try:
            return datetime.date(*map(int, match.groups()))
        except ValueError:
            continue
    for match in _ENGLISH_FULL.finditer(normal):
        month, day, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        if month.lower()[:3] in _MONTHS:
            try:
                return datetime.date(int(year), _MONTHS.index(month.lower()[:3]) + 1, int(day))
            except ValueError:
                continue
    return None


def _inherit(moment: Moment, first: Moment) -> Moment:
    """What the second end of a range leaves unsaid stands at the first: 11月4日至5日, 8时至10时."""
    if moment.year is None:
        over_new_year = first.year is not None and moment.month is not None and moment.month < (first.month or 0)
        moment = replace(moment, year=first.year + 1 if over_new_year and first.year else first.year)
    if moment.month is None and (moment.day is not None or moment.clock is not None):
        moment = replace(moment, month=first.month)
    if moment.day is None and moment.clock is not None:
        moment = replace(moment, day=first.day)
        if first.clock and first.clock[0] >= 12 > moment.clock[0] >= 1 and first.clock[0] - 12 < moment.clock[0]:  # type: ignore[index]
            moment = replace(moment, clock=(moment.clock[0] + 12, moment.clock[1]))  # type: ignore[index]
    return moment


def _chinese(text: str) -> Moment | None:
    match = re.match(
        r"(?:(?P<year>(?:19|20)\d\d|[二〇零一三四五六七八九]{4})(?:年|[-./]|$))?\s*(?:(?P<month>\d{1,2}|[一二三四五六七八九十]{1,2})(?:月份?|[-./](?=\d)))?\s*"
        r"(?:(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})(?:日|号|(?=$|[\sT]\d)))?",
        text,
    )
    year, month, day = (_integer(match[name]) if match else None for name in ("year", "month", "day"))
    if day is not None and month is None and year is None and not re.search("[日号]", text):
        day = None
    clock = _clock(text[match.end() :] if match and match.end() and (year or month or day) else text)
    if year is None and month is None and day is None and clock is None:
        return None
    if year is not None and year < 100:
        year += 2000
    return Moment(year, month, day, clock)


def _integer(text: str | None) -> int | None:
    if not text:
        return None
    if re.fullmatch("[二〇零一三四五六七八九]{4}", text):
        return int("".join(str("〇一二三四五六七八九".index(char.replace("零", "〇"))) for char in text))
    value = parse_count(text).value
    return int(value) if isinstance(value, (int, float)) else None


def _clock(text: str) -> tuple[int, int] | None:
    match = _CHINESE_TIME.search(text)
    if not match:
        return None
    hour = _integer(match[2])
    if hour is None or hour > 24:
        return None
    if (
        match[1]
        and match[1] in "中午下午傍晚晚上晚间晚夜间夜"
        and match[1] not in ("凌晨",)
        and 1 <= hour < 12
        and not (match[1] == "中午" and hour > 10)
    ):
        hour += 12
    return hour, 30 if match[4] else int(match[3] or 0)


def _english(text: str) -> Moment | None:
    lowered = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text.lower())
    names = "|".join(_MONTHS)
    month = day = year = None
    if match := re.search(rf"\b({names})[a-z]*\.?\s*(\d{{1,2}})?(?!\d)(?:,?\s*((?:19|20)\d\d))?", lowered):
        month, day, year = _MONTHS.index(match[1]) + 1, match[2], match[3]
        before = re.search(r"(\d{1,2})\s*(?:of\s*)?$", lowered[: match.start()])
        if day is None and before:
            day = before[1]
            lowered = lowered[: before.start()] + lowered[match.end() :]
        else:
            lowered = lowered[: match.start()] + lowered[match.end() :]
    elif match := re.search(r"\b((?:19|20)\d\d)\b", lowered):
        return Moment(int(match[1]))
    elif match := re.fullmatch(r"(?:the\s+)?(\d{1,2})", lowered.strip()):
        return Moment(day=int(match[1]))
    clock = _english_clock(lowered)
    if day is None and (match := re.search(r"\b(?:the|of) (\d{1,2})\b", lowered)):
        day = match[1]
    if month is None and day is None and clock is None:
        return None
    return Moment(int(year) if year else None, month, int(day) if day else None, clock)


def _english_clock(text: str) -> tuple[int, int] | None:
    if re.search(r"\bnoon\b", text):
        return 12, 0
    found = _ENGLISH_TIME.search(text)
    if not found or not (found[2] or found[3]):
        return None
    hour = int(found[1])
    if found[3] and found[3][0] in "ap" and hour <= 12:
        hour = hour % 12 + (12 if found[3][0] == "p" else 0)
    return (hour, int(found[2] or 0)) if hour <= 24 else None
