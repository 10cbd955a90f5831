"""From input addresses to shards: stretches of rows, each of which becomes one output file named after what is in it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import fsspec
import pyarrow
import pyarrow.compute
import pyarrow.parquet

JSONL_SUFFIXES = (".jsonl", ".ndjson")
SUFFIXES = (*JSONL_SUFFIXES, ".parquet")


class ScaleError(ValueError):
    """Input or output that cannot be used; the message names the value, the place and the remedy."""


@dataclass(frozen=True)
class Columns:
    """The input's column names. ``reference_date`` may be missing or null in a row; then the whole run's date holds."""

    id: str = "id"
    text: str = "text"
    reference_date: str = "reference_date"


@dataclass(frozen=True)
class Shard:
    """``rows`` rows of one input file from row ``first`` on (0-based), and the name of the Parquet file that they become.

    ``filesystem``: fsspec's JSON of where ``path`` lies. ``offset`` and ``length``: the bytes of a JSONL shard, else 0. ``line``: the
    line of a JSONL shard's first byte, 1-based.
    """

    filesystem: str
    path: str
    first: int
    rows: int
    offset: int
    length: int
    line: int
    name: str


@dataclass(frozen=True)
class InputRow:
    id: str
    text: str
    reference_date: str | None


@dataclass(frozen=True)
class _Stretch:
    """A shard before it has a name; ``digest`` tells its content from another."""

    first: int
    offset: int
    length: int
    line: int
    ids: Sequence[str]
    digest: str


def plan_shards(inputs: Sequence[str], rows_per_file: int, columns: Columns, options: str) -> list[Shard]:
    """Read all ids and cut the inputs into shards of ``rows_per_file`` rows.

    ``options`` says what else decides over the output (model, dates): it goes into the names. A ScaleError names a file that is
    missing or of a foreign kind, a line that is no JSON object, a row without an id, an id that occurs twice.
    """
    shards: list[Shard] = []
    ids: list[pyarrow.Array] = []
    for filesystem, path in _files(inputs):
        cut = _cut_jsonl if path.endswith(JSONL_SUFFIXES) else _cut_parquet
        for stretch in cut(filesystem, path, rows_per_file, columns):
            key = json.dumps([stretch.first, stretch.digest, options])
            name = f"{PurePosixPath(path).stem}-{stretch.first:09d}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.parquet"
            facts = (stretch.first, len(stretch.ids), stretch.offset, stretch.length, stretch.line)
            shards.append(Shard(filesystem.to_json(), path, *facts, name))
            ids.append(pyarrow.array(stretch.ids, pyarrow.large_string()))
    _check_unique(shards, ids, columns)
    return shards


def read_rows(shard: Shard, columns: Columns) -> list[InputRow]:
    """The shard's rows, in order. A ScaleError names a row whose text is no text or whose date is no day."""
    filesystem = fsspec.AbstractFileSystem.from_json(shard.filesystem)
    if not shard.path.endswith(JSONL_SUFFIXES):
        raw = _parquet_rows(filesystem, shard, columns)
        return [_input_row(row, columns, f"{shard.path}, row {number}") for number, row in enumerate(raw, shard.first)]
    with filesystem.open(shard.path, "rb") as file:
        file.seek(shard.offset)
        content = file.read(shard.length)
    numbered = ((line, f"{shard.path}, line {number}") for number, line in enumerate(content.split(b"\n"), shard.line) if line.strip())
    return [_input_row(_object(line, place), columns, place) for line, place in numbered]


def _files(inputs: Sequence[str]) -> Iterator[tuple[Any, str]]:
    for address in inputs:
        try:
            filesystem, path = fsspec.core.url_to_fs(address)
        except (ValueError, ImportError) as error:
            raise ScaleError(f"{address}: {error}") from error
        if filesystem.isdir(path):
            found = sorted(name for name in filesystem.find(path) if name.endswith(SUFFIXES) and not _hidden(name))
        elif any(char in path for char in "*?["):
            found = sorted(filesystem.glob(path))
        else:
            found = [path] if filesystem.exists(path) else []
        if not found:
            raise ScaleError(f"{address}: no such file or match, or a folder without {', '.join(SUFFIXES)} files")
        for name in found:
            if not name.endswith(SUFFIXES):
                raise ScaleError(f"{name}: its name ends in none of {', '.join(SUFFIXES)}; unpack it, or convert it to one of these")
            yield filesystem, name


def _hidden(name: str) -> bool:
    return PurePosixPath(name).name.startswith((".", "_"))


def _cut_jsonl(filesystem: Any, path: str, size: int, columns: Columns) -> Iterator[_Stretch]:
    ids: list[str] = []
    digest = hashlib.sha256()
    first = start = offset = 0
    start_line = line_number = 1
    with filesystem.open(path, "rb") as file:
        for line_number, line in enumerate(file, 1):
            if line.strip():
                place = f"{path}, line {line_number}"
                ids.append(_identifier(_object(line, place).get(columns.id), columns, place))
            offset += len(line)
            digest.update(line)
            if len(ids) == size:
                yield _Stretch(first, start, offset - start, start_line, ids, digest.hexdigest())
                first, start, start_line, ids, digest = first + size, offset, line_number + 1, [], hashlib.sha256()
    if ids:
        yield _Stretch(first, start, offset - start, start_line, ids, digest.hexdigest())


