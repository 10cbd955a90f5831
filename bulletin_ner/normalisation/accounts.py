"""Which date a figure takes that stands with none: that of the account it belongs to, told by the figures before it."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from bulletin_ner.normalisation.date_roles import DateRoles
from bulletin_ner.normalisation.layout import Layout, Point
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.turns import Turns
from bulletin_ner.schema import Entity

_TOTALS = ("cumulative", "current")
_LINE = 2000  # characters of a line that are looked at before a figure
_OFTEN = 2  # figures that make a date the main account, where it is no report's own
_YEAR = 4  # characters of a year: this year, in 2017

Dated = tuple[Point, int | None]  # a point and the id of its date


def is_total(point: Point) -> bool:
    """Whether a figure is a running total or a standing number, not what a day or a window brought."""
    return point.aspect in _TOTALS


class Accounts:
    """The figures dated so far, in order. What another speaker told does not count."""

    def __init__(self, layout: Layout, turns: Turns, roles: DateRoles) -> None:
        self._layout = layout
        self._turns = turns
        self._roles = roles
        self._reports = self._by_speaker(roles.reports)
        self._closing = self._by_speaker(roles.closing)
        self._report_values = {str(date.value) for date in roles.reports}
        self._dated: list[Dated] = []
        self._found: list[tuple[Point, int]] = []  # those of them with a date: a line may be a list of hundreds without one
        # By speaker, and by whether it is a total that asks: how many figures took a value (its own kind counts twice), the value most
        # of them took, and the last date of each value.
        self._taken: defaultdict[tuple[str | None, bool], Counter[str]] = defaultdict(Counter)
        self._most: dict[tuple[str | None, bool], str] = {}
        self._last: dict[str, Entity] = {}

    def add(self, point: Point, found: int | None) -> None:
        self._dated.append((point, found))
        if found is not None:
            self._found.append((point, found))
        date = self._roles.by_id.get(found) if found is not None else None
        if date is None or not self._lasts(point, date) or len(str(date.value)) == _YEAR:
            return
        value, speaker = str(date.value), self._turns.speaker(point.start)
        self._last[value] = date
        for total in (False, True):
            taken = self._taken[speaker, total]
            taken[value] += 2 if is_total(point) == total else 1
            told = date.start < point.start and value in self._report_values  # a title takes the day that is told after it
            if told or taken[value] >= 2 * _OFTEN:
                most = self._most.get((speaker, total))
                if most is None or taken[value] >= taken[most]:
                    self._most[speaker, total] = value

    def since(self, start: int) -> Iterator[Dated]:
        """What the points from ``start`` on were dated, the last first."""
        return itertools.takewhile(lambda item: item[0].start >= start, reversed(self._dated))

    def of_sentence(self, point: Point, start: int) -> int | None:
        """What the last figure from ``start`` on of the same kind took; where there is none, what brought a day takes that of a total."""

        def told() -> Iterator[Dated]:  # lazily, as the first mostly answers
            return (item for item in self.since(start) if item[1] not in self._roles.asides)

        other = None if is_total(point) else next((found for _, found in told()), None)
        return next((found for last, found in told() if is_total(last) == is_total(point)), other)

    def of_line(self, point: Point, start: int) -> int | None:
        """What the last figure of the line of the same kind, total or not, took before the sentence at ``start``, where it carries on."""
        line = max(self._layout.lines.start(start), start - _LINE)
        for last, found in itertools.takewhile(lambda item: item[0].start >= line, reversed(self._found)):
            if last.start >= start or last.aspect == "planned" or is_total(last) != is_total(point):
                continue
            if found in self._roles.asides or found in self._roles.same_period or not self._may_tell(last, start):
                continue
            carries = point.aspect != "current" and self._sentences(last, start) <= 1
            return found if carries or found not in self._roles.since else None
        return None

    def main(self, point: Point, start: int) -> int | None:
        """The date that most figures took, those of the same kind counting double, or the report's last where none was taken."""
        total = is_total(point)
        speakers = {None, self._turns.speaker(start)}
        found = {value: self._last[value] for speaker in speakers if (value := self._most.get((speaker, total))) is not None}
        for report in (self._told(self._reports, start), self._roles.published):
            if report is not None and report.end <= start:
                found.setdefault(str(report.value), report)

        def rank(date: Entity) -> tuple[int, int]:
            return sum(self._taken[speaker, total][str(date.value)] for speaker in speakers), date.start

        return max(found.values(), key=rank).id if found else None

    def closing(self, start: int) -> int | None:
        """The last date told that ends a stretch."""
        date = self._told(self._closing, start)
        return date.id if date is not None else None

    def _by_speaker(self, dates: Iterable[Entity]) -> dict[str | None, Mentions]:
        told: defaultdict[str | None, list[Entity]] = defaultdict(list)
        for date in dates:
            told[self._turns.speaker(date.start)].append(date)
        return {speaker: Mentions(group) for speaker, group in told.items()}

    def _told(self, dates: dict[str | None, Mentions], start: int) -> Entity | None:
        """The last before ``start`` that the one who speaks there, or the reporter, told."""
        speakers = {None, self._turns.speaker(start)} & dates.keys()
        found = [date for speaker in speakers if (date := dates[speaker].last(start)) is not None]
        return max(found, key=lambda date: date.start, default=None)

    def _lasts(self, point: Point, date: Entity) -> bool:
        """Whether what a figure took may hold beyond its line: no passing event, nothing that is only planned."""
        return date.id not in self._roles.passing and point.aspect != "planned"

    def _may_tell(self, earlier: Point, start: int) -> bool:
        """Whether what was told with an earlier figure holds at ``start`` too: the reporter said it, or the same speaker."""
        return self._turns.speaker(earlier.start) in (None, self._turns.speaker(start))

    def _sentences(self, earlier: Point, start: int) -> int:
        return self._layout.number(start) - self._layout.number(earlier.start)
