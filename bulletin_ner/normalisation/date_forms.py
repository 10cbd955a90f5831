"""Forms of dates: a DATE's text cut into marks such as a month, a day, a clock time, 昨日, 至, with their values."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from bulletin_ner.cleaning import clean
from bulletin_ner.normalisation.holidays import LUNAR_DAY, NAMES, lunar_month
from bulletin_ner.normalisation.numerals import WORDS, chinese_number, english_number, year_digits

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\b\.?"
)
_EN_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\b\.?"
_ZH = "零〇○一二两三四五六七八九十"
_NUM = rf"(?:\d{{1,2}}|[{_ZH}]{{1,3}})"
_HALF_DAY = r"[ap]\.?\s?m\b\.?"
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_ORDINAL = "(?:" + "|".join(_ORDINAL_WORDS) + ")"
_DAY_WORDS = [*_ORDINAL_WORDS, *"thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()]
_DAY_WORDS += [*(f"twenty-{word}" for word in _ORDINAL_WORDS[:9]), "thirtieth", "thirty-first"]
_HOUR_WORD = "|".join(list(WORDS)[1:13])

_PATTERNS = {
    "full": r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?!\d)[日号]?|(?<!\d)(?:19|20)\d\d[01]\d[0-3]\d(?!\d)",
    "triple": "|".join(rf"(?<!\d)\d{{1,3}}{mark}\d{{1,2}}{mark}\d{{1,4}}(?![\d/])" for mark in ("-", "/", r"\.")),
    "season": r"(?:19|20)\d\d[-/.]\d\d(?![\d/.-])(?:年度)?",
    "clock": rf"(?<!\d)\d{{1,2}}\s?:\s?\d\d(?::\d\d)?\s*(?:{_HALF_DAY})?|(?<!\d)\d{{1,2}}(?:\.\d\d)?\s*{_HALF_DAY}"
    rf"|(?:\b\d{{1,2}}|\b(?:{_HOUR_WORD}))\s*(?:o'clock|hours\b|hrs\b)|\bhalf past (?:{_HOUR_WORD})"
    r"|(?<!\d)\d{1,2}h\d\d(?!\d)|(?<![\d.])\d{1,2}\.\d\d(?=\s*(?:hours|hrs|today|tonight|on)\b)",
    "noon": r"\b(?:12 )?noon\b|正午(?![\d一二十])",
    "midnight": r"\bmidnight\b",
    "zh_clock": rf"{_NUM}(?:时|点)(?:钟)?(?:半|一刻|三刻|{_NUM}分?(?!\s*[至到月日时点]))?",
    "lunar": rf"(?:(?:农|阴|夏)历)(?:闰?[正一二三四五六七八九十冬腊]{{1,2}}月)?(?:初[{_ZH}]|[{_ZH}]{{1,3}}|\d{{1,2}})日?"
    rf"|闰?(?:正|冬|腊)月(?:初[{_ZH}]|[{_ZH}]{{1,3}}|\d{{1,2}})日?|[二三四五六七八九十]{{1,2}}月初[一二三四五六七八九十]"
    rf"|[二三四五六七八九十]{{1,2}}月(?:[{_ZH}]{{2,3}}|[一二三四五六七八九])(?![日号{_ZH}])|大?年初[一二三四五六七八九十]|(?<!月)初[一二三四五六七八九十](?!\d)",
    "lunar_month": r"(?:(?:农|阴|夏)历)?(?:正|冬|腊)月",
    "festival": "(?:"
    + "|".join(re.escape(name) for name in NAMES if name not in ("十一", "七一", "六一", "五一"))
    + r")(?!周)(?:节)?|(?<![\d一二三四五六七八九十月日第])(?:五一|六一|七一|十一)(?![月日时点号个年])",
    "off": r"小?长假|假期|连假|期间|\bholidays?\b",
    "ago": rf"{_NUM}(?:年|个月|个?周|个?星期|天|日)(?:以|之)?前|\b(?:an?|\d+|{_HOUR_WORD}) (?:day|week|month|year)s? ago\b",
    "year": rf"(?:民国)?一百[{_ZH}]{{1,4}}年|民国元年|\bend of (?:19|20)\d\d\b"
    rf"|(?:中华民国|民国)?(?:\d{{2,4}}|[{_ZH}]{{2,5}})年(?:[底末终])?|\b(?:19|20)\d\d\b|[一二][{_ZH}]{{3}}(?![月日])",
    "relative_year": r"[去今明后前本当全上下]年(?:年(?=[底末初]))?度?(?!初[一二三四五六七八九十])(?:[底末])?"
    r"|(?:\bend of )?\b(?:last|this|next|the) year\b"
    r"|^year$|年[底末初]",
    "same_period": r"同期|\bsame (?:period|time)\b",
    "days_to": rf"\b(?:week|fortnight|(?:\d+|{_HOUR_WORD}) days) (?:to|ending|ended)\b"
    rf"|\bweek (?:of|beginning|starting|commencing) (?={_MONTH}\s*\d|\d)",
    "days": rf"(?:昨今|今明)[两二]?[日天]|过去{_NUM}[日天]|今起{_NUM}[日天]|未来{_NUM}[日天]"
    rf"|\b(?:the )?(?:past|last|next) (?:\d+|{_HOUR_WORD}) days\b"
    rf"|{_NUM}天|\b(?:\d+|{_HOUR_WORD}) (?:days|weeks|months)\b",
    "en_lunar": rf"\b(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))(?: day)? of (?:the )?{_ORDINAL} (?:lunar )?month\b",
    "half_year": r"[上下]半年|\b(?:first|second) half of (?:the year|(?=\d))",
    "half_month": rf"{_NUM}月份?[上下]半月|\b(?:first|second) half of {_MONTH}",
    "quarter": r"第?[一二三四1-4]季度?|(?<![a-z])q[1-4](?!\d)|\b(?:first|second|third|fourth) quarter\b",
    "first_months": rf"前{_NUM}个月|前[两二三23]个?季度",
    "month": rf"{_NUM}个?月份?",
    "relative_month": r"(?:本|当|这个?|上个?|下个?|同|次)月|(?<![\d一二三四五六七八九十个正冬腊])月[底末初]"
    r"|\b(?:this|last|next|the) month\b|^month$",
    "season_word": r"[今去明]?[春夏秋冬](?:季|天)|[今去明][春夏秋冬]|\b(?:(?:this|last|next) )?(?:spring|summer|autumn|fall|winter)\b"
    r"|\b(?:this|last|next) season\b",
    "nth_week": r"第[一二三四五六七八九十\d]+周|\bweek \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th) week(?: of)?\b"
    r"|\b(?:first|second|third|fourth) week of (?:the month|(?=[a-z]))",
    "week": r"(?:上上|下下|上|本|这|下|当|前一?)个?(?:周|星期|礼拜)(?![一二三四五六日天末])"
    r"|\b(?:the )?(?:last|this|next|past|previous|preceding|latest) week\b|\bweek (?:before|earlier)\b|^week$",
    "weekend": r"[上本这下]?个?周末|\b(?:(?:this|last|next|the) )?weekend\b",
    "weekday": rf"(?:上上|下下|上|本|这|下)?个?(?:周|星期|礼拜)[一二三四五六日天]|\b(?:(?:last|this|next)\s+)?{_EN_WEEKDAY}",
    "month_day": rf"{_MONTH},?\s*(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?![\d:]|\.\d|\s*{_HALF_DAY}|\s*o'clock)",
    "day_month": rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}",
    "en_month": rf"\b(?:(?:last|next|this) )?{_MONTH}",
    "day": rf"{_NUM}[日号]|\b\d{{1,2}}(?:st|nd|rd|th)\b|(?<=\bof )\d{{1,2}}\b(?![:.])",
    "before_last": r"大?前[天日](?!后)|\b(?:the )?day before yesterday\b",
    "yesterday": r"昨[天日晚夜晨早午]?(?:上午|下午|晚上)?|\byesterday\b|\blast night\b",
    "after_next": r"大?后[天日]|\b(?:the )?day after tomorrow\b",
    "tomorrow": r"明[天日晚早晨]?|\btomorrow\b",
    "today": r"今(?:[天日晚早晨夜儿]|(?!年))|即[日刻]|本日|\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b|\bnow\b",
    "next_day": r"[次翌]日|第二天|隔天|\b(?:the )?(?:next|following) (?:day|morning)\b",
    "previous_day": r"前一[天日晚]|\b(?:the )?(?:previous day|day (?:before|earlier))\b",
    "that_day": r"[当同][天日晚夜]|[首头]日|首天|\b(?:(?:the )?same|that|the) (?:day|night|evening|afternoon|morning)\b(?! of\b)|^day$",
    "part": r"凌晨|半夜|午夜|清晨|早晨|早上|上午|中午|正午|午后|下午|傍晚|晚上|晚间|夜间|夜[里裡]|早|晚|夜"
    r"|\b(?:in the |at )?(?:early )?(?:morning|afternoon|evening|night|dawn|dusk)\b",
    "to": r"至|到|—+|–+|-+|~+|\bto\b|\buntil\b|\btill\b|\bthrough\b",
    "list": r"、|和|及|与|暨|,|&|\band\b",
    "short_weekday": r"(?<=[、和及])[一二三四五六日天](?=$|[晚上下])",
    "pair": r"(?<!\d)\d{1,2}[/·.‧]\d{1,2}(?![\d:])",
    "number": r"\d{1,2}(?!\d)",
    "hour_word": rf"\b(?:{_HOUR_WORD})\b",
}
_MARK = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()))
_WEEKDAY_IN_BRACKETS = re.compile(r"\((?:周|星期)?[一二三四五六日天]\)")
_BLANK = re.compile(r"(?<=[\d\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+(?=\d)")
_OCLOCK = re.compile(r"\bo\s?\W{0,3}(?:â€™)?\s?clock\b")
_BY_HOURS = re.compile(r"(?:^|(?<=, ))(\d{1,2})\s*(-|—+|–|~|to|至|到)\s*(\d{1,2})(?:\s*(?:hours|hrs)\b|(?=\s*o'clock))")
# 0 is no day and no month: a range from 0 is one of hours.
_FROM_ZERO = re.compile(r"(?<![\d:.])0\s*(?:-+|—+|–|一|~|to|至|到)\s*(\d{1,2})(?::00|\s*(?:时|点|hours\b|o'clock))?(?![\d:])")
_ONE_OR_L = re.compile(r"(?<=[\d月年])l(?=[\d日月])")
_MANGLED_NOVEMBER = re.compile(r"165438\+1\s*(?:0月|october)")  # what some translating machines make of 11月
_AS_OF = re.compile(r"^(?:截[至止]|as of )\s*")
_HUNDREDS = re.compile(r"\b([01]\d|2[0-4])([0-5]\d)\s?(?:hours|hrs)\b")
_MONTH_YEAR = re.compile(r"(?<![\d/.-])(0?[1-9]|1[0-2])/((?:19|20)\d\d)(?![\d/.])")
_HYPHEN_MONTH = re.compile(rf"\b(\d{{1,2}})-({_MONTH})-((?:\d\d)?)(\d\d)\b")
_SPELT_DAY = re.compile(rf"\b({'|'.join(reversed(_DAY_WORDS))}) of (?={_MONTH})")
_HYPHEN_DAY = re.compile(r"(?<![\d-])(\d\d)-(\d\d)(?=\s+\d\d?:\d\d)")


@dataclass(frozen=True, slots=True)
class Mark:
    """One part of a date's text: what it is, its text, and its value, whose form depends on what it is."""

    kind: str
    text: str
    value: Any = None


