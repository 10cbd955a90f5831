"""Rows of JSONL, CSV, TSV and Parquet, one at a time: the text, its id and its date by column."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from bulletin_ner.intake.document import Fault, InputError, Options
from bulletin_ner.intake.encodings import codecs_of, detect, refuse_other_files
from bulletin_ner.intake.publication import parse_day

TABLE_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
_SAMPLE = 1 << 18
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r"))
_MOST_CONTROLS = 0.02  # of all bytes: compressed and random ones have 0.1, texts with a damaged row among them next to none
_ID, _DATE, _URL = "id", "reference_date", "url"


@dataclass(frozen=True)
class Row:
    """One text of a table; ``day`` and ``url`` are None where the table has none."""

    id: str
    text: str
    day: str | None
    url: str | None
    encoding: str
    detected: bool


def read_rows(source: str, file: BinaryIO, kind: str, options: Options) -> Iterator[Row | Fault]:
    """The rows of a table in order; a Fault for each that cannot be read, while the others go on.

    ``file`` is read as it goes and must be seekable for Parquet. An InputError says what is wrong with the table as a whole.
    """
    if kind == "parquet":
        yield from _columns(source, _parquet_records(file, options), options, "utf-8", False)
        return
    reader = io.BufferedReader(file, _SAMPLE) if not isinstance(file, io.BufferedReader) else file  # type: ignore[type-var]
    encoding, detected = _encoding(reader.peek(_SAMPLE), options.encoding)
    # Bytes that do not decode pass as lone surrogates, so that the one row that has them can be refused and no other.
    errors = "strict" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    lines = io.TextIOWrapper(reader, encoding, errors, newline="" if kind != "jsonl" else "\n")
    records = _json_records(lines, options.max_bytes) if kind == "jsonl" else _csv_records(lines, "\t" if kind == "tsv" else ",", options)
    try:
        yield from _columns(source, records, options, encoding.removesuffix("-sig"), detected)
    except UnicodeDecodeError as error:
        raise InputError(f"not {encoding} ({error.reason}), the rows from there on are not read; say another --encoding") from error
    finally:
        lines.detach()  # the file is the caller's to close


# A record: its place in the table, and its cells or what is wrong with it.
_Record = tuple[str, Mapping[str, Any] | str]


def _columns(source: str, records: Iterator[_Record], options: Options, encoding: str, detected: bool) -> Iterator[Row | Fault]:
    number = 0
    for number, (place, cells) in enumerate(records, 1):
        row = cells if isinstance(cells, str) else read_row(number, cells, options, encoding, detected)
        yield Fault(f"{source}, {place}", row) if isinstance(row, str) else row
    if not number:
        raise InputError("a table without rows; if that is a failed download, fetch it anew")


def read_row(number: int, cells: Mapping[str, Any], options: Options, encoding: str, detected: bool) -> Row | str:
    """The row that cells by column make, ``number`` its id where it has no column for one; or what is wrong with it."""
    for column in (options.text_column, options.id_column, options.date_column):
        if column is not None and column not in cells:
            return _no_column(column, cells)
    text = cells[options.text_column]
    if not isinstance(text, str):
        return f"column {options.text_column!r} is {_kind(text)}, not a text; correct the row"
    if len(text.encode("utf-8", "surrogatepass")) > options.max_bytes:
        return f"a text of more than {options.max_bytes} bytes; split it, or raise --max-bytes"
    key = cells[options.id_column] if options.id_column else cells.get(_ID)
    if options.id_column is None and key in (None, ""):
        key = number
    if not isinstance(key, (str, int)) or isinstance(key, bool) or key == "":
        return f"column {options.id_column or _ID!r} is {_kind(key)}, not an id; correct the row"
    if any("\ud800" <= char <= "\udfff" for char in f"{text}{key}"):
        return f"has bytes or escapes that are no characters in {encoding}; correct the row, or say another --encoding"
    date = cells.get(options.date_column or _DATE)
    if date is None or date == "":
        day = None
    else:
        told = date.isoformat() if isinstance(date, (datetime.date, datetime.datetime)) else str(date)
        day = parse_day(told)
        if day is None:
            return f"column {options.date_column or _DATE!r} is {told[:40]!r}, no day; write it as 2022-11-10 or leave it empty"
    url = cells.get(_URL)
    return Row(str(key), text, day, url if isinstance(url, str) else None, encoding, detected)


def _encoding(sample: bytes, given: str | None) -> tuple[str, bool]:
    if given is None:
        refuse_other_files(sample)
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if sample.startswith(mark):
            return name, False
    if given is not None:
        return codecs_of(given)[0], False
    whole = sample[: len(sample) // 4 * 4] if b"\0" in sample else sample[: sample.rfind(b"\n") + 1] or sample
    try:
        found = detect(whole)
    except InputError:
        if len(sample) - len(sample.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(sample):
            raise
        return "utf-8", False  # row by row it will show which ones are damaged
    return codecs_of(found)[0], found != "utf-8"


def _json_records(lines: io.TextIOWrapper, limit: int) -> Iterator[_Record]:
    number = 0
    while line := lines.readline(limit + 1):
        number += 1
        place = f"line {number}"
        if len(line) > limit:
            while line and not line.endswith("\n"):
                line = lines.readline(limit)
            yield place, f"longer than {limit} characters; split its text, or raise --max-bytes"
            continue
        if line.isspace():
            continue
        try:
            cells = json.loads(line)
        except RecursionError:
            yield place, "nested too deep; a row is a flat object of columns"
            continue
        except ValueError as error:
            reason = f"{error.msg} at character {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
            half = "" if line.endswith("\n") else ", and the line does not end: half-written"
            yield place, f"not JSON ({reason}){half}; correct the line"
            continue
        yield place, cells if isinstance(cells, dict) else f"{_kind(cells)}, not an object of columns; correct the line"


def _csv_records(lines: io.TextIOWrapper, delimiter: str, options: Options) -> Iterator[_Record]:
    # The csv module has one limit for the whole process; it is only ever raised here.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_bytes))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header: Sequence[str] | None = None
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"line {first}", f"not CSV ({error}); close its quotation marks, or raise --max-bytes if it is long"
            if header is None:
                return
            continue
        if header is None:
            header = cells
            _check_header(header, options)
        elif cells and len(cells) != len(header):
            yield (
                f"line {first}",
                f"{len(cells)} cells under a header of {len(header)}; put texts with a delimiter in quotation marks",
            )
        elif cells:
            yield f"line {first}", dict(zip(header, cells, strict=True))


def _parquet_records(file: BinaryIO, options: Options) -> Iterator[_Record]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(f"a Parquet file; reading one needs the extra 'parquet' ({error}): pip install 'bulletin-ner[parquet]'") from error
    try:
        table = pyarrow.parquet.ParquetFile(file)
        names = table.schema_arrow.names
        _check_header(names, options)
        wanted = {options.text_column, options.id_column or _ID, options.date_column or _DATE, _URL}
        number = 0
        for batch in table.iter_batches(batch_size=64, columns=[name for name in names if name in wanted]):
            for cells in batch.to_pylist():
                number += 1
                yield f"row {number}", cells
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"not a whole Parquet file ({reason}); write or copy it anew") from error


def _check_header(names: Sequence[str], options: Options) -> None:
    for column in (options.text_column, options.id_column, options.date_column):
        if column is not None and column not in names:
            raise InputError(_no_column(column, names))
    twice = {name for name in names if names.count(name) > 1} & {options.text_column, options.id_column, options.date_column}
    if twice:
        raise InputError(f"two columns are called {sorted(map(str, twice))[0]!r}; rename one")


def _no_column(column: str, names: Iterable[str]) -> str:
    return f"no column {column!r}; it has {', '.join(names) or 'none'}; name one with --text-column, --id-column or --date-column"


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "an empty text", bool: "true or false", int: "a number", float: "a number"}
    return "null" if value is None else names.get(type(value), type(value).__name__)
