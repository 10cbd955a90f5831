"""The tables of a report as CSV files, with every row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from bulletin_ner.describe import plain, spreadsheet_cell
from bulletin_ner.report.tables import Tables
from bulletin_ner.schema import Record

_TOPIC = ("disease", "indicator", "aspect")
_RECORD = tuple(field.name for field in fields(Record))


def write_tables(tables: Tables, folder: Path) -> None:
    """Write figures.csv, provinces.csv, measures.csv, unused.csv and unread.csv into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = sorted({label for week in tables.weeks for label in week.measures})
    _write(
        folder / "figures.csv",
        (*_TOPIC, "place", "code", "origin", "day", "value", "modifier", "also_told", "source"),
        (
            (*p.topic, p.place, p.code, p.origin, p.day, plain(p.value), p.modifier, tuple(map(plain, p.others)), p.source)
            for p in tables.points
        ),
    )
    _write(
        folder / "provinces.csv",
        (*_TOPIC, "province", "value", "days"),
        ((*row.topic, row.province, plain(row.value), row.days) for row in tables.provinces),
    )
    _write(
        folder / "measures.csv",
        ("week", "bulletins", *labels),
        ((week.name, week.bulletins, *(week.measures[label] for label in labels)) for week in tables.weeks),
    )
    _write(folder / "unused.csv", ("source", "reason", *_RECORD), ((u.source, u.reason, *astuple(u.record)) for u in tables.unused))
    _write(folder / "unread.csv", ("source", "reason"), ((item.source, item.reason) for item in (*tables.unread, *tables.undated)))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([spreadsheet_cell(cell) for cell in row] for row in rows)
