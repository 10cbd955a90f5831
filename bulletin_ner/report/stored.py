"""The bulletins of a store, in the shape of predict's JSON, as far as a report needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bulletin_ner.store import DUCKDB_SUFFIXES, SQLITE_SUFFIXES, Store

STORES = (*SQLITE_SUFFIXES, *DUCKDB_SUFFIXES)
_RECORD = (
    "indicator aspect value_low value_high modifier unit place place_code date disease origin entity place_entity date_entity"
    " start_offset end_offset score"
).split()


def stored_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each document's place and row. A StoreError (a ValueError) says where the file is no store."""
    with Store(path) as store:
        records, measures = defaultdict(list), defaultdict(list)
        for document, *values in store.query(f"SELECT document, {', '.join(_RECORD)} FROM records ORDER BY document, id"):
            records[document].append(_record(dict(zip(_RECORD, values, strict=True))))
        for document, label in store.query("SELECT document, label FROM measures ORDER BY document, id"):
            measures[document].append({"label": label})
        warnings = dict(store.query("SELECT document, count(*) FROM warnings GROUP BY document"))
        sources = dict(store.query("SELECT document, min(source) FROM sources GROUP BY document"))
        columns = "document, language, reference_date, model, text"
        for document, language, day, model, text in store.query(f"SELECT {columns} FROM documents ORDER BY document"):
            head = {
                "text": text,
                "language": language,
                "reference_date": day,
                "model": model,
                "warnings": [None] * warnings.get(document, 0),
            }
            yield f"{path}: {sources[document]}", head | {"records": records[document], "measures": measures[document]}


def _record(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row.pop("value_low"), row.pop("value_high")
    start, end = row.pop("start_offset"), row.pop("end_offset")
    return row | {"value": low if low == high else [low, high], "start": start, "end": end}
