"""The output: one Parquet file a shard, a row a bulletin, written so that only whole files ever carry the final name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import pyarrow
import pyarrow.parquet

from bulletin_ner.output import Result
from bulletin_ner.rows import entity_row, measure_row, record_row

_TEXT, _INT, _REAL = pyarrow.string(), pyarrow.int32(), pyarrow.float64()
_TEXTS, _INTS = pyarrow.list_(_TEXT), pyarrow.list_(_INT)

POST = pyarrow.struct({"role": _TEXT, "body": _TEXT, "place": _TEXT, "place_code": _TEXT})
ENTITY = pyarrow.struct(
    {
        "id": _INT,
        "type": _TEXT,
        "text": _TEXT,
        "start": _INT,
        "end": _INT,
        "score": _REAL,
        "value_low": _REAL,
        "value_high": _REAL,
        "date": _TEXT,
        "modifier": _TEXT,
        "unit": _TEXT,
        "indicator": _TEXT,
        "aspect": _TEXT,
        "kind": _TEXT,
        "code": _TEXT,
        "name": _TEXT,
        "level": _TEXT,
        "parents": _TEXTS,
        "candidates": _TEXTS,
        "roles": _TEXTS,
        "posts": pyarrow.list_(POST),
        "person": _INT,
    }
)
MEASURE = pyarrow.struct({"label": _TEXT, "score": _REAL, "start": _INT, "end": _INT, "text": _TEXT})
RECORD = pyarrow.struct(
    {
        "indicator": _TEXT,
        "aspect": _TEXT,
        "value_low": _REAL,
        "value_high": _REAL,
        "modifier": _TEXT,
        "unit": _TEXT,
        "place": _TEXT,
        "place_code": _TEXT,
        "date": _TEXT,
        "disease": _TEXT,
        "origin": _TEXT,
        "entity": _INT,
        "place_entity": _INT,
        "date_entity": _INT,
        "start": _INT,
        "end": _INT,
        "score": _REAL,
    }
)
WARNING = pyarrow.struct({"kind": _TEXT, "message": _TEXT, "records": _INTS})
SCHEMA = pyarrow.schema(
    [
        pyarrow.field("id", _TEXT, nullable=False),
        pyarrow.field("text", _TEXT, nullable=False),
        pyarrow.field("language", _TEXT, nullable=False),
        pyarrow.field("reference_date", _TEXT),
        pyarrow.field("model", _TEXT, nullable=False),
        pyarrow.field("entities", pyarrow.list_(ENTITY), nullable=False),
        pyarrow.field("measures", pyarrow.list_(MEASURE), nullable=False),
        pyarrow.field("records", pyarrow.list_(RECORD), nullable=False),
        pyarrow.field("warnings", pyarrow.list_(WARNING), nullable=False),
    ]
)


def as_table(results: Iterable[Result]) -> pyarrow.Table:
    """A row for each result, of `SCHEMA`: nested columns, so that a query reads only those it names."""
    rows = [
        {
            "id": result.document.id,
            "text": bulletin.text,
            "language": bulletin.language,
            "reference_date": bulletin.reference_date,
            "model": bulletin.model,
            "entities": [entity_row(entity) for entity in bulletin.entities],
            "measures": [measure_row(measure) for measure in bulletin.measures],
            "records": [record_row(record) for record in bulletin.records],
            "warnings": [{"kind": item.kind, "message": item.message, "records": item.records} for item in bulletin.warnings],
        }
        for result in results
        for bulletin in [result.bulletin]
    ]
    return pyarrow.Table.from_pylist(rows, schema=SCHEMA)


def write_whole(filesystem: Any, folder: str, name: str, table: pyarrow.Table) -> None:
    """Write under a hidden name and rename: a kill at any moment leaves no part of a file under ``name``."""
    temporary = f"{folder}/.{name}.tmp"
    with filesystem.open(temporary, "wb") as file:
        pyarrow.parquet.write_table(table, file, compression="zstd")
    filesystem.mv(temporary, f"{folder}/{name}")


def written_names(filesystem: Any, folder: str) -> set[str]:
    """The names of the whole files in the output folder; what a killed run left half written is removed."""
    names = {PurePosixPath(path).name: path for path in filesystem.find(folder, maxdepth=1)} if filesystem.isdir(folder) else {}
    for name, path in names.items():
        if name.startswith(".") and name.endswith(".parquet.tmp"):
            filesystem.rm_file(path)
    return {name for name in names if name.endswith(".parquet") and not name.startswith(".")}
