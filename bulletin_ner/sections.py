"""Long texts in sections that are read one after another, so that memory does not grow with the length."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Characters. A bulletin is one section; only books and archives are longer.
SIZE = 32_768
# What is read together: enough windows to fill batches.
TOGETHER = 65_536
_STOPS = frozenset(" \t\u3000，。；、：！？,;:!?）)")
_LOOK_BACK = 200


@dataclass(frozen=True)
class Section:
    """Characters ``start:end`` of the text of that index, with the part of each of its sentences ``first``, ``first + 1``, ... in there,
    as half-open offsets into the section."""

    index: int
    start: int
    end: int
    first: int
    sentences: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a section: {self.start}, {self.end}")


def sections(index: int, text: str, sentences: Sequence[tuple[int, int]], size: int = SIZE) -> Iterator[Section]:
    """Cut a text where a line or else a sentence begins; one without either, at a blank or a stop, or just anywhere.

    ``sentences``: half-open offsets in order. Empty text has one empty section; every character is in exactly one.
    """
    starts = [start for start, _ in sentences]
    start = 0
    while True:
        end = _end(text, starts, start, size)
        first = max(0, bisect_right(starts, start) - 1)
        own = sentences[first : bisect_left(starts, end)]
        while own and own[0][1] <= start:
            first, own = first + 1, own[1:]
        yield Section(index, start, end, first, tuple((max(low, start) - start, min(high, end) - start) for low, high in own))
        start = end
        if start >= len(text):
            return


def _end(text: str, starts: Sequence[int], start: int, size: int) -> int:
    """Where the section that begins at ``start`` ends."""
    limit = start + size
    if limit >= len(text):
        return len(text)
    low, high = bisect_right(starts, start + size // 2), bisect_right(starts, limit)
    lines = (point for point in reversed(starts[low:high]) if text[point - 1] == "\n")
    if found := next(lines, starts[high - 1] if high > low else None):
        return found
    return next((point for point in range(limit, limit - min(_LOOK_BACK, size // 2), -1) if text[point - 1] in _STOPS), limit)


def together(work: Sequence[Section], most: int = TOGETHER) -> Iterator[list[Section]]:
    """Sections in their order, in groups of at most ``most`` characters, or of one."""
    group: list[Section] = []
    size = 0
    for section in work:
        length = section.end - section.start
        if group and size + length > most:
            yield group
            group, size = [], 0
        group.append(section)
        size += length
    if group:
        yield group