@functools.lru_cache(maxsize=4096)
def simplify(surface: str) -> str:
    """Lower case, Simplified, half-width, without readings, bracketed weekdays and blanks between Chinese characters."""
    text = unicodedata.normalize("NFKC", clean(surface).text).strip().lower()
    text = _AS_OF.sub("", _WEEKDAY_IN_BRACKETS.sub("", text).translate(_PLAIN))
    text = _ONE_OR_L.sub("1", _BLANK.sub("", text))
    if "165438" in text:
        text = _MANGLED_NOVEMBER.sub("november", text)
    if "clock" in text:
        text = _OCLOCK.sub("o'clock", text)
    text = _HYPHEN_DAY.sub(r"\1月\2日", _FROM_ZERO.sub(r"0:00-\1:00", text))
    text = _HUNDREDS.sub(r"\1:\2", _MONTH_YEAR.sub(r"\2-\1", text))
    text = _HYPHEN_MONTH.sub(lambda match: f"{match[1]} {match[2]} {match[3] or '20'}{match[4]}", text)
    text = _SPELT_DAY.sub(lambda match: f"{_DAY_WORDS.index(match[1]) + 1} of ", text)
    text = text.replace("mid-", "mid ") if text.startswith("mid-") and not text.startswith("mid-autumn") else text
    return _BY_HOURS.sub(r"\1:00-\3:00", text)


