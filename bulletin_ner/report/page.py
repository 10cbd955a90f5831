"""One self-contained page of a report: plots, the tables behind them, and what was left out."""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element

from bulletin_ner.describe import figure, plain
from bulletin_ner.html_page import node, page, table
from bulletin_ner.report.plots import MOST_LINES, bars, grid, lines
from bulletin_ner.report.tables import Point, ProvinceSum, Tables, Topic, Week

_MOST_PLOTS = 12
_MOST_ROWS = 500
_ASPECTS = ("new", "cumulative", "current", "unspecified", "planned")


def report_page(tables: Tables, whole: str) -> str:
    """``whole``: where rows are that have no room in the page."""
    return page(
        "Report on bulletins",
        node("h1", None, "Report on bulletins"),
        *_summary(tables),
        node("h2", {"id": "figures"}, "Figures over time, by place"),
        *_figures(tables, whole),
        node("h2", {"id": "provinces"}, "New figures by province"),
        *_provinces(tables, whole),
        node("h2", {"id": "measures"}, "Measures by week"),
        *_measures(tables, whole),
        node("h2", {"id": "left-out"}, "What is left out, and why"),
        *_left_out(tables, whole),
    )


def _summary(tables: Tables) -> Iterator[Element]:
    languages = Counter(result.language for result in tables.results)
    models = sorted({result.model for result in tables.results})
    warnings = sum(result.warnings for result in tables.results)
    records = sum(len(result.records) for result in tables.results)
    days = sorted(point.day for point in tables.points)
    facts = [
        ("bulletins", f"{len(tables.results)} ({', '.join(f'{name} {count}' for name, count in sorted(languages.items()))})"),
        ("records", f"{records}, of which {len(tables.unused)} are in no plot; {len(tables.points)} daily figures"),
        ("days of the figures", f"{days[0]} to {days[-1]}" if days else "none"),
        ("warnings in the bulletins", str(warnings)),
        ("files, lines and copies not in the report", str(len(tables.unread))),
        ("read by", ", ".join(models) or "no model"),
    ]
    yield node("table", {"class": "summary"}, *(node("tr", None, node("th", {"scope": "row"}, a), node("td", None, b)) for a, b in facts))
    links = [("figures", "Figures"), ("provinces", "Provinces"), ("measures", "Measures"), ("left-out", "Left out")]
    items = [node("li", None, node("a", {"href": f"#{id}"}, text)) for id, text in links]
    yield node("nav", {"aria-label": "Sections"}, node("ul", {"class": "legend"}, *items))


def _figures(tables: Tables, whole: str) -> Iterator[Element]:
    topics = {topic: list(points) for topic, points in groupby(tables.points, key=lambda point: point.topic)}
    ranked = sorted(topics, key=lambda topic: (-len(topics[topic]), _ASPECTS.index(topic.aspect), topic))
    if not ranked:
        yield _note("No record has a number, a place and a day.")
    for number, topic in enumerate(ranked):
        points = topics[topic]
        yield node("h3", None, str(topic))
        if number < _MOST_PLOTS:
            yield _plotted(topic, points)
        elif number == _MOST_PLOTS:
            yield _note(f"The {_MOST_PLOTS} kinds of figures with the most days are drawn; this one and those below are in tables only.")
        columns = ("place", "code", "origin", "day", "value", "also told", "source")
        yield _folded(_table_of(len(points), "daily figure"), columns, points, _point_row, whole)


def _plotted(topic: Topic, points: Sequence[Point]) -> Element:
    series: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in points:
        series[point.code or point.place, point.origin].append(point)
    largest = sorted(series.values(), key=lambda own: (-len(own), -max(point.value for point in own), own[0].place))
    shown = largest[:MOST_LINES]
    names: dict[Point, str] = {}
    order = []
    for own in shown:
        name = own[-1].place + (f" ({own[0].origin})" if own[0].origin else "")
        # Two places of one name and different codes are two lines.
        name = name if name not in order else f"{name} {own[0].code}".rstrip()
        order.append(name)
        names |= dict.fromkeys(own, name)
    svg = lines([point for own in shown for point in own], names, order)
    left = f" The {len(series) - len(shown)} other places are in the table." if len(series) > len(shown) else ""
    described = f"Line plot of {topic} by day for {', '.join(order)}; the table below has its numbers."
    return _figure(svg, described, f"{topic}, by day; the {len(shown)} places with the most days.{left}" if left else "")


def _point_row(point: Point) -> Element:
    return _row(
        [point.place, point.code, point.origin, _unbroken(point.day.isoformat())],
        [figure(plain(point.value), point.modifier), ", ".join(map(plain, point.others))],
        [point.source],
    )


