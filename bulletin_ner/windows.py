"""Overlapping windows over a token sequence, so that text of any length is read and none is truncated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Tokens ``start:end`` are read together; those of ``core_start:core_end`` are answered from this window."""

    start: int
    end: int
    core_start: int
    core_end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.core_start < self.core_end <= self.end:
            raise ValueError(f"not a window: {self.start}, {self.core_start}, {self.core_end}, {self.end}")


def plan_windows(length: int, breaks: Sequence[int], size: int, context: int) -> list[Window]:
    """Cover ``length`` tokens with windows of at most ``size``.

    Cores follow each other without gap or overlap; they end at a break (a token index where a sentence begins) where
    one is in reach, and see up to ``context`` tokens more on both sides.
    """
    if size <= 2 * context:
        raise ValueError(f"size {size} leaves no room between two contexts of {context}")
    windows = []
    start = 0
    breaks = sorted({point for point in breaks if 0 < point < length})
    position = 0
    while start < length:
        reach = start + size - context - min(context, start)
        end = min(reach, length)
        if end < length:
            last = None
            while position < len(breaks) and breaks[position] <= end:
                last = breaks[position]
                position += 1
            if last is not None and last > start:
                end = last
        windows.append(Window(max(0, start - context), min(length, end + context), start, end))
        start = end
    return windows
