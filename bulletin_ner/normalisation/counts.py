"""Counts to values: the stated figure, the approximator as modifier, the classifier as unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bulletin_ner.cleaning import clean
from bulletin_ner.normalisation.numerals import CHINESE, DIGITS, LARGE, SCALES, WORDS, Number, chinese_number, english_number, tidy

# What turns another word's sense round stands first: 不超过 is no 超过.
_MODIFIERS = (
    (
        "under",
        r"不超过|不得超过|不高于|不多于|不大于|至多|最多|或以下|及以下|[≤≦]|no more than|not more than|not exceeding|not over|at most|up to"
        r"|maximum of|or (?:fewer|less|under|below)\b",
    ),
    (
        "over",
        r"不少于|不得少于|不低于|不小于|至少|最少|起码|[≥≧]|at least|no fewer than|no less than|not (?:less|fewer) than"
        r"|minimum of|or (?:more|over|above)\b",
    ),
    (
        "about",
        r"^(?:好几|几|数|很多|许多|众多|若干|大批)|数以[百千万亿]|成[百千]上[千万]|上下|左右|大约|大概|差不多|□|dozens|\bscores\b|\btens\b"
        r"|hundreds|thousands|millions|lakhs|crores|handful|\bcouple\b|\bfew\b(?! than)|several|(?<!as )\bmany\b|numerous|countless"
        r"|or so\b",
    ),
    (
        "over",
        r"余|多(?!达)|超|逾|破(?=[十百千万亿\d])|高于|大于|以上|大半|>|\+(?=[\u4e00-\u9fff])|"
        r"[百千万亿十]几|好几|有余|^过|上(?=[百千万亿])|more than|\bover\b|above|upwards of|in excess of|\bexceed"
        r"|[\s-]odd\b|\bplus\b|\bmore$|\bmultiple$|\bremaining$|\+$",
    ),
    (
        "under",
        r"近|不足|不到|未达|少于|小于|低于|以下|以内|将满|小半|<|nearly|almost|less than|fewer than|\bunder\b|close to|below|short of",
    ),
    (
        "about",
        r"约|来(?=[^万亿])|几|上下|估计|about|around|\bsome\b|roughly|virtually|approximately|approx|\bcirca\b|^ca?\.\s?(?=\d)|estimated|^~|≈",
    ),
)
_MODIFIER = [(name, re.compile(pattern)) for name, pattern in _MODIFIERS]
_NUMBER = re.compile(CHINESE)
_RANGE = re.compile(rf"({CHINESE})([^\d\s]{{0,3}}?)(?:至|到|[-–—~～]+|to)({CHINESE})")
_BOUNDS = re.compile(rf"({CHINESE})(\D{{0,3}}?)以上({CHINESE})(\D{{0,3}}?)以下")
_NEXT = "一二三四五六七八九"
# 六七名, 八九百, 一百六七十: two neighbours side by side, but not within a number written digit by digit.
_PAIRS = "|".join([low + high for low, high in zip(_NEXT, _NEXT[1:], strict=False)] + ["两三", "三五"])
_NEIGHBOURS = re.compile(rf"(?<![{_NEXT}零〇])(?P<low>{_PAIRS})(?![{_NEXT}零〇])(?![十百千万亿]+[{_NEXT}])")
_PARTS = re.compile(rf"({CHINESE}|[十百千万])分之({CHINESE})")
_TO_PARTS = re.compile(rf"(?:[余多])?(?:至|到|[-–—~]+)(?:[百千万]分之)?({CHINESE})")
_SLASH = re.compile(r"(\d{1,2})/(\d{1,2})(?!\d|万)")
_TENTHS = re.compile(rf"(?:({CHINESE})[至到-])?({CHINESE})成([{_NEXT}半])?")
_MONEY = re.compile(rf"({CHINESE})[余多]?(?:(块)([{_NEXT}\d])?(?:钱)?|([毛角])(?:钱)?)")
_AND_HALF = re.compile(rf"({CHINESE})([个倍])半")
_SUM = re.compile(r"\d+(?:\s*[例个名人]?\s*\+\s*\d+)+")
_HALF = re.compile(r"(?<![万亿千百\d])(?:一半|半数|过半|近半|逾半|超半|一?[大多小]半)")
_UNKNOWN = re.compile(r"^[近约超逾]?(?:好几|几|数)(?=[十百千万亿]|[^\d以])|数以[百千万亿]|成[百千]上[千万]|□|^(?:很多|许多|众多|若干|大批)")
_MISREAD_ONE = re.compile(r"(?<=\d)[lI|]+|(?<![a-zA-Z])[lI|]+(?=,?\d|[例人名个])")
_MISREAD_ZERO = re.compile(r"(?<=\d)[Oo]|[Oo](?=\d)|^[Oo](?=[例人名个])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DECIMAL_COMMA = re.compile(r"(?<![\d,])(\d{1,2}),(\d{1,2})(?=\s*(?:%|‰|per\s?cent))")
_GAP = re.compile(r"(?<=[\d\u4e00-\u9fff])\s+(?=[\d\u4e00-\u9fff])|(?<=\d)\s+(?=[%‰])")
_UNIT_HEAD = re.compile(
    r"^(?:数以[百千万亿]+计|成[百千]上[千万]|很多|许多|众多|若干|大批|□|[零〇一二两三四五六七八九十百千万亿数几约近超上\d]+|好几)*[余多几来]?"
)
_UNIT_TAIL = re.compile(r"(?:左右|上下|有余|[及或]?(?:以上|以下|以内))+$|(?<=.)[余多及或]$|[\s+]+$")
_LATIN = re.compile(r"[a-z]")

_FIGURE_OR_WORD = rf"(?:\d[\d,]*(?:\.\d+)?|(?:{'|'.join(word for word in WORDS if len(word) > 2)})(?:[\s-](?:{'|'.join(WORDS)}|hundred))*)"
_ENGLISH_RANGE = re.compile(
    rf"({_FIGURE_OR_WORD})\s*(?:%|per\s?cent)?\s*([a-z]*)\s*(?:(?<=\d)\s*[-–—~]\s*(?=\d)|(?<=[a-z%])\s*[-–—]\s*(?=\d)|\bto\b|\bor\b)\s*({_FIGURE_OR_WORD})\s*([a-z]*)"
)
_BETWEEN = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*([a-z]*)\s+and\s+(\d[\d,]*(?:\.\d+)?)\s*([a-z]*)")
_BETWEEN_WORDS = re.compile(rf"\bbetween\s+({_FIGURE_OR_WORD})\s*([a-z]*)\s+and\s+({_FIGURE_OR_WORD})\s*([a-z]*)")
_OUT_OF = re.compile(rf"({_FIGURE_OR_WORD})\s+(?:in|of|out of)\s+(?:every\s+)?({_FIGURE_OR_WORD})\b")
_PORTIONS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10, "hundredth": 100}
_PORTION = re.compile(rf"\b(?:(an?|{'|'.join(list(WORDS)[1:10])}|\d+)[\s-])?({'|'.join(_PORTIONS)}|halve)s?\b")
_PORTION_OF = re.compile(rf"^.*?{_PORTION.pattern}\s+of\s+an?\s+({'|'.join(word for word in SCALES if len(word) > 2)})\b")
_PLAIN_HALF = re.compile(r"\bhalf$")
_ENGLISH_UNKNOWN = re.compile(
    r"\b(?:few(?! than)|several|handful|dozens|scores|tens|hundreds|thousands|millions|lakhs|crores|(?<!as )many)\b"
)
# 1.5 lakhs, two millions: a number all the same.
_COUNTED_PLURAL = re.compile(
    rf"(\d|\b(?:{'|'.join(word for word in WORDS if len(word) > 2)}))(\s?)({'|'.join(word for word in SCALES if len(word) > 2)})s\b"
)
_NOT_ZERO = re.compile(r"\bno (?=(?:fewer|less|more) than)")
_THOUSANDS = re.compile(r"(?<![\d,.])(\d{1,3})((?: \d{3})+)(?![\d,])")
_CURRENCY = re.compile(r"(?:hk|us|nt|a|s|c)?\$|£|€|¥|￥|₹|\brs\b|\brmb\b")
_PERCENT = re.compile(r"%|\bper\s?cent\b|\bpct\b")


@dataclass(frozen=True)
class Count:
    """``value``: a number, [low, high], or None where the form has none; ``unit``: classifier, %, currency sign, else None."""

    value: Number | list[Number] | None
    modifier: str
    unit: str | None


def parse_count(surface: str, funds: bool = False) -> Count:
    """Value, modifier and unit of a COUNT's text; the value is the stated figure (180余万 is 1800000), a share is in per cent.

    ``funds``: the count is money, so that its unit is 元 where Chinese text names none (3.2亿). Never raises.
    """
    text = _simplify(surface)
    chinese = _HAN.search(text) is not None
    if not chinese and _LATIN.search(text):
        value, modifier = _english(text)
        return Count(value, modifier, _english_own_unit(text))
    value, modifier, unit = _chinese(text)
    if unit is None and not chinese:
        unit = _english_own_unit(text)
    return Count(value, modifier, "元" if funds and unit is None and chinese else unit)


def _simplify(surface: str) -> str:
    text = unicodedata.normalize("NFKC", clean(surface).text).strip().replace("，", ",")
    if _HAN.search(text) or not _LATIN.search(text.lower()):
        text = _MISREAD_ZERO.sub("0", _MISREAD_ONE.sub(lambda match: "1" * len(match[0]), text))
    text = text.lower().replace("廿", "二十").replace("卅", "三十").replace("卌", "四十").replace("il lion", "illion")
    text = _THOUSANDS.sub(lambda match: match[1] + match[2].replace(" ", ""), text)
    return _GAP.sub("", _DECIMAL_COMMA.sub(r"\1.\2", text))


def _modifier(text: str) -> str:
    for name, pattern in _MODIFIER:
        if pattern.search(text):
            return name
    return "exact"


def _share(part: Number, whole: Number, modifier: str) -> tuple[Number | None, str]:
    """Per cent to one place; about where that rounds."""
    if not whole:
        return None, modifier
    exact = 100 * part / whole
    rounded = tidy(round(exact, 1))
    return rounded, "about" if modifier == "exact" and abs(exact - rounded) > 1e-6 else modifier


def _chinese(text: str) -> tuple[Number | list[Number] | None, str, str | None]:
    modifier = _modifier(text)
    if parts := _PARTS.search(text):
        whole, part = chinese_number(parts[1]), chinese_number(parts[2])
        if parts[1] == "百" and (pair := _NEIGHBOURS.search(parts[2])):  # 百分之六七十
            return _both(parts[2], pair), modifier, "%"
        if parts[1] in ("百", "千", "万"):
            share = None if part is None or whole is None else tidy(part * 100 / whole)
            end = _TO_PARTS.match(text, parts.end())
            if share is not None and whole and end and (last := chinese_number(end[1])) is not None:  # 百分之五至百分之十
                return [share, tidy(last * 100 / whole)], modifier, "%"
            return share, modifier, "%"
        return (*_share(part or 0, whole or 0, modifier), "%")
    if "/" in text and (slash := _SLASH.fullmatch(text)):
        return (*_share(int(slash[1]), int(slash[2]), modifier), "%")
    if "成" in text and (tenths := _TENTHS.search(text)):
        low, high = chinese_number(tenths[1]) if tenths[1] else None, chinese_number(tenths[2])
        if high is not None and high <= 10:
            value = tidy(10 * high + (5 if tenths[3] == "半" else DIGITS.get(tenths[3] or "零", 0)))
            return value if low is None else [tidy(10 * low), value], modifier, "%"
    if "半" in text and _HALF.search(text):
        return 50, modifier, "%"
    if "半" in text and (half := _AND_HALF.search(text)) and (whole := chinese_number(half[1])) is not None:  # 一倍半
        return tidy(whole + 0.5), modifier, half[2]
    if money := _MONEY.search(text) if any(char in text for char in "块毛角") else None:
        amount = chinese_number(money[1])
        if amount is not None:
            tenth = chinese_number(money[3]) or 0 if money[3] else 0
            return tidy(amount / 10 if money[4] else amount + tenth / 10), modifier, "元"
    if _UNKNOWN.search(text):
        return None, modifier if modifier != "exact" else "about", _unit(text)
    if bounds := _BOUNDS.search(text):
        return [chinese_number(bounds[1]) or 0, chinese_number(bounds[3]) or 0], "exact", _unit(bounds[4] or bounds[2])
    if match := _RANGE.search(text):
        low, high = chinese_number(match[1]), chinese_number(match[3])
        if low is not None and high is not None:
            scale = match[3][-1]
            own = chinese_number(match[3][:-1]) if scale in LARGE else None
            if own is not None and low <= own and not any(char in match[1] for char in LARGE):  # 3到5万, but not 5000到2万
                low = tidy(low * LARGE[scale])
            return [low, high], modifier, _unit(text[match.end() :]) or _unit(match[2])
    if "+" in text and (total := _SUM.search(text)):
        return sum(map(int, re.findall(r"\d+", total[0]))), modifier, _unit(text[total.end() :])
    match = _NUMBER.search(text)
    if match is None:
        return None, modifier, _unit(text)
    if neighbours := _NEIGHBOURS.search(match[0]):
        return _both(match[0], neighbours), modifier, _unit(text[match.end() :])
    return chinese_number(match[0]), modifier, _unit(text[match.end() :])


def _both(numeral: str, neighbours: re.Match[str]) -> list[Number]:
    """一百六七十 is 一百六十 to 一百七十."""
    before, after = numeral[: neighbours.start()], numeral[neighbours.end("low") :]
    both = [chinese_number(before + char + after) for char in neighbours["low"]]
    return [value for value in both if value is not None]


def _unit(rest: str) -> str | None:
    unit = _UNIT_TAIL.sub("", _UNIT_HEAD.sub("", rest.strip(" +")))
    if len(unit) > 1 and unit[-1] == unit[-2]:  # a doubled classifier is a slip
        unit = unit[:-1]
    return "个" if unit == "个人" else unit or None


def _english(text: str) -> tuple[Number | list[Number] | None, str]:
    text = _COUNTED_PLURAL.sub(r"\1\2\3", text)
    modifier = _modifier(text)
    if (match := _ENGLISH_RANGE.search(text)) or (match := _BETWEEN.search(text)) or (match := _BETWEEN_WORDS.search(text)):
        groups = match.groups()
        low, high = english_number(groups[0]), english_number(groups[-2])
        if low is not None and high is not None:
            scale = SCALES.get(groups[-1].rstrip("s"), 1)
            own = SCALES.get(groups[1].rstrip("s"), scale)
            if own * low <= scale * high:
                return [tidy(low * own), tidy(high * scale)], modifier
    if match := _OUT_OF.search(text):
        part, whole = english_number(match[1]), english_number(match[2])
        if part is not None and whole is not None and part <= whole:
            return _share(part, whole, modifier)
    if _ENGLISH_UNKNOWN.search(text):
        return None, modifier
    if match := _PORTION_OF.search(text):  # a quarter of a million
        return tidy((english_number(match[1] or "a") or 1) / _PORTIONS.get(match[2], 2) * SCALES[match[3]]), modifier
    if match := _PORTION.search(text):
        if (
            not text.startswith("half a", match.start())
            and "and a half" not in text
            and not (match[2] == "half" and match.end() < len(text))
        ):
            part = english_number(match[1] or "a")
            return _share(part or 1, _PORTIONS.get(match[2], 2), modifier)
    elif _PLAIN_HALF.search(text):
        return 50, modifier
    if total := _SUM.search(text):
        return sum(int(part) for part in total[0].split("+")), modifier
    return english_number(_NOT_ZERO.sub("", text)), modifier


def _english_own_unit(text: str) -> str | None:
    """What the span itself names: a share, per cent, or a currency sign before the figure."""
    if _PERCENT.search(text) or (_OUT_OF.search(text) if " " in text else None):
        return "%"
    if (match := _PORTION.search(text)) and "half a" not in text and "and a half" not in text and match.end() == len(text):
        return "%"
    currency = _CURRENCY.search(text)
    return currency[0].upper() if currency else None
