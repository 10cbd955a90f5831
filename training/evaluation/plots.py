"""Plots of an evaluation as SVG text, drawn by matplotlib (extra 'report')."""

from __future__ import annotations

import io
import itertools
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, precision_recall_curve

from bulletin_ner.labels import LabelInventory
from training.evaluation.readings import Reading
from training.evaluation.reliability import entity_scores, measure_scores

# Text stays text, so that a browser finds a font for labels in any script; the salt makes equal plots equal files.
_STYLE = {"svg.fonttype": "none", "svg.hashsalt": "bulletin_ner", "font.size": 9, "font.family": "sans-serif"}
_LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))  # types are told apart without their colours too


def confusion_plot(confusion: Mapping[str, Any]) -> str:
    """Gold types in rows, found types in columns, with what is spurious and what was missed."""
    types = confusion["types"]
    size = 2 + 0.45 * len(types)
    figure = Figure(figsize=(size + 1, size), layout="constrained")
    axes = figure.add_subplot()
    matrix = np.array(confusion["matrix"])
    ConfusionMatrixDisplay(matrix).plot(ax=axes, colorbar=False, cmap="Blues", values_format="d")
    axes.set_xticks(range(len(types) + 1), [*types, "missed"], rotation=90)
    axes.set_yticks(range(len(types) + 1), [*types, "spurious"])
    axes.set(xlabel="found", ylabel="annotated")
    return _svg(figure)


def calibration_plot(calibration: Mapping[str, Any]) -> str:
    """The share that was right against the score, for entities and for measures given, with how many scores lie where."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for place, name in enumerate(("entities", "measures"), 1):
        axes = figure.add_subplot(1, 2, place)
        row = calibration[name]
        axes.plot([0, 1], [0, 1], color="#999", linewidth=1, linestyle="--")
        if row["bins"]:
            scores, right, counts = (np.array([bin[key] for bin in row["bins"]]) for key in ("score", "right", "n"))
            axes.bar([bin["from"] + 0.05 for bin in row["bins"]], counts / counts.sum(), width=0.09, color="#d8e4f0")
            axes.plot(scores, right, marker="o", color="#08519c")
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="score", ylabel="share right; bars: share of scores")
        axes.set_title(f"{name} given: n {row['n']}, expected calibration error {row['ece']:.3f}", fontsize=9)
    return _svg(figure)


def precision_recall_plot(readings: Sequence[Reading], labels: LabelInventory) -> str:
    """What would be right and what would be found, were everything below some score left out."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.add_subplot(1, 2, 1)
    for name, line in zip(labels.entity_types, itertools.cycle(_LINES), strict=False):
        gold = sum(entity.type == name for reading in readings for entity in reading.document.entities)
        scores, right = entity_scores(readings, name)
        if gold and len(scores):
            recall, precision = _entity_curve(scores, right, gold)
            axes.step(recall, precision, where="post", label=name, linestyle=line)
    axes.set_title("entities, strict, by score", fontsize=9)
    second = figure.add_subplot(1, 2, 2)
    scores, right = measure_scores(readings, labels, given=False)
    if right.any():
        precision, recall, _ = precision_recall_curve(right, scores)
        second.step(recall, precision, where="post", label="all measures")
    second.set_title("measures, all decisions by probability", fontsize=9)
    for part in (axes, second):
        part.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
        if part.get_legend_handles_labels()[0]:
            part.legend(fontsize=7, loc="lower left")
    return _svg(figure)


def _entity_curve(scores: np.ndarray, right: np.ndarray, gold: int) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision; gold spans that were not found at any score lie below every threshold, and so off the curve."""
    missed = gold - int(right.sum())
    truth = np.concatenate([right, np.ones(missed, bool)])
    if not truth.any():
        return np.zeros(1), np.zeros(1)
    precision, recall, thresholds = precision_recall_curve(truth, np.concatenate([scores, np.full(missed, -1.0)]))
    kept = np.append(thresholds >= 0, True)
    return recall[kept], precision[kept]


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the browser has it
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
