"""Mentions in the order of a text, found by bisection: a text of ten megabytes has a hundred thousand of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from bulletin_ner.schema import Entity


class Mentions(Sequence[Entity]):
    """Entities that do not overlap, in order. Offsets are half-open, as theirs."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._entities = list(entities)
        self._starts = [entity.start for entity in self._entities]
        self._ends = [entity.end for entity in self._entities]

    def __len__(self) -> int:
        return len(self._entities)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._entities)

    @overload
    def __getitem__(self, index: int) -> Entity: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Entity]: ...
    def __getitem__(self, index: int | slice) -> Entity | Sequence[Entity]:
        return self._entities[index]

    def within(self, start: int, end: int) -> Sequence[Entity]:
        """Those that lie inside ``start:end``."""
        return self._entities[bisect_left(self._starts, start) : bisect_right(self._ends, end)]

    def begun(self, start: int, end: int) -> Sequence[Entity]:
        """Those that begin inside ``start:end``."""
        return self._entities[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def first(self, start: int) -> Entity | None:
        """The first that begins at ``start`` or later."""
        index = bisect_left(self._starts, start)
        return self._entities[index] if index < len(self._entities) else None

    def last(self, end: int) -> Entity | None:
        """The last that ends at ``end`` or before."""
        index = bisect_right(self._ends, end)
        return self._entities[index - 1] if index else None
