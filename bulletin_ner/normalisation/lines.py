"""Where lines begin, found by bisection: a text of ten megabytes may be one line."""

from __future__ import annotations

import re
from bisect import bisect_left


class Lines:
    """The line breaks of one text."""

    def __init__(self, text: str) -> None:
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def start(self, offset: int) -> int:
        """Where the line of ``offset`` begins; a line break belongs to the line that it ends."""
        index = bisect_left(self._breaks, offset)
        return self._breaks[index - 1] + 1 if index else 0

    def same(self, start: int, end: int) -> bool:
        """Whether no line break is in ``start:end``."""
        return bisect_left(self._breaks, start) >= bisect_left(self._breaks, end)
