"""Clean text for the model and keep the way back: every cleaned character knows the stretch of the original it stands for."""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opencc import OpenCC

from bulletin_ner.noise import Noise, find_noise

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Cleaned:
    """``text`` for the model; its character i stands for ``original[starts[i]:ends[i]]``, a dropped reading included."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def __post_init__(self) -> None:
        if not len(self.text) == len(self.starts) == len(self.ends):
            raise ValueError("a cleaned text needs one start and one end for each character")


def clean(text: str) -> Cleaned:
    """Bridge noise (`find_noise`), drop invisible characters, write Traditional characters as Simplified, white space as blanks.

    Line breaks stay, and so does every character of text without noise. A reading in brackets belongs to the character before it.
    """
    noise = find_noise(text)
    shown = text.translate(_REPLACEMENTS)
    if not noise and len(shown) == len(text):
        return Cleaned(shown, range(len(text)), range(1, len(text) + 1))
    chars: list[str] = []
    starts, ends = array("l"), array("l")
    for start, end, char in _pieces(text, noise):
        if char is None:
            ends[-1] = end
        elif replacement := char.translate(_REPLACEMENTS):
            chars.append(replacement)
            starts.append(start)
            ends.append(end)
    return Cleaned("".join(chars), starts, ends)


def _pieces(text: str, noise: Sequence[Noise]) -> Iterator[tuple[int, int, str | None]]:
    """Noise and the characters between, each with its offsets and what the model is to see in its place."""
    position = 0
    for found in noise:
        for index in range(position, found.start):
            yield index, index + 1, text[index]
        yield found.start, found.end, found.replacement
        position = found.end
    for index in range(position, len(text)):
        yield index, index + 1, text[index]


def detect_language(text: str) -> str:
    """``zh-Hans``, ``zh-Hant`` or ``en``, by script: English where less than a fifth of the letters are Han characters."""
    counts = Counter(text)
    han = {char: count for char, count in counts.items() if _HAN.match(char)}
    letters = sum(count for char, count in counts.items() if char.isalpha())
    if not han or sum(han.values()) < 0.2 * letters:
        return "en"
    traditional = sum(count for char, count in han.items() if _simplified(char) != char)
    simplified = sum(count for char, count in han.items() if _traditional(char) != char)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


class _Replacements(dict[int, str]):
    """A table for `str.translate` that fills itself, since most of Unicode is never met."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _replacement(chr(code)))


_REPLACEMENTS = _Replacements()


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
