"""Counts to numbers: digits, magnitudes and numerals in Chinese and English, approximators to modifiers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

Number = float | int

_DIGIT_FORMS = ("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {char: value for value, chars in enumerate(_DIGIT_FORMS) for char in chars}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ENGLISH: dict[str, Number] = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    **{"a": 1, "an": 1, "half": 0.5},
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12, "lakh": 10**5, "crore": 10**7}

_OVER = re.compile(
    r"余|多|超|逾|以上|上(?=[百千万])|more than|over|at least|no fewer than|no less than|above|upwards of|exceeding|\+$", re.I
)
_UNDER = re.compile(r"近|不足|不到|以下|以内|nearly|almost|less than|fewer than|under|up to|close to|below", re.I)
_ABOUT = re.compile(
    r"约|左右|大概|大约|上下|几|数(?=[十百千万])|about|around|some\b|roughly|approximately|dozens|hundreds of|thousands of", re.I
)
_ZH_DIGIT = "零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟"
_ZH_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{_ZH_DIGIT}])(?:[\d,.{_ZH_DIGIT}万亿]|[余多](?=[万亿]))*"
_RANGE = re.compile(rf"({_ZH_NUMBER})\D?\s*(?:至|到|[-–—~～]|to)\s*({_ZH_NUMBER})")
_ENGLISH_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[a-z]+")


@dataclass(frozen=True)
class Count:
    """``value``: a number, [low, high], or None where the form has none; ``unit``: the Chinese classifier, else None."""

    value: Number | list[Number] | None
    modifier: str
    unit: str | None


def parse_count(surface: str) -> Count:
    """Value, modifier and unit of a COUNT's text; the value is the stated figure (180余万 is 1800000)."""
    text = _simplify(surface)
    modifier = _modifier(text)
    if re.search(r"[a-z]", text.lower()) and not re.search(r"[\u4e00-\u9fff]", text):
        return Count(_english(text.lower()), modifier, None)
    if fraction := re.search(rf"百分之({_ZH_NUMBER})", text):
        return Count(_chinese(fraction[1]), modifier, "%")
    if tenths := re.search(r"([一二三四五六七八九])成([一二三四五六七八九半])?", text):
        value = 10 * _DIGITS[tenths[1]] + (5 if tenths[2] == "半" else _DIGITS.get(tenths[2] or "零", 0))
        return Count(value, modifier, "%")
    if match := _RANGE.search(text):
        low, high = _chinese(match[1]), _chinese(match[2])
        if low is not None and high is not None:
            scale = re.search(r"[万亿]$", match[2])
            own = _chinese(match[2][:-1]) if scale else None
            if scale and own is not None and low <= own and not re.search(r"[万亿]", match[1]):  # 3到5万, but not 5000到2万
                low *= _LARGE[scale[0]]
            return Count([low, high], "exact" if modifier == "about" else modifier, _unit(text[match.end() :]))
    if parts := re.match(r"(\d+)\+(\d+)", text):
        return Count(int(parts[1]) + int(parts[2]), modifier, _unit(text[parts.end() :]))
    if re.search(r"[数几](?=[十百千万亿个名人])|十几|几十|上[百千万]", text):
        found = re.search(r"上([百千万])", text)
        return Count({"百": 100, "千": 1000, "万": 10000}[found[1]] if found else None, modifier, _unit(text))
    match = re.search(_ZH_NUMBER, text)
    if not match:
        return Count(None, modifier, _unit(text))
    return Count(_chinese(match[0]), modifier, _unit(text[match.end() :]))


def _simplify(surface: str) -> str:
    from bulletin_ner.cleaning import clean

    return re.sub(r"(?<=[\d\u4e00-\u9fff])\s+(?=[\d\u4e00-\u9fff])", "", unicodedata.normalize("NFKC", clean(surface).text))


def _modifier(text: str) -> str:
    for name, pattern in (("over", _OVER), ("under", _UNDER), ("about", _ABOUT)):
        if pattern.search(text):
            return name
    return "exact"


def _unit(rest: str) -> str | None:
    unit = re.sub(r"^[余多几]|左右$|以上$|以下$|上下$|[余多]$", "", rest.strip(" +"))
    unit = re.sub(r"^[零〇一二两三四五六七八九十百千万亿数几约近超上\d]+[余多]?", "", unit)
    return unit or None


def _chinese(text: str) -> Number | None:
    """Mixed digits and numerals with magnitudes: 3万4000, 1千零20, 1.2万, 一万五千, 180余万."""
    total: Number = 0
    section: Number = 0
    current: Number | None = None
    last = 1
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|[^\d,.]", text):
        if token[0].isdigit():
            current = _figure(token)
        elif token in _DIGITS:
            value = _DIGITS[token]
            current = value if current is None or current == 0 else current * 10 + value
        elif token in _SMALL:
            section += (1 if current is None or (current == 0 and not section) else current) * _SMALL[token]
            current, last = None, _SMALL[token]
        elif token in _LARGE:
            section += current or 0
            total = (total + (section or 1)) * _LARGE[token] if total < _LARGE[token] else total + (section or 1) * _LARGE[token]
            section, current, last = 0, None, _LARGE[token]
    if current is not None:
        # 一万五 is 15,000, 三百二 is 320
        short = last >= 100 and len(text) > 1 and text[-1] in _DIGITS and text[-2] in _SMALL.keys() | _LARGE.keys()
        section += current * (last // 10) if short else current
    result = total + section
    return _tidy(result)


def _english(text: str) -> Number | list[Number] | None:
    if match := re.search(r"(\d[\d,]*(?:\.\d+)?)\s*(?:-|–|to)\s*(\d[\d,]*(?:\.\d+)?)", text):
        scale = _scale(text[match.end() :])
        return [_tidy(_figure(match[1]) * scale), _tidy(_figure(match[2]) * scale)]
    total: Number = 0
    current: Number | None = None
    for token in _ENGLISH_TOKEN.findall(text):
        singular = token[:-1] if token.endswith("s") and token[:-1] in _SCALES else token
        if token[0].isdigit():
            current = _figure(token)
        elif token in _ENGLISH:
            value = _ENGLISH[token]
            if current is None:
                current = value
            elif token not in ("a", "an"):  # half a million
                current += value
        elif singular in _SCALES:
            if current is None and token != singular:
                return None  # dozens, hundreds: no number
            current = (1 if current is None else current) * _SCALES[singular]
            if _SCALES[singular] >= 1000:
                total, current = total + current, 0
    return None if current is None else _tidy(total + current)


def _scale(rest: str) -> int:
    match = re.match(r"\s*([a-z]+)", rest)
    return _SCALES.get(match[1], 1) if match else 1


def _figure(text: str) -> Number:
    plain = text.replace(",", "").rstrip(".")
    return float(plain) if "." in plain else int(plain)


def _tidy(value: Number) -> Number:
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded
