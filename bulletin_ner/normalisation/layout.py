"""Sentences, clauses and lines around a figure, found by bisection: a text of ten megabytes may be one line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bulletin_ner.normalisation.lines import Lines

CLAUSE = re.compile(r"[，；。！？,;\n]|、(?=其中)|\. ")
_REACH = 2000  # characters of a sentence that are looked at on either side of a figure: a page without full stops is no sentence
_CLAUSE_REACH = 300


@dataclass(frozen=True)
class Point:
    """A figure or an explicit zero: where it stands; ``key`` is its entity id, or a negative number for a zero."""

    key: int
    start: int
    end: int
    aspect: str


class Layout:
    """One text with its sentences (half-open offsets, in order)."""

    def __init__(self, text: str, sentences: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.sentences = sentences
        self.lines = Lines(text)
        self._starts = [start for start, _ in sentences]
        self._clauses: dict[int, tuple[int, int]] = {}  # by point, as several rules ask for it

    def number(self, offset: int) -> int:
        """The index of the sentence that an offset is in; -1 before the first."""
        return bisect_right(self._starts, offset) - 1

    def reach(self, point: Point) -> tuple[int, int]:
        """The point's sentence, or as much of it on either side as a reader would still take together."""
        start, end = self.sentences[max(0, self.number(point.start))]
        return max(start, point.start - _REACH), min(end, point.end + _REACH)

    def clause(self, point: Point) -> tuple[int, int]:
        """The point's clause, within its reach."""
        if point.key not in self._clauses:
            start, end = self.reach(point)
            ends = [match.end() for match in CLAUSE.finditer(self.text, max(0, point.start - _CLAUSE_REACH), point.start)]
            close = CLAUSE.search(self.text, point.end, end)
            self._clauses[point.key] = max(start, ends[-1] if ends else 0), close.start() if close else end
        return self._clauses[point.key]
