"""Gold spans against found ones: which belong together, strictly and relaxed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bulletin_ner.schema import Entity
from training.documents import GoldEntity


@dataclass(frozen=True)
class Match:
    """A gold span and the found one that was laid to it; None on the side that has none."""

    gold: GoldEntity | None
    found: Entity | None

    @property
    def kind(self) -> str:
        """``right``, ``boundary`` (the type is right), ``type`` (and perhaps boundaries), ``missed`` or ``spurious``."""
        if self.gold is None or self.found is None:
            return "spurious" if self.gold is None else "missed"
        if self.gold.type != self.found.type:
            return "type"
        return "right" if (self.gold.start, self.gold.end) == (self.found.start, self.found.end) else "boundary"


def match_spans(gold: Sequence[GoldEntity], found: Sequence[Entity]) -> list[Match]:
    """Every span once, in the order of the text: equal ones together, then the overlapping pairs, those with most in common first."""
    pairs = sorted(
        ((_fit(one, other), -index, -place) for index, one in enumerate(gold) for place, other in _overlapping(one, found)),
        reverse=True,
    )
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, index, place in pairs:
        if -index not in partner and -place not in taken:
            partner[-index] = -place
            taken.add(-place)
    matches = [Match(one, found[partner[index]] if index in partner else None) for index, one in enumerate(gold)]
    matches += [Match(None, other) for place, other in enumerate(found) if place not in taken]
    return sorted(matches, key=lambda match: (match.gold or match.found).start)  # type: ignore[union-attr]


def _overlapping(one: GoldEntity, found: Sequence[Entity]) -> Iterator[tuple[int, Entity]]:
    for place, other in enumerate(found):
        if other.start >= one.end:
            return  # found spans are in order
        if one.start < other.end:
            yield place, other


def _fit(one: GoldEntity, other: Entity) -> tuple[bool, int, bool]:
    common = min(one.end, other.end) - max(one.start, other.start)
    return (one.start, one.end) == (other.start, other.end), common, one.type == other.type


def relaxed_counts(gold: Iterable[GoldEntity], found: Iterable[Entity], name: str) -> tuple[int, int, int]:
    """Hits, extra and missed of one type, where spans that overlap count, each once."""
    wanted = [entity for entity in gold if entity.type == name]
    free = [entity for entity in found if entity.type == name]
    hits = 0
    for entity in wanted:
        match = next((other for other in free if other.start < entity.end and entity.start < other.end), None)
        if match is not None:
            free.remove(match)
            hits += 1
    return hits, len(free), len(wanted) - hits


def strict_counts(gold: Iterable[GoldEntity], found: Iterable[Entity], name: str) -> tuple[int, int, int]:
    """Hits, extra and missed of one type, where both boundaries count."""
    wanted, had = ({(entity.start, entity.end) for entity in side if entity.type == name} for side in (gold, found))
    return len(wanted & had), len(had - wanted), len(wanted - had)


def tag_pair(gold: Sequence[Any], found: Sequence[Any]) -> tuple[list[str], list[str]]:
    """BIO tags of both sides over the pieces that all boundaries together cut the text into; what seqeval wants."""
    stops = sorted({0} | {point for side in (gold, found) for entity in side for point in (entity.start, entity.end)})
    place = {stop: index for index, stop in enumerate(stops)}
    rows = []
    for side in (gold, found):
        tags = ["O"] * len(stops)
        for entity in side:
            first, last = place[entity.start], place[entity.end]
            tags[first:last] = [f"B-{entity.type}"] + [f"I-{entity.type}"] * (last - first - 1)
        rows.append(tags)
    return rows[0], rows[1]
