"""Numerals to numbers: figures, Chinese numerals with magnitudes, English number words."""

from __future__ import annotations

import re

Number = float | int

_DIGIT_FORMS = ("零〇○", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
DIGITS = {char: value for value, chars in enumerate(_DIGIT_FORMS) for char in chars}
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
_NUMERAL = "".join(DIGITS) + "".join(SMALL)
_FIGURE = r"\d[\d,]*(?:\.\d+)?"
# 余, 多, 来 may stand before a last magnitude: 180余万.
_PLAIN_DIGITS = "".join(DIGITS)
CHINESE = rf"(?:\d|[{_NUMERAL}万亿])(?:[{_NUMERAL}万亿\d,]|\.(?=\d)|点(?=[{_PLAIN_DIGITS}])|[余多来](?=[万亿]))*"
_CHINESE_TOKEN = re.compile(rf"{_FIGURE}|[^\d,.]")

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WORDS: dict[str, Number] = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    **{"fourty": 40, "a": 1, "an": 1, "half": 0.5, "none": 0, "nil": 0, "no": 0, "once": 1, "twice": 2, "thrice": 3},
}
SCALES = {
    **{"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    **{"dozen": 12, "score": 20, "lakh": 10**5, "lac": 10**5, "crore": 10**7, "couple": 2},
    **{"k": 1000, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "myriad": 10**4},
}
_TEN_THOUSANDS = re.compile(r"(?<=\d)\s+ten thousand\b")
_POINT = re.compile(rf"\s+point((?:\s+(?:{'|'.join(_ONES[:10])}|\d+))+)\b")
_ENGLISH_TOKEN = re.compile(rf"{_FIGURE}|[a-z]+")


def figure(text: str) -> Number:
    """The number of digits with or without separators: 1,234; 4.8."""
    plain = text.replace(",", "").rstrip(".")
    return float(plain) if "." in plain else int(plain)


def tidy(value: Number) -> Number:
    """An int where the value is whole, else rounded to six places: 4.8 times 10000 is 48000."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def chinese_number(text: str) -> Number | None:
    """Mixed figures and numerals with magnitudes: 3万4000, 1千零20, 1.2万亿, 一万五, 180余万, 十二点八; None where there is none."""
    whole, point, places = text.partition("点")
    if point:
        front = chinese_number(whole)
        decimals = "".join(str(DIGITS[char]) for char in places if char in DIGITS)
        scale = LARGE.get(places[-1:], 1)
        return None if front is None else tidy((front + float(f"0.{decimals or 0}")) * scale)
    total: Number = 0
    section: Number = 0
    current: Number | None = None
    last = 1
    for token in _CHINESE_TOKEN.findall(text):
        if token[0].isdecimal():
            current = figure(token)
        elif token in DIGITS:
            value = DIGITS[token]
            current = value if current is None or current == 0 else current * 10 + value
        elif token in SMALL:
            section += (1 if current is None or (current == 0 and not section) else current) * SMALL[token]
            current, last = None, SMALL[token]
        elif token in LARGE:
            section += current or 0
            if total < LARGE[token]:
                total = (total + section or 1) * LARGE[token]
            else:
                total += (section or 1) * LARGE[token]
            section, current, last = 0, None, LARGE[token]
    if current is not None:
        # 一万五 is 15,000, 三百二 is 320, 3万5 is 35,000.
        short = last >= 100 and len(text) > 1 and text[-2] in SMALL.keys() | LARGE.keys() and 0 < current < 10 and text[-1] not in ",."
        section += current * (last // 10) if short else current
    return tidy(total + section)


def year_digits(text: str) -> int | None:
    """A year written digit by digit, 二〇二二; None where it is not."""
    if len(text) == 4 and all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    return None


def english_number(text: str) -> Number | None:
    """Lower-case English: 2.9 million, two hundred and five, half a million, two and a half lakh; None where there is none.

    Ten thousand behind a figure is the 万 of a translating machine: 71.6 ten thousand.
    """
    text = _TEN_THOUSANDS.sub(" myriad", text.replace("and a half", "half"))
    if spoken := _POINT.search(text):  # ninety-seven point six, 78 point 4
        places = "".join(str(_ONES.index(word)) if word in _ONES else word for word in spoken[1].split())
        whole = english_number(text[: spoken.start()])
        text = f"{whole or 0}.{places}{text[spoken.end() :]}"
    total: Number = 0
    current: Number | None = None
    previous = ""
    for token in _ENGLISH_TOKEN.findall(text):
        singular = token[:-1] if token.endswith("s") and token[:-1] in SCALES else token
        if token[0].isdecimal():
            current = figure(token)
        elif token in WORDS:
            value = WORDS[token]
            if current is None or token == "half" and previous in ("a", "an"):
                current = value
            elif token not in ("a", "an"):  # half a million
                current += value
        elif singular in SCALES and not (len(singular) <= 2 and not previous[:1].isdecimal()):
            if current is None and token != singular:
                return None  # dozens, hundreds: no number
            current = (1 if current is None else current) * SCALES[singular]
            if SCALES[singular] >= 1000:
                total, current = total + current, 0
        previous = token
    return None if current is None else tidy(total + current)
