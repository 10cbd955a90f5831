"""The plots of a report, as SVG: Vega-Lite specifications, drawn by vl-convert without a browser or a network.

Lines differ by colour, point and dash; cells hold their number: nothing is told by colour alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from bulletin_ner.html_page import fit
from bulletin_ner.report.tables import Point, ProvinceSum, Week

# Okabe and Ito's colours, told apart by colour-blind readers; grey in place of their yellow, which is faint on white.
_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#7f7f7f"]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [10, 4], [1, 3], [6, 2, 1, 2, 1, 2]]
MOST_LINES = len(_COLOURS)
_FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_STYLE = {
    "background": "white",
    "font": _FONT,
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 260, "gridColor": "#e3e7eb"},
    "legend": {"labelFontSize": 12, "labelLimit": 205, "symbolSize": 90, "orient": "bottom", "columns": 3},
    "view": {"stroke": "#c9d0d8"},
}
_WIDTH = 640
_DAY_MS = 86_400_000


def lines(points: Sequence[Point], names: Mapping[Point, str], order: Sequence[str]) -> str:
    """Values over days, a line each for the names in ``order`` (at most MOST_LINES)."""
    days = sorted({point.day for point in points})
    step = -(-len(days) // 8)
    series = {"field": "place", "type": "nominal", "sort": list(order), "title": None}
    count = len(order)
    return _draw(
        [{"day": _milliseconds(point.day), "value": point.value, "place": names[point]} for point in points],
        {
            "width": _WIDTH,
            "height": 260,
            "mark": {"type": "line", "point": {"filled": True, "size": 55}, "strokeWidth": 2},
            "encoding": {
                "x": {
                    "field": "day",
                    "type": "temporal",
                    "title": None,
                    "scale": {"type": "utc", "domain": [_milliseconds(days[0]) - _DAY_MS / 2, _milliseconds(days[-1]) + _DAY_MS / 2]},
                    "axis": {"format": "%Y-%m-%d", "values": [_milliseconds(day) for day in days[::step]], "labelOverlap": "greedy"},
                },
                "y": _figures([point.value for point in points]),
                "color": series | {"scale": {"domain": list(order), "range": _COLOURS[:count]}},
                "shape": series | {"scale": {"domain": list(order), "range": _SHAPES[:count]}},
                "strokeDash": series | {"scale": {"domain": list(order), "range": _DASHES[:count]}},
            },
        },
    )


def bars(sums: Sequence[ProvinceSum]) -> str:
    """A bar for each province, the longest first, with its number."""
    place = {"field": "province", "type": "nominal", "sort": None, "title": None}
    value = _figures([row.value for row in sums])
    return _draw(
        [{"province": row.province, "value": row.value} for row in sums],
        {
            "width": _WIDTH,
            "height": {"step": 22},
            "encoding": {"y": place, "x": value},
            "layer": [
                {"mark": {"type": "bar", "color": _COLOURS[0]}},
                {
                    "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12},
                    "encoding": {"text": {"field": "value", "type": "quantitative", "format": ",~r"}},
                },
            ],
        },
    )


def grid(weeks: Sequence[Week], labels: Sequence[str]) -> str:
    """A cell for each week and measure, with the number of bulletins that report it."""
    rows = [{"week": week.name, "measure": label, "bulletins": week.measures[label]} for week in weeks for label in labels]
    most = max((week.measures[label] for week in weeks for label in labels), default=0)
    return _draw(
        rows,
        {
            "width": {"step": 44},
            "height": {"step": 22},
            "encoding": {
                "x": {"field": "week", "type": "ordinal", "title": None, "axis": {"orient": "top", "labelAngle": -45}},
                "y": {"field": "measure", "type": "nominal", "sort": list(labels), "title": None},
            },
            "layer": [
                {
                    "mark": {"type": "rect", "stroke": "white"},
                    "encoding": {
                        "color": {
                            "field": "bulletins",
                            "type": "quantitative",
                            "scale": {"range": ["#f3f7fb", "#08519c"], "domain": [0, max(most, 1)]},
                            "legend": None,
                        }
                    },
                },
                {
                    "mark": {"type": "text", "fontSize": 12},
                    "encoding": {
                        "text": {"condition": {"test": "datum.bulletins > 0", "field": "bulletins"}, "value": ""},
                        "color": {"condition": {"test": f"datum.bulletins > {0.5 * most}", "value": "white"}, "value": "black"},
                    },
                },
            ],
        },
    )


def _figures(values: Sequence[float]) -> Mapping[str, Any]:
    """The channel of the figures: no ticks between whole numbers, and room to the right of a zero."""
    most = max(1, *values)
    axis = {"format": ",~r", "tickCount": int(min(7, most))}
    return {"field": "value", "type": "quantitative", "title": None, "axis": axis} | ({} if any(values) else {"scale": {"domainMax": most}})


def _draw(rows: Sequence[Mapping[str, Any]], specification: Mapping[str, Any]) -> str:
    try:
        import vl_convert
    except ImportError as error:
        raise ImportError("a report needs the extra 'report': pip install 'bulletin-ner[report]'") from error
    whole = _drawable({"config": _STYLE, "data": {"values": list(rows)}, **specification})
    return vl_convert.vegalite_to_svg(whole, vl_version="5.20", allowed_base_urls=[])


def _drawable(part: Any) -> Any:
    """The same with its texts as a page shows them: a control character in a long name aborts the process in the drawing library."""
    if isinstance(part, str):
        return fit(part)
    if isinstance(part, Mapping):
        return {name: _drawable(value) for name, value in part.items()}
    return [_drawable(value) for value in part] if isinstance(part, (list, tuple)) else part


def _milliseconds(day: datetime.date) -> int:
    return (day - datetime.date(1970, 1, 1)).days * _DAY_MS
