"""Results as `bulletin-ner predict` wrote them, JSON or JSONL: what a report needs of each, and what cannot be read."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bulletin_ner.report.stored import STORES, stored_rows
from bulletin_ner.schema import Record

SUFFIXES = (".json", ".jsonl")
_RECORD_FIELDS = tuple(field.name for field in fields(Record))


@dataclass(frozen=True)
class Result:
    """One bulletin: where it was read, its day of publication where it has one, its records, and its measures' labels, a sentence each."""

    source: str
    language: str
    model: str
    reference_date: datetime.date | None
    records: tuple[Record, ...]
    measures: tuple[str, ...]
    warnings: int


@dataclass(frozen=True)
class Unread:
    """A file, line or bulletin that is not in the report, and why."""

    source: str
    reason: str


def read_results(paths: Iterable[Path]) -> Iterator[Result | Unread]:
    """The bulletins of JSON and JSONL files, of all such files in folders, and of stores, in order; a text that comes again is left out.

    A FileNotFoundError names a path that is not there, a ValueError a folder without results, or a file that is no store.
    """
    first: dict[bytes, str] = {}
    for path in paths:
        for file in _files(path):
            for source, row in stored_rows(file) if file.suffix in STORES else _rows(file):
                if isinstance(row, Unread):
                    yield row
                    continue
                try:
                    result = _result(source, row)
                    digest = hashlib.sha256(str(row["text"]).encode("utf-8", "surrogatepass")).digest()
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    yield Unread(source, f"not a result of predict ({_say(error)})")
                    continue
                if digest in first:
                    yield Unread(source, f"the same text as {first[digest]}")
                else:
                    first[digest] = source
                    yield result


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        if not found:
            raise ValueError(f"{path}: the folder holds no {' or '.join(SUFFIXES)} file; write results there with predict --format jsonl")
        return found
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file or folder of results")
    return [path]


def _rows(file: Path) -> Iterator[tuple[str, Any]]:
    """The file's JSON values with their places; an Unread in place of what is no JSON."""
    try:
        if file.suffix == ".jsonl":
            with file.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield f"{file}:{number}", _parse(f"{file}:{number}", line)
            return
        content = _parse(str(file), file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        yield str(file), Unread(str(file), f"cannot be read ({_say(error)})")
        return
    if isinstance(content, list):
        for number, row in enumerate(content, 1):
            yield f"{file}[{number}]", row
    else:
        yield str(file), content


def _parse(source: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return Unread(source, f"not JSON ({error})")


def _result(source: str, row: Mapping[str, Any]) -> Result:
    day = row["reference_date"]
    return Result(
        source=str(row.get("source") or source),
        language=str(row["language"]),
        model=str(row["model"]),
        reference_date=datetime.date.fromisoformat(day[:10]) if day else None,
        records=tuple(Record(**{name: record[name] for name in _RECORD_FIELDS}) for record in row["records"]),
        measures=tuple(str(measure["label"]) for measure in row["measures"]),
        warnings=len(row["warnings"]),
    )


def _say(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no {error}"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)
