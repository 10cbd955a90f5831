"""Clean text for the model and keep the way back: every cleaned character knows the stretch of the original it stands for."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from opencc import OpenCC

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜɑńňǹḿ"
# Sites that convert Chinese pages leave the reading behind a character: 開發(fā)區(qū).
_READING = re.compile(rf"(?<=[\u3400-\u9fff])[(（](?=[a-zü]*[{_TONED}])[a-zü{_TONED}]{{1,6}} ?[)）]")
_PLAIN_READING = re.compile(r"(?<=[\u3400-\u9fff])[(（][a-zü]{1,6} ?[)）]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Cleaned:
    """``text`` for the model; its character i stands for ``original[starts[i]:ends[i]]``, a dropped reading included."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __post_init__(self) -> None:
        if not len(self.text) == len(self.starts) == len(self.ends):
            raise ValueError("a cleaned text needs one start and one end for each character")


def clean(text: str) -> Cleaned:
    """Drop readings in brackets and invisible characters, write Traditional characters as Simplified, white space as blanks.

    Line breaks stay. The length changes only by what is dropped; a reading belongs to the character before it.
    """
    readings = {match.start(): match.end() for match in _READING.finditer(text)}
    if len(readings) >= 3:  # on such a page, readings without a tone are readings too
        readings.update((match.start(), match.end()) for match in _PLAIN_READING.finditer(text))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(text):
        if position in readings and chars:
            position = ends[-1] = readings[position]
            continue
        replacement = _replacement(text[position])
        if replacement:
            chars.append(replacement)
            starts.append(position)
            ends.append(position + 1)
        position += 1
    return Cleaned("".join(chars), tuple(starts), tuple(ends))


def detect_language(text: str) -> str:
    """``zh-Hans``, ``zh-Hant`` or ``en``, by script: English where less than a fifth of the letters are Han characters."""
    han = _HAN.findall(text)
    letters = sum(char.isalpha() for char in text)
    if not han or len(han) < 0.2 * letters:
        return "en"
    traditional = sum(_simplified(char) != char for char in han)
    simplified = sum(_traditional(char) != char for char in han)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


@functools.lru_cache(maxsize=1 << 17)
def _replacement(char: str) -> str:
    if char == "\n":
        return char
    if char in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return "\n"
    if char.isspace():
        return " "
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") or "\ufe00" <= char <= "\ufe0f":
        return ""
    return _simplified(char)


@functools.lru_cache(maxsize=1 << 17)
def _simplified(char: str) -> str:
    return _one(_to_simplified().convert(char), char) if _HAN.match(char) else char


@functools.lru_cache(maxsize=1 << 17)
def _traditional(char: str) -> str:
    return _one(_to_traditional().convert(char), char)


def _one(converted: str, char: str) -> str:
    return converted if len(converted) == 1 else char


@functools.lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


@functools.lru_cache(maxsize=1)
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")