def _provinces(tables: Tables, whole: str) -> Iterator[Element]:
    yield _note(
        "New figures are added over days, and on each day over places that do not lie in each other: where a province has a figure "
        f"of its own, those of its cities and counties are not added to it. Left out of these sums: {tables.uncoded} daily figures of "
        "places without a code."
    )
    for number, (topic, rows) in enumerate(groupby(tables.provinces, key=lambda row: row.topic)):
        sums = list(rows)
        yield node("h3", None, str(topic))
        if number < _MOST_PLOTS:
            yield _figure(bars(sums), f"Bars of {topic} by province; the table below has their numbers.", "")
        elif number == _MOST_PLOTS:
            yield _note(f"The first {_MOST_PLOTS} kinds of figures are drawn; this one and those below are in tables only.")
        yield _folded(_table_of(len(sums), "province"), ("province", "value", "days with figures"), sums, _sum_row, whole)


def _sum_row(row: ProvinceSum) -> Element:
    return _row([row.province], [plain(row.value), str(row.days)], [])


def _measures(tables: Tables, whole: str) -> Iterator[Element]:
    totals = Counter(label for week in tables.weeks for label in week.measures.elements())
    labels = [label for label, _ in totals.most_common()]
    told = "Bulletins that report a measure, by the week in which they were published."
    if tables.dated_by_records:
        told += f" {tables.dated_by_records} without a reference date are in the week of their latest figure."
    yield _note(told)
    if labels:
        yield _figure(grid(tables.weeks, labels), "Bulletins by week and measure; the table below has the numbers.", "")
        yield _folded(
            _table_of(len(tables.weeks), "week"), ("week", "bulletins", *labels), tables.weeks, lambda week: _week_row(week, labels), whole
        )


def _week_row(week: Week, labels: Sequence[str]) -> Element:
    return _row([_unbroken(week.name)], [str(week.bulletins), *(str(week.measures[label]) for label in labels)], [])


def _left_out(tables: Tables, whole: str) -> Iterator[Element]:
    reasons = Counter(item.reason for item in tables.unused)
    counted = [_row([reason], [str(count)], []) for reason, count in reasons.most_common()]
    if counted:
        yield table("Records in no plot", ("records in no plot, because", "records"), counted)
        columns = ("source", "indicator", "aspect", "place", "date", "why", "value")
        yield _folded(
            _table_of(len(tables.unused), "record") + " in no plot",
            columns,
            tables.unused,
            lambda item: _row(
                [item.source, item.record.indicator, item.record.aspect, item.record.place or "", item.record.date or "", item.reason],
                [figure(item.record.value, item.record.modifier)],
                [],
            ),
            whole,
        )
    for what, items in (("not read, or copies", tables.unread), ("bulletins in no week", tables.undated)):
        if items:
            rows = [_row([item.source, item.reason], [], []) for item in items[:_MOST_ROWS]]
            yield node("h3", None, f"{len(items)} {what}")
            yield table(what, ("source", "why"), rows)
            yield from _more(len(items), whole)
    if not counted and not tables.unread and not tables.undated:
        yield _note("Nothing.")


def _figure(svg: str, described: str, caption: str) -> Element:
    source = "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
    image = node("img", {"src": source, "alt": described})
    return node("figure", {"tabindex": "0"}, image, *([node("figcaption", None, caption)] if caption else []))


def _folded(name: str, columns: Sequence[str], items: Sequence[object], row: Callable[..., Element], whole: str) -> Element:
    content = table(name, columns, [row(item) for item in items[:_MOST_ROWS]])
    return node("details", None, node("summary", None, name), content, *_more(len(items), whole))


def _more(count: int, whole: str) -> Iterator[Element]:
    if count > _MOST_ROWS:
        yield _note(f"The first {_MOST_ROWS} of {count} rows; {whole}.")


def _table_of(count: int, what: str) -> str:
    return f"Table of {count} {what}" + ("s" if count != 1 else "")


def _unbroken(text: str) -> Element:
    """A cell whose text stays on one line: a day, a week."""
    return node("td", {"class": "whole"}, text)


def _row(before: Iterable[Element | str], numbers: Iterable[str], after: Iterable[str]) -> Element:
    cells = [node("td", None, cell) if isinstance(cell, str) else cell for cell in before]
    cells += [node("td", {"class": "number"}, text) for text in numbers]
    return node("tr", None, *cells, *(node("td", None, text) for text in after))


def _note(text: str) -> Element:
    return node("p", {"class": "note"}, text)