_PLAIN = str.maketrans({"(": " ", ")": " ", "’": "'", "‘": "'", "−": "-", "‐": "-", "○": "〇", "廿": "二十", "卅": "三十"})


@functools.lru_cache(maxsize=4096)
def marks(text: str) -> tuple[Mark, ...]:
    """The marks of a simplified text in their order; characters that belong to none are passed over."""
    found = []
    for match in _MARK.finditer(text):
        kind = match.lastgroup or ""
        read = _READERS.get(kind)
        found.append(Mark(kind, match[0], read(match[0]) if read else None))
    return tuple(found)


def _number(text: str) -> int | None:
    digits = re.search(r"\d+", text)
    if digits:
        return int(digits[0])
    numeral = re.search(rf"[{_ZH}]+", text)
    value = chinese_number(numeral[0]) if numeral else None
    return None if value is None else int(value)


def _full(text: str) -> tuple[int, ...]:
    if text.isdecimal():
        return int(text[:4]), int(text[4:6]), int(text[6:])
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _parts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _clock(text: str) -> tuple[tuple[int, ...], str]:
    """(hour, minute, perhaps second) and am, pm or an empty string."""
    half = re.search(r"([ap])\.?\s?m", text)
    numbers = _parts(text)
    if not numbers:
        hour = english_number(text.replace("half past", "").replace("o'clock", ""))
        numbers = (int(hour or 0), 30 if "half past" in text else 0)
    return (*numbers, 0)[: max(2, len(numbers))], f"{half[1]}m" if half else ""