def _cut_parquet(filesystem: Any, path: str, size: int, columns: Columns) -> Iterator[_Stretch]:
    with filesystem.open(path, "rb") as file:
        content = _open_parquet(file, path)
        for name in (columns.id, columns.text):
            if name not in content.schema_arrow.names:
                raise ScaleError(f"{path}: no column {name!r} among {', '.join(content.schema_arrow.names)}; name the columns")
        # The bytes of the texts are not read here: their sizes, encoded and not, stand for them.
        texts = [(name, group) for group in range(content.num_row_groups) for name in [_chunk(content, group, columns.text)]]
        facts = hashlib.sha256(repr(texts).encode()).hexdigest()
        first, ids = 0, list[str]()
        for batch in content.iter_batches(batch_size=size, columns=[columns.id]):
            for number, value in enumerate(batch.column(0).to_pylist(), first + len(ids)):
                ids.append(_identifier(value, columns, f"{path}, row {number}"))
            while len(ids) >= size:
                yield _parquet_stretch(first, ids[:size], facts)
                first, ids = first + size, ids[size:]
        if ids:
            yield _parquet_stretch(first, ids, facts)


def _parquet_stretch(first: int, ids: Sequence[str], facts: str) -> _Stretch:
    digest = hashlib.sha256(json.dumps([facts, list(ids)]).encode()).hexdigest()
    return _Stretch(first, 0, 0, 0, ids, digest)


def _chunk(content: Any, group: int, column: str) -> tuple[int, int]:
    names = [content.metadata.schema.column(index).path for index in range(content.metadata.num_columns)]
    facts = content.metadata.row_group(group).column(names.index(column))
    return facts.total_compressed_size, facts.total_uncompressed_size


def _parquet_rows(filesystem: Any, shard: Shard, columns: Columns) -> Iterator[Mapping[str, Any]]:
    """The shard's rows, from the row groups that hold them, a batch at a time: a large row group is never whole in memory."""
    with filesystem.open(shard.path, "rb") as file:
        content = _open_parquet(file, shard.path)
        names = [name for name in (columns.id, columns.text, columns.reference_date) if name in content.schema_arrow.names]
        position, groups, skipped = 0, [], 0
        for group in range(content.num_row_groups):
            rows = content.metadata.row_group(group).num_rows
            if position + rows <= shard.first:
                skipped = position + rows
            elif position < shard.first + shard.rows:
                groups.append(group)
            position += rows
        position = skipped
        for batch in content.iter_batches(batch_size=shard.rows, row_groups=groups, columns=names):
            low, high = max(shard.first - position, 0), min(shard.first + shard.rows - position, len(batch))
            if low < high:
                yield from batch.slice(low, high - low).to_pylist()
            position += len(batch)
            if position >= shard.first + shard.rows:
                return


def _open_parquet(file: Any, path: str) -> Any:
    try:
        return pyarrow.parquet.ParquetFile(file, pre_buffer=False)
    except pyarrow.ArrowInvalid as error:
        raise ScaleError(f"{path}: no Parquet file, or cut short ({error}); write it anew") from error


def _object(line: bytes, place: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise ScaleError(f"{place}: no JSON in UTF-8 ({error}); a JSONL file has one object on each line") from error
    if not isinstance(value, dict):
        raise ScaleError(f"{place}: {str(value)[:40]!r} is no JSON object; a JSONL file has one object on each line")
    return value


def _identifier(value: Any, columns: Columns, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise ScaleError(f"{place}: its {columns.id!r} is {value!r}; give every row an id, a text or a whole number")
    return str(value)


def _input_row(row: Mapping[str, Any], columns: Columns, place: str) -> InputRow:
    identifier, text, day = _identifier(row.get(columns.id), columns, place), row.get(columns.text), row.get(columns.reference_date)
    if not isinstance(text, str):
        raise ScaleError(f"{place} (id {identifier}): its {columns.text!r} is {str(text)[:40]!r}; give every row a text, if an empty one")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ScaleError(f"{place} (id {identifier}): half a surrogate pair at character {error.start}; replace it with U+FFFD") from error
    if isinstance(day, datetime.datetime):
        day = day.date()
    return InputRow(identifier, text, None if day is None else str(day))


def _check_unique(shards: Sequence[Shard], ids: Sequence[Any], columns: Columns) -> None:
    counts = pyarrow.compute.value_counts(pyarrow.chunked_array(ids, pyarrow.large_string()))
    repeated = counts.filter(pyarrow.compute.greater(counts.field("counts"), 1)).field("values").to_pylist()
    if repeated:
        places = [
            f"{shard.path}, row {shard.first + number}"
            for shard, own in zip(shards, ids, strict=True)
            for number in _positions(own, repeated[0])
        ]
        more = f", and {len(repeated) - 1} more ids" if len(repeated) > 1 else ""
        raise ScaleError(
            f"the {columns.id!r} {repeated[0]!r} occurs {len(places)} times ({'; '.join(places[:2])}){more}; give each row its own id"
        )


def _positions(ids: Any, wanted: str) -> Iterable[int]:
    return pyarrow.compute.indices_nonzero(pyarrow.compute.equal(ids, wanted)).to_pylist()
