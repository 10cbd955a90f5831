"""Clean text for the model and keep the way back: every cleaned character knows the stretch of the original it stands for."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from opencc import OpenCC

from bulletin_ner.noise import find_noise

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
    """Bridge noise (`find_noise`), drop invisible characters, write Traditional characters as Simplified, white space as blanks.

    Line breaks stay, and so does every character of text without noise. A reading in brackets belongs to the character before it.
    """
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, shown in _pieces(text):
        if shown is None:
            ends[-1] = end
        elif replacement := _replacement(shown):
            chars.append(replacement)
            starts.append(start)
            ends.append(end)
    return Cleaned("".join(chars), tuple(starts), tuple(ends))


def _pieces(text: str) -> Iterator[tuple[int, int, str | None]]:
    """Noise and the characters between, each with its offsets and what the model is to see in its place."""
    position = 0
    for noise in find_noise(text):
        for index in range(position, noise.start):
            yield index, index + 1, text[index]
        yield noise.start, noise.end, noise.replacement
        position = noise.end
    for index in range(position, len(text)):
        yield index, index + 1, text[index]


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
    if char in ("", "\n"):
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