def _zh_clock(text: str) -> tuple[tuple[int, ...], str]:
    hour, _, rest = re.split(r"(时|点)", text, maxsplit=1)
    rest = rest.removeprefix("钟")
    minute = 30 if rest == "半" else 15 if rest == "一刻" else 45 if rest == "三刻" else _number(rest) or 0
    return (_number(hour) or 0, minute), ""


def _year(text: str) -> tuple[str, int | None, bool]:
    """How the year counts (``roc``, ``short`` or ``full``), its number, and whether its end is meant."""
    end = text[-1:] in "底末终" or text.startswith("end of ")
    bare = text.removeprefix("end of ").strip("底末终年")
    republic = "民国" in bare
    bare = bare.replace("中华", "").replace("民国", "")
    digits = year_digits(bare)
    number = 1 if bare == "元" else digits if digits is not None else _number(bare)
    if bare.startswith("一百"):
        number = int(chinese_number(bare) or 0)
    if number is None:
        return "full", None, end
    kind = "roc" if republic or 100 <= number < 200 else "short" if number < 100 else "full"
    return kind, number, end


def _month_name(text: str) -> int:
    found = re.search("|".join(_MONTHS), text)
    return _MONTHS.index(found[0]) + 1 if found else 0


def _named_day(text: str) -> tuple[int, int]:
    return _month_name(text), _parts(text)[0]


