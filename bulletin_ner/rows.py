"""Bulletins as flat rows: the columns that Parquet files and the store share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bulletin_ner.schema import Entity, Measure, Record

Row = Mapping[str, Any]


def entity_row(entity: Entity) -> Row:
    """The entity's fields, its value split by kind: ``value_low`` and ``value_high`` of a COUNT (equal where it is one number), ``date``
    of a DATE (ISO 8601 text); None where it has none."""
    row = asdict(entity)
    value = row.pop("value")
    low, high = _bounds(None if isinstance(value, str) else value)
    return row | {"value_low": low, "value_high": high, "date": value if isinstance(value, str) else None}


def measure_row(measure: Measure) -> Row:
    return asdict(measure)


def record_row(record: Record) -> Row:
    """The record's fields, its value as ``value_low`` and ``value_high`` (equal where it is one number)."""
    row = asdict(record)
    low, high = _bounds(row.pop("value"))
    return row | {"value_low": low, "value_high": high}


def _bounds(value: float | list[float] | None) -> tuple[float | None, float | None]:
    if value is None:
        return None, None
    low, high = value if isinstance(value, list) else (value, value)
    return float(low), float(high)
