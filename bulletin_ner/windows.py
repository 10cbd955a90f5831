"""Overlapping windows over a token sequence, so that text of any length is read and none is truncated."""

from __future__ import annotations

from bisect import bisect_right
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

    Cores follow each other without gap or overlap; they end at a break (a token index where a sentence begins) where one is in reach.
    A window sees up to ``context`` tokens before its core, and as many behind it; only a quarter of that behind a core that ends at a
    break, since little of the next sentence bears on this one.
    """
    if size <= 2 * context:
        raise ValueError(f"size {size} leaves no room between two contexts of {context}")
    breaks = sorted({point for point in breaks if 0 < point < length})
    windows = []
    start = 0
    while start < length:
        first = max(0, start - context)
        room = first + size  # the token behind the last that can be read with the core
        if room >= length:
            end, behind = length, 0
        else:
            last = bisect_right(breaks, room - context // 4) - 1
            if last >= 0 and breaks[last] > start:
                end, behind = breaks[last], context // 4
            else:
                end, behind = room - context, context
        windows.append(Window(first, min(length, end + behind), start, end))
        start = end
    return windows