def _weekday(text: str) -> tuple[str, int, bool]:
    """Which week (上, 下, last, next, this or none), the weekday (Monday is 0), and whether the text is Chinese."""
    if text[-1] in "一二三四五六日天":
        which = next((word for word in ("上上", "下下", *"上本这下") if text.startswith(word)), "")
        return which, "一二三四五六日".index(text[-1].replace("天", "日")), True
    which = next((word for word in ("last", "this", "next") if text.startswith(word)), "")
    found = re.search("|".join(_WEEKDAYS), text.removeprefix(which))
    return which, _WEEKDAYS.index(found[0]) if found else 0, False


def _lunar(text: str) -> tuple[int | None, int | None, bool]:
    """Lunar month (None where not told, below 0 a leap month) and day, and whether it counts from the new year (年初三)."""
    match = LUNAR_DAY.search(text)
    if match is None:
        return None, None, False
    month = lunar_month(match["month"]) if match["month"] else None
    if month is not None and match["leap"]:
        month = -month
    return month, _number(match["day"].removeprefix("初")), "年" in text


def _lunar_month(text: str) -> int | None:
    return lunar_month(text[-2])


def _ordinal(text: str) -> int | None:
    return next((value for value, word in enumerate(_ORDINAL_WORDS, 1) if text.startswith(word)), None) or _number(text)


def _english_lunar(text: str) -> tuple[int | None, int | None, bool]:
    day, month = text.replace(" of the ", " of ").split(" of ")
    return _ordinal(month), _ordinal(day), False


def _days(text: str) -> tuple[int, int] | None:
    """First and last day of a run of days, counted from today; None for a mere duration."""
    if text[:2] in ("昨今", "今明"):
        first = -1 if text[0] == "昨" else 0
        return first, first + 1
    words = re.search(rf"\d+|\b(?:{_HOUR_WORD})\b", text)
    number = _number(text) or (int(english_number(words[0]) or 0) if words else 0)
    if text.startswith("过去") or "past" in text or "last" in text:
        return -number, -1
    return (0, number - 1) if text.startswith(("今起", "未来")) or "next" in text else None


def _ago(text: str) -> tuple[int, str]:
    """How many, and day, week, month or year."""
    if text[-1] != "前":
        number, unit, _ = text.split()
        return (int(number) if number.isdecimal() else int(english_number(number) or 1)), unit.removesuffix("s")
    unit = "year" if "年" in text else "month" if "月" in text else "week" if "周" in text or "星期" in text else "day"
    return _number(text) or 0, unit


def _reach(text: str) -> int:
    """How many days a stretch runs on from the day named, or back: the week to, seven days ending, the week of."""
    if text.endswith(("of ", "ing ")):
        return 6
    number = (
        7 if text.startswith("week") else 14 if text.startswith("fortnight") else _number(text) or int(english_number(text.split()[0]) or 7)
    )
    return 1 - number


_READERS: dict[str, Any] = {
    "full": _full,
    "triple": _parts,
    "season": _parts,
    "clock": _clock,
    "zh_clock": _zh_clock,
    "lunar": _lunar,
    "lunar_month": _lunar_month,
    "ago": _ago,
    "year": _year,
    "days": _days,
    "days_to": _reach,
    "en_lunar": _english_lunar,
    "half_month": lambda text: (_number(text) or _month_name(text), 1 if "上" in text or "first" in text else 2),
    "quarter": _ordinal,
    "first_months": lambda text: (_number(text.replace("两", "二")) or 0) * (3 if text.endswith("季度") else 1),
    "month": _number,
    "nth_week": _ordinal,
    "weekday": _weekday,
    "short_weekday": lambda text: ("", "一二三四五六日".index(text.replace("天", "日")), True),
    "month_day": _named_day,
    "day_month": _named_day,
    "en_month": _month_name,
    "day": _number,
    "pair": _parts,
    "number": _number,
    "hour_word": lambda text: int(english_number(text) or 0),
}
