"""What a careful analyst checks: sums of breakdowns, totals against their parts, figures told twice. It warns and changes nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from bulletin_ner.schema import Inconsistency, Record

_OF_WHICH = re.compile(r"其中|包括|\bof (?:which|whom|these|them)\b|\bamong (?:them|these)\b|[（(]", re.IGNORECASE)
_OPEN_LIST = re.compile(r"等|分别来自|\bsuch as\b|\bfor example\b|\bincluding\b", re.IGNORECASE)


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
    """A figure followed in its sentence by its parts, place by place: together they may not be more, nor less where the list is whole."""
    by_sentence = defaultdict(list)
    for item in records:
        by_sentence[item[1].start].append(item)
    for own in by_sentence.values():
        for position, (index, total) in enumerate(own):
            parts = []
            for number, part in own[position + 1 :]:
                if (part.indicator, part.aspect) != (total.indicator, total.aspect) or part.place == total.place or part.entity is None:
                    break
                parts.append((number, part))
            if len(parts) < 2 or total.entity is None:
                continue
            words = text[total.start : total.end]
            added = sum(_value(part) for _, part in parts)
            whole = bool(_OF_WHICH.search(words)) and not _OPEN_LIST.search(words)
            if added > _value(total) or (whole and added < _value(total)):
                listed = " + ".join(f"{_value(part):g}" for _, part in parts)
                yield Inconsistency(
                    "breakdown",
                    f"{total.indicator} ({total.aspect}) {_value(total):g} is broken down as {listed} = {added:g}",
                    (index, *(number for number, _ in parts)),
                )


def _totals(records: Numbered) -> Iterator[Inconsistency]:
    """A cumulative figure below the new one of the same indicator, place and day."""
    cumulative = [item for item in records if item[1].aspect == "cumulative"]
    for index, total in cumulative:
        for number, part in records:
            same = (part.indicator, part.place, _day(part)) == (total.indicator, total.place, _day(total)) and total.place is not None
            if same and part.aspect == "new" and _value(part) > _value(total):
                message = f"{total.indicator} in {total.place}: cumulative {_value(total):g} is below new {_value(part):g}"
                yield Inconsistency("total", message, (index, number))


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
