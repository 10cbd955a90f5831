"""The scores as a table to read in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def format_scores(scores: Mapping[str, Any]) -> str:
    """A readable table of what `evaluate_readings` gives, with peers and a comparison where they are in it."""
    named = f"{scores['model']} ({scores['version']})"
    lines = [f"{named}: {scores['documents']} documents, {scores['characters']} characters"]
    if scores["resamples"]:
        lines.append(f"in brackets: 95 % intervals, {scores['resamples']} bootstrap resamples of the documents")
    lines += ["", f"{'entities':24}{'precision':>10}{'recall':>10}{'F1':>8}{'':17}{'n':>7}{'relaxed F1':>12}"]
    for name, row in scores["entities"].items():
        lines.append(f"{_scored(name, row)}{scores['relaxed'][name]['f1']:12.3f}")
    lines += ["", f"{'measures':24}{'precision':>10}{'recall':>10}{'F1':>8}{'':17}{'n':>7}"]
    lines += [_scored(name, row) for name, row in scores["measures"].items()]
    lines += ["", f"{'values (found spans)':24}{'accuracy':>10}{'':17}{'n':>7}"]
    lines += [_accurate(name, row) for name, row in scores["values"].items()]
    if scores["records"]["place link"]["support"]:
        lines += ["", f"{'records':24}{'precision':>10}{'recall':>10}{'F1':>8}{'':17}{'n':>7}"]
        lines += [_scored(name, scores["records"][name]) for name in ("records", "zeros")]
        lines += [_accurate(name, scores["records"][name]) for name in ("place link", "date link")]
    for key, groups in scores["groups"].items():
        lines += ["", f"{key:24}{'entities F1':>12}{'':17}{'relaxed':>9}{'measures F1':>13}{'':17}{'records':>9}{'documents':>11}"]
        lines += [_group(name, group) for name, group in groups.items()]
    lines += ["", f"{'calibration':24}{'mean score':>12}{'right':>8}{'ECE':>8}{'n':>8}"]
    rows = {name: row for name, row in scores["calibration"].items() if name != "types"} | scores["calibration"]["types"]
    lines += [f"{name:24}{row['mean_score']:12.3f}{row['accuracy']:8.3f}{row['ece']:8.3f}{row['n']:8}" for name, row in rows.items()]
    return "\n".join([*lines, *_compared(scores), *_peers(scores)])


def _scored(name: str, row: Mapping[str, Any]) -> str:
    return f"{name:24}{row['precision']:10.3f}{row['recall']:10.3f}{row['f1']:8.3f}{interval(row):17}{row['support']:7}"


def _accurate(name: str, row: Mapping[str, Any]) -> str:
    return f"{name:24}{row['accuracy']:10.3f}{interval(row):17}{row['support']:7}"


def _group(name: str, group: Mapping[str, Any]) -> str:
    entities, measures, records = group["entities"]["all"], group["measures"]["micro"], group["records"]["records"]
    known = f"{records['f1']:9.3f}" if group["records"]["place link"]["support"] else f"{'':9}"
    return (
        f"{name:24}{entities['f1']:12.3f}{interval(entities):17}{group['relaxed']['all']['f1']:9.3f}"
        f"{measures['f1']:13.3f}{interval(measures):17}{known}{group['documents']:11}"
    )


def interval(row: Mapping[str, Any]) -> str:
    bounds = row.get("interval")
    return f" ({bounds[0]:.3f}-{bounds[1]:.3f})" if bounds else ""


def _compared(scores: Mapping[str, Any]) -> list[str]:
    if "comparison" not in scores:
        return []
    lines = ["", f"{scores['comparison']['model']} minus {scores['model']}"]
    for section, rows in scores["comparison"]["differences"].items():
        for name, row in rows.items():
            bounds = row["interval"]
            told = f" ({bounds[0]:+.3f} to {bounds[1]:+.3f})" if bounds else ""
            sure = " *" if bounds and (bounds[0] > 0 or bounds[1] < 0) else ""
            lines.append(f"{section + ' ' + name:34}{row['difference']:+8.3f}{told}{sure}")
    return [*lines, "* the interval does not hold 0"]


def _peers(scores: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for peer in scores.get("peers", []):
        lines += ["", f"{peer['name']}, {', '.join(peer['languages'])}, {peer['documents']} documents; {peer['mapping']}"]
        lines.append(f"{'':24}{'strict F1':>10}{'relaxed F1':>12}{'this model, strict':>20}{'relaxed':>9}{'n':>7}")
        for name, row in peer["strict"].items():
            own = f"{peer['own']['strict'][name]['f1']:20.3f}{peer['own']['relaxed'][name]['f1']:9.3f}"
            lines.append(f"{name:24}{row['f1']:10.3f}{peer['relaxed'][name]['f1']:12.3f}{own}{row['support']:7}")
    return lines
