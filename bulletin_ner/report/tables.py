"""From results to the tables of a report: daily figures by place and indicator, sums by province, measures by week, what is left out."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bulletin_ner.days import day_of, week_of
from bulletin_ner.normalisation.gazetteer import load
from bulletin_ner.report.results import Result, Unread
from bulletin_ner.schema import Record


class Topic(NamedTuple):
    """What a chart is about."""

    disease: str
    indicator: str
    aspect: str

    def __str__(self) -> str:
        return f"{self.indicator}, {self.aspect}" + (f" ({self.disease})" if self.disease else "")


@dataclass(frozen=True)
class Point:
    """A figure of a topic for a place and a day; ``others``: different values told for the same, which are not drawn."""

    topic: Topic
    place: str
    code: str
    origin: str
    day: datetime.date
    value: float
    modifier: str
    source: str
    others: tuple[float, ...]


@dataclass(frozen=True)
class Unused:
    """A record that is in no chart, and why."""

    source: str
    record: Record
    reason: str


@dataclass(frozen=True)
class ProvinceSum:
    """New figures of a province, or of a country, added over days and over places that do not lie in each other."""

    topic: Topic
    province: str
    value: float
    days: int


@dataclass(frozen=True)
class Week:
    """An ISO week such as 2022-W45: its bulletins, and for each measure how many of them report it."""

    name: str
    bulletins: int
    measures: Counter[str]


@dataclass(frozen=True)
class Tables:
    results: tuple[Result, ...]
    unread: tuple[Unread, ...]
    points: tuple[Point, ...]
    unused: tuple[Unused, ...]
    provinces: tuple[ProvinceSum, ...]
    uncoded: int
    weeks: tuple[Week, ...]
    undated: tuple[Unread, ...]
    dated_by_records: int


class _Told(NamedTuple):
    """A record that can be drawn, with what decides between several."""

    date: str
    published: str
    order: int
    source: str
    record: Record
    value: float


def build_tables(read: Iterable[Result | Unread]) -> Tables:
    """All tables of a report. Where one figure is told with several values, that of the latest moment counts, then of the latest bulletin,
    then the first told; in one sentence the first told, which is the total."""
    results, unread, unused = [], [], []
    told: dict[tuple[Topic, str, str, datetime.date], list[_Told]] = defaultdict(list)
    order = 0
    for item in read:
        if isinstance(item, Unread):
            unread.append(item)
            continue
        results.append(item)
        sentences = set()
        for record in item.records:
            day, reason = _usable(record)
            if day is None or not isinstance(record.value, (int, float)):
                unused.append(Unused(item.source, record, reason))
                continue
            topic = Topic(record.disease or "", record.indicator, record.aspect)
            key = (topic, record.place_code or record.place or "", record.origin or "", day)
            if (key, record.start) in sentences:
                unused.append(Unused(item.source, record, "part of a figure told before it in its sentence"))
                continue
            sentences.add((key, record.start))
            order -= 1
            published = item.reference_date.isoformat() if item.reference_date else ""
            told[key].append(_Told((record.date or "").split("/")[-1], published, order, item.source, record, float(record.value)))
    points = sorted((_point(key, candidates) for key, candidates in told.items()), key=_order)
    weeks, undated, by_records = _weeks(results)
    provinces, uncoded = _provinces(points)
    return Tables(tuple(results), tuple(unread), tuple(points), tuple(unused), provinces, uncoded, weeks, undated, by_records)


def _usable(record: Record) -> tuple[datetime.date | None, str]:
    if record.value is None:
        return None, "no number"
    if isinstance(record.value, list):
        return None, "a range of values"
    if record.place is None:
        return None, "no place"
    return day_of(record.date, record.aspect)


def _point(key: tuple[Topic, str, str, datetime.date], candidates: Sequence[_Told]) -> Point:
    topic, _, origin, day = key
    best = max(candidates)
    others = sorted({other.value for other in candidates} - {best.value})
    record = best.record
    return Point(topic, record.place or "", record.place_code or "", origin, day, best.value, record.modifier, best.source, tuple(others))


def _order(point: Point) -> tuple[Topic, str, str, str, datetime.date]:
    return point.topic, point.code, point.place, point.origin, point.day


def _provinces(points: Sequence[Point]) -> tuple[tuple[ProvinceSum, ...], int]:
    """Sums of new figures; and how many have no code, so that nobody can tell what they lie in."""
    gazetteer = load()
    daily: dict[tuple[Topic, str, datetime.date], dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    uncoded = 0
    for point in points:
        if point.topic.aspect != "new":
            continue
        if not point.code:
            uncoded += 1
            continue
        daily[point.topic, gazetteer.root(point.code), point.day][point.code][point.origin] = point.value
    sums: dict[tuple[Topic, str], list[float]] = defaultdict(list)
    for (topic, root, _), places in daily.items():
        tops = [code for code in places if not places.keys() & {f"{code[:2]}0000", f"{code[:4]}00"} - {code}]
        # A figure of all origins holds those of each.
        sums[topic, root].append(sum(places[code].get("", sum(places[code].values())) for code in tops))
    rows = []
    for (topic, root), values in sums.items():
        unit = gazetteer.units.get(root)
        rows.append(ProvinceSum(topic, unit.name if unit else root, sum(values), len(values)))
    return tuple(sorted(rows, key=lambda row: (row.topic, -row.value, row.province))), uncoded


def _weeks(results: Sequence[Result]) -> tuple[tuple[Week, ...], tuple[Unread, ...], int]:
    """Bulletins by the week of their publication; of one without a reference date, by the week of its latest figure."""
    bulletins: Counter[str] = Counter()
    measures: dict[str, Counter[str]] = defaultdict(Counter)
    undated, by_records = [], 0
    for result in results:
        name = week_of(result.reference_date, (record.date for record in result.records))
        if name is None:
            undated.append(Unread(result.source, "no reference date, and no dated figure"))
            continue
        by_records += result.reference_date is None
        bulletins[name] += 1
        measures[name].update(set(result.measures))
    return tuple(Week(name, bulletins[name], measures[name]) for name in sorted(bulletins)), tuple(undated), by_records
