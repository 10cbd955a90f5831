"""Sentences: where one ends, as the annotation guidelines say it."""

from __future__ import annotations

import re

# 。！？!? with closing quotes; an English full stop before a space; a line break. ； and ; end nothing.
_BREAK = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+|[。！？!?]+[”’」』\"']*|\.[”’\"')\]）]*(?=\s|$)")


def sentences(text: str) -> list[tuple[int, int]]:
    """Split text into sentences.

    Returns half-open ``(start, end)`` code-point offsets in order, without overlap, stripped of white space
    on both sides; stretches of white space alone are no sentence. Every other character is in exactly one.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BREAK.finditer(text):
        _append_stripped(spans, text, start, match.end())
        start = match.end()
    _append_stripped(spans, text, start, len(text))
    return spans


def _append_stripped(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(stripped)))
