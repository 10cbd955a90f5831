"""Which date a figure holds for: one of its sentence, else that of the account it belongs to, else the document's own."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence

from bulletin_ner.normalisation.accounts import Accounts, is_total
from bulletin_ner.normalisation.date_roles import HEAD, DateRoles
from bulletin_ner.normalisation.layout import CLAUSE, Layout, Point
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.turns import Turns
from bulletin_ner.schema import Entity

_ON = re.compile(r"[^,;.，；。]{0,40}?\b(?:in|on|at|during|for|since)\s+(?:the same period )?(?:the )?", re.I)
# What is done over and over, or could be, holds for no date.
_RATE = re.compile(
    r"能力|日(?:均|最大|可|检|檢|打)|[单單每][日天](?!新增)|每[周週月晚]|一[天日]能|能[测測采採检檢收]|可[住达達收容测測]|[/／]日"
    r"|\bcapacity\b|\b(?:a|per|each|every) (?:day|week|month)\b|\bdaily\b",
    re.I,
)
_MEAN = re.compile(r"日均|\bdaily average\b|\bon average\b", re.I)
_THRESHOLD = re.compile(r"(?:及)?以上|\bor more\b", re.I)
_AT_ONCE = re.compile(r"\s*(?:的|[（(]|峰值|最高的?|[还還][是有]|['’]s)?\s*")
_LISTED = re.compile(r"\bcumulative(?:ly)? since\b", re.I)
_BELOW = 1000  # characters below a title in which its figure is told again
_NEAR = 2  # sentences back to an 截至 date that still holds for a total among figures of a day

_Figure = tuple[str, str, str]


class DateLinker:
    """Works through the points in order; what an earlier one was linked to is what a later one falls back on."""

    def __init__(self, layout: Layout, entities: Iterable[Entity], latest: datetime.date | None) -> None:
        """``latest``: the day the document was published, where known; a later date tells no figure but a planned one."""
        self.layout = layout
        self.text = layout.text
        entities = list(entities)
        self.figures = Mentions(entity for entity in entities if entity.type == "COUNT")
        self._by_id = {entity.id: entity for entity in self.figures}
        self._told: dict[_Figure, int] = {}  # by figure, the last date that its own sentence told
        self.roles = DateRoles(layout, (entity for entity in entities if entity.type == "DATE"), self.figures, latest)
        self.accounts = Accounts(layout, Turns(self.text, layout.lines, entities), self.roles)

    def date(self, point: Point, threshold: bool) -> int | None:
        """``threshold``: what `threshold` says of the point."""
        found = self._date(point, threshold)
        self.accounts.add(point, found)
        figure = self._figure(point.key)
        if figure is not None and found is not None and found not in self.roles.asides and self._is_own(point, self.roles.by_id[found]):
            self._told[figure] = found
        return found

    def _date(self, point: Point, threshold: bool) -> int | None:
        roles = self.roles
        start, end = self.layout.reach(point)
        total = is_total(point)
        days = roles.dates if point.aspect == "planned" else roles.past
        after = (roles.days if point.aspect == "planned" else roles.told_days).first(point.end)
        if after is not None and after.start < end:
            told_after = _ON.fullmatch(self.text[point.end : after.start])
            if told_after and not self.figures.begun(point.end, after.start):
                roles.passing.add(after.id)
                return after.id
        if threshold or (self._is_rate(point) and not (point.aspect == "planned" and days.within(start, point.start))):
            return None
        beside = roles.days.last(point.start)
        if beside is not None and beside.start >= start and _AT_ONCE.fullmatch(self.text, beside.end, point.start):
            return beside.id
        before = self._governing(days.within(start, point.start), start, point.start, total)
        closing = roles.closing.within(start, point.start)
        if total and closing:
            return closing[-1].id
        if point.aspect == "current" and not _LISTED.search(self.text[start : point.start]):
            before = [date for date in before if date.id not in roles.since]
        if before:
            near = roles.closing.last(start)
            if total and near is not None and self.layout.number(start) - self.layout.number(near.start) <= _NEAR and self._new_told(start):
                return near.id
            opening = [date for date in before if date.id not in roles.closing_ids]
            return (opening[-1] if opening and not total else before[-1]).id
        following = days.first(point.end)
        if following is not None and following.id in roles.since and not self.text[point.end : following.start].strip("，, "):
            return following.id
        if following is not None and following.end <= self.layout.clause(point)[1]:
            return following.id
        if next(self.accounts.since(start), None) is None and (told := self._repeated(point)) is not None:
            return told
        within = self.accounts.of_sentence(point, start)
        if within is not None and not (point.aspect == "current" and within in roles.since):
            return within
        return None if point.aspect == "planned" else self._date_around(point, start)

    def _governing(self, dates: Sequence[Entity], start: int, end: int, total: bool) -> Sequence[Entity]:
        """Those of the dates told from ``start`` on that still hold at ``end``. Past a semicolon one that is told in passing does not,
        nor, for what a day brought, any where one opens the sentence."""
        part = max(self.text.rfind(mark, start, end) for mark in ("；", "; "))
        if part < 0 or not dates or dates[-1].start > part:
            return dates
        opening = {date.id for date in dates if self.roles.opens(date)}
        if opening and not total:
            return [date for date in dates if date.id in opening]
        return [date for date in dates if date.id in opening or self._tells(date, part)]

    def _tells(self, date: Entity, end: int) -> bool:
        """Whether a figure stands in the date's clause, or the clause is nothing but the date."""
        clause = CLAUSE.search(self.text, date.end, end + 1)
        close = clause.start() if clause else end
        return not self.text[date.end : close].strip(") ）") or bool(self.figures.begun(date.end, close))

    def _carries(self, date: Entity, start: int) -> bool:
        """Whether a date of an earlier sentence still holds at ``start``: it opened its sentence or told a figure."""
        return self.roles.opens(date) or self._tells(date, start)

    def _repeated(self, point: Point) -> int | None:
        """What the same figure took before ("of our 156")."""
        figure = self._figure(point.key)
        return self._told.get(figure) if figure is not None else None

    def _figure(self, key: int) -> _Figure | None:
        """Indicator, aspect and value of a COUNT; None where they would not tell it from others."""
        entity = self._telling(key)
        return (str(entity.indicator), str(entity.aspect), str(entity.value)) if entity else None

    def _telling(self, key: int) -> Entity | None:
        """The COUNT, where its value is a number above one."""
        entity = self._by_id.get(key)
        return entity if entity is not None and isinstance(entity.value, int | float) and entity.value > 1 else None

    def _told_below(self, point: Point) -> int | None:
        """For a figure of a title, the date that governs the same number below, where it is told in full."""
        title = self._telling(point.key)
        if title is None:
            return None
        for figure in self.figures.begun(point.end, point.end + _BELOW):
            start, end = self.layout.sentences[self.layout.number(figure.start)]
            if start <= point.start or figure.value != title.value:
                continue
            if before := self.roles.past.within(start, figure.start):
                return before[-1 if is_total(point) else 0].id
            after = self.roles.past.first(figure.end)
            if after is not None and after.end <= end:
                return after.id
        return None

    def _is_own(self, point: Point, date: Entity) -> bool:
        """Whether a date stands in the point's own sentence, and that is not the title."""
        start, end = self.layout.reach(point)
        return start <= date.start < end and self.layout.number(start) > 0

    def _is_rate(self, point: Point) -> bool:
        """Whether a figure is a daily mean or, of no aspect, a capacity or a rate."""
        start, end = self.layout.clause(point)
        rates = _RATE if point.aspect in ("unspecified", "planned") else _MEAN
        return bool(rates.search(self.text[start:end]))

    def threshold(self, point: Point) -> bool:
        """Whether a figure only says from how many on something is done."""
        if point.aspect != "unspecified":
            return False
        start, end = self.layout.reach(point)
        return any(
            _THRESHOLD.search(figure.text) and figure.indicator is not None and figure.aspect == "unspecified"
            for figure in self.figures.within(start, end)
        )

    def _new_told(self, start: int) -> bool:
        return any(point.aspect == "new" for point, _ in self.accounts.since(start))

    def _date_around(self, point: Point, start: int) -> int | None:
        """For a sentence without a date: what the line told of figures, a total's last closing date, the date of the main
        account, or for a title the one after."""
        accounts, total = self.accounts, is_total(point)
        if (found := accounts.of_line(point, start)) is not None:
            return found
        earlier = self.roles.lasting.last(start)
        if earlier is not None and earlier.start >= self.layout.lines.start(start) and self._carries(earlier, start):
            return earlier.id
        if total and (found := accounts.closing(start)) is not None:
            return found
        if (found := accounts.main(point, start)) is not None:
            return found
        if (told := self._told_below(point)) is not None:
            return told
        fitting = self.roles.closing if total else self.roles.opening
        for later in (fitting.first(point.end), self.roles.past.first(point.end)):
            if later is not None and self.layout.number(later.start) - self.layout.number(point.start) <= HEAD:
                return later.id
        return None
