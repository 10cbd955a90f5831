"""What a careful analyst checks: sums of breakdowns, totals against their parts, figures told twice. It warns and changes nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from bulletin_ner.schema import Inconsistency, Record

_OF_WHICH = re.compile(r"其中|包括|\bof (?:which|whom|these|them)\b|\bamong (?:them|these)\b|[（(]", re.IGNORECASE)
_OPEN_LIST = re.compile(r"等|分别来自|\bsuch as\b|\bfor example\b|\bincluding\b", re.IGNORECASE)

_MOST_PARTS = 500  # a page without full stops is no sentence, and its figures are no breakdown


def check_records(text: str, records: Sequence[Record]) -> tuple[Inconsistency, ...]:
    """Warnings about records by their index: breakdown, total and conflict."""
    exact = [
        (index, record) for index, record in enumerate(records) if record.modifier == "exact" and isinstance(record.value, (int, float))
    ]
    return (*_breakdowns(text, exact), *_totals(exact), *_conflicts(exact))


Numbered = Sequence[tuple[int, Record]]


def _value(record: Record) -> float:
    return float(record.value) if isinstance(record.value, (int, float)) else 0.0


def _breakdowns(text: str, records: Numbered) -> Iterator[Inconsistency]:
    """A figure followed in its sentence by its parts, place by place or imported and local: together they may not be more, nor less
    where the list is whole."""
    by_sentence = defaultdict(list)
    for item in records:
        by_sentence[item[1].start].append(item)
    for own in by_sentence.values():
        if len(own) < 3:
            continue
        words = text[own[0][1].start : own[0][1].end]
        whole = bool(_OF_WHICH.search(words)) and not _OPEN_LIST.search(words)
        for position, (index, total) in enumerate(own):
            parts: list[tuple[int, Record]] = []
            for number, part in own[position + 1 : position + 1 + _MOST_PARTS]:
                if (part.indicator, part.aspect) != (total.indicator, total.aspect) or part.entity is None:
                    break
                if not (_is_origin(part, total, parts) if part.place == total.place else not parts or parts[0][1].place != total.place):
                    break
                parts.append((number, part))
            if not 2 <= len(parts) < _MOST_PARTS or total.entity is None:
                continue
            added = sum(_value(part) for _, part in parts)
            if added > _value(total) or (whole and added < _value(total)):
                listed = " + ".join(f"{_value(part):g}" for _, part in parts)
                yield Inconsistency(
                    "breakdown",
                    f"{total.indicator} ({total.aspect}) {_value(total):g} is broken down as {listed} = {added:g}",
                    (index, *(number for number, _ in parts)),
                )


def _is_origin(part: Record, total: Record, parts: Numbered) -> bool:
    """Whether a figure for the total's own place is its imported or local part, and the first of that origin."""
    origins = [other.origin for _, other in parts if other.place == total.place]
    return total.origin is None and part.origin is not None and part.origin not in origins and len(origins) == len(parts)


def _totals(records: Numbered) -> Iterator[Inconsistency]:
    """A cumulative figure below the new one of the same indicator, place and day, or below the cumulative one of a place within."""
    new: dict[tuple[str, str | None, str | None], list[tuple[float, int]]] = defaultdict(list)
    within: dict[tuple[str, str, str | None], tuple[float, int, str | None]] = {}  # the most that a place within has
    for number, part in records:
        if part.aspect == "new" and part.place is not None:
            new[part.indicator, part.place, _day(part)].append((_value(part), number))
        elif part.aspect == "cumulative":
            for code in _around(part.place_code):
                key, own_part = (part.indicator, code, part.date), (_value(part), number, part.place)
                within[key] = max(within.get(key, own_part), own_part)
    for own in new.values():
        own.sort()
    for index, total in records:
        if total.aspect == "cumulative":
            own = new.get((total.indicator, total.place, _day(total)), [])
            above = own[bisect_right(own, _value(total), key=lambda item: item[0]) :]
            for value, number in sorted(above, key=lambda item: item[1]):
                message = f"{total.indicator} in {total.place}: cumulative {_value(total):g} is below new {value:g}"
                yield Inconsistency("total", message, (index, number))
            if total.place_code is not None and (inner := within.get((total.indicator, total.place_code, total.date))):
                value, number, place = inner
                if value > _value(total):
                    message = f"{total.indicator}: cumulative {_value(total):g} in {total.place} is below {value:g} in {place}"
                    yield Inconsistency("total", message, (index, number))


def _around(code: str | None) -> tuple[str, ...]:
    """The GB/T 2260 codes of the prefecture and province around a code."""
    if code is None or not code.isdigit():
        return ()
    return tuple(above for above in dict.fromkeys((f"{code[:4]}00", f"{code[:2]}0000")) if above != code)


def _conflicts(records: Numbered) -> Iterator[Inconsistency]:
    """One indicator, aspect, origin, place and date with two values in different sentences."""
    groups = defaultdict(list)
    for index, record in records:
        if record.place is not None and record.date is not None and record.aspect in ("new", "cumulative", "current"):
            groups[record.indicator, record.aspect, record.origin, record.disease, record.place, record.date].append((index, record))
    for (indicator, aspect, *_, place, date), own in groups.items():
        values = sorted({_value(record) for _, record in own})
        firsts: dict[int, float] = {}
        for _, record in own:  # a breakdown of one sentence by age or sex is no conflict
            firsts.setdefault(record.start, _value(record))
        if len(set(firsts.values())) > 1 and len(values) > 1:
            told = ", ".join(f"{value:g}" for value in values)
            message = f"{indicator} ({aspect}) in {place} at {date} is told with {len(values)} values: {told}"
            yield Inconsistency("conflict", message, tuple(index for index, _ in own))


def _day(record: Record) -> str | None:
    return record.date.split("/")[-1].split("T")[0] if record.date else None
