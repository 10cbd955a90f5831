"""Noise that pages, converters and wrong decodings leave in a text: where it is, and what the model is to see in its place."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜɑńňǹḿ"
# Sites that convert Chinese pages leave the reading behind a character: 開發(fā)區(qū).
_READING = re.compile(rf"(?<=[\u3400-\u9fff])[(（](?=[a-zü]*[{_TONED}])[a-zü{_TONED}]{{1,6}} ?[)）]")
_PLAIN_READING = re.compile(r"(?<=[\u3400-\u9fff])[(（][a-zü]{1,6} ?[)）]")

_INLINE = "a|b|em|font|i|o:p|s|small|span|strong|sub|sup|u"
_BLOCK = "article|br|center|dd|div|dl|dt|h[1-6]|hr|img|li|ol|p|section|table|tbody|td|th|thead|tr|ul"
_TAG = re.compile(rf"</?(?:(?P<inline>{_INLINE})|{_BLOCK})(?:\s[^<>\n]{{0,300}})?\s?/?>", re.IGNORECASE)
# What is left of a tag whose head was lost: p>, /p>, br/>. p>0.05 is a figure of statistics.
_TAIL = re.compile(r"(?<![A-Za-z0-9<&;])/?(?:p|br|div|span|strong|td|tr|li)\s?/?>(?!\s?[\d.])")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")
# Three bytes of UTF-8 read as Windows-1252: ï¼Œ is a comma, â€œ a quotation mark.
_CONTINUATION = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ\xa0-¿"
_MISREAD = re.compile(rf"[à-ï][{_CONTINUATION}]{{2}}")
# Characters lost before the text came here, themselves or as GBK shows two of them.
_LOST = re.compile(r"(?:锟斤拷)+|\ufffd+")


@dataclass(frozen=True)
class Noise:
    """``text[start:end]`` is noise. The model sees ``replacement``; None where it belongs to the character before it, as a reading does."""

    start: int
    end: int
    replacement: str | None


def find_noise(text: str) -> list[Noise]:
    """All noise in a text, in order and without overlap."""
    found = sorted((*_readings(text), *_tags(text), *_characters(text)), key=lambda noise: (noise.start, -noise.end))
    kept: list[Noise] = []
    for noise in found:
        if not kept or noise.start >= kept[-1].end:
            kept.append(noise)
    return kept


def _readings(text: str) -> Iterator[Noise]:
    readings = {match.start(): match.end() for match in _READING.finditer(text)}
    if len(readings) >= 3:  # on such a page, readings without a tone are readings too
        readings.update((match.start(), match.end()) for match in _PLAIN_READING.finditer(text))
    for start, end in readings.items():
        yield Noise(start, end, None)


def _tags(text: str) -> Iterator[Noise]:
    if ">" in text:
        for match in _TAG.finditer(text):
            yield Noise(match.start(), match.end(), "" if match["inline"] else " ")
        for match in _TAIL.finditer(text):
            yield Noise(match.start(), match.end(), " ")


def _characters(text: str) -> Iterator[Noise]:
    for match in _ENTITY.finditer(text):
        char = html.unescape(match[0])
        if len(char) == 1:
            yield Noise(match.start(), match.end(), char)
    for match in _MISREAD.finditer(text):
        try:
            char = b"".join(_byte(part) for part in match[0]).decode("utf-8")
        except UnicodeDecodeError:
            continue
        yield Noise(match.start(), match.end(), char)
    for match in _LOST.finditer(text):
        yield Noise(match.start(), match.end(), " ")


def _byte(char: str) -> bytes:
    # Windows-1252 leaves five bytes undefined, which decoders pass as control characters.
    return char.encode("latin-1") if ord(char) < 0x100 else char.encode("cp1252")
