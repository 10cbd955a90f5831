"""The evaluation as one HTML page that needs nothing else: tables, plots and an error browser (extra 'report')."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bulletin_ner.html_page import fit, policy, style
from bulletin_ner.labels import LabelInventory
from training.evaluation.plots import calibration_plot, confusion_plot, precision_recall_plot
from training.evaluation.readings import Reading

PAGE = "index.html"


def write_report(scores: Mapping[str, Any], readings: Sequence[Reading], labels: LabelInventory, folder: Path) -> Path:
    """Write ``folder/index.html``; returns its path.

    The template escapes all that it fills in. Plots are images, in which a browser runs nothing, and the page forbids scripts. Style and
    policy are those of every page.
    """
    plots = {
        "confusion": confusion_plot(scores["confusion"]),
        "curves": precision_recall_plot(readings, labels),
        "calibration": calibration_plot(scores["calibration"]),
    }
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: fit(value) if type(value) is str else value,  # what is markup already stays
    )
    page = environment.get_template("report.html").render(
        scores=scores,
        plots={name: _source(svg) for name, svg in plots.items()},
        errors=_by_kind(scores["errors"]),
        languages={reading.document.id: reading.document.language for reading in readings},
        style=style(),
        policy=policy(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    path.write_text(page, encoding="utf-8")
    return path


def _source(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _by_kind(errors: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, dict[str, list[Mapping[str, Any]]]]:
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for what, rows in errors.items():
        for row in rows:
            found.setdefault(what, {}).setdefault(f"{row['kind']}", []).append(row)
    return found
