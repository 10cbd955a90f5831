"""From input addresses to shards: stretches of rows, each of which becomes one output file named after what is in it."""

from __future__ import annotations

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

from bulletin_ner.intake import Document, Options, read_row, row_document

JSONL_SUFFIXES = (".jsonl", ".ndjson")
SUFFIXES = (*JSONL_SUFFIXES, ".parquet")


class ScaleError(ValueError):
    """Input or output that cannot be used; the message names the value, the place and the remedy."""


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
class _Stretch:
    """A shard before it has a name; ``digest`` tells its content from another."""

    first: int
    offset: int
    length: int
    line: int
    ids: Sequence[str]
    digest: str


def plan_shards(inputs: Sequence[str], rows_per_file: int, options: Options, run: str) -> list[Shard]:
    """Read all ids and cut the inputs into shards of ``rows_per_file`` rows.

    ``run`` says what else decides over the output (model, dates): it goes into the names. A ScaleError names a file that is
    missing or of a foreign kind, a line that is no JSON object, a row without an id, an id that occurs twice.
    """
    shards: list[Shard] = []
    ids: list[pyarrow.Array] = []
    for filesystem, path in _files(inputs):
        cut = _cut_jsonl if path.endswith(JSONL_SUFFIXES) else _cut_parquet
        for stretch in cut(filesystem, path, rows_per_file, options):
            key = json.dumps([stretch.first, stretch.digest, run])
            name = f"{PurePosixPath(path).stem}-{stretch.first:09d}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.parquet"
            facts = (stretch.first, len(stretch.ids), stretch.offset, stretch.length, stretch.line)
            shards.append(Shard(filesystem.to_json(), path, *facts, name))
            ids.append(pyarrow.array(stretch.ids, pyarrow.large_string()))
    _check_unique(shards, ids)
    return shards


def read_shard(shard: Shard, options: Options) -> list[Document]:
    """The shard's documents, in order. A ScaleError names a row that cannot be read: its text is none, its date no day."""
    filesystem = fsspec.AbstractFileSystem.from_json(shard.filesystem)
    cells = (_jsonl_cells if shard.path.endswith(JSONL_SUFFIXES) else _parquet_cells)(filesystem, shard, options)
    documents = []
    for number, (place, row) in enumerate(cells, shard.first + 1):
        read = read_row(number, row, options, "utf-8", False)
        document = read if isinstance(read, str) else row_document(shard.path, read, options)
        if not isinstance(document, Document):
            raise ScaleError(f"{shard.path}, {place} (id {row[_id_column(options)]}): {getattr(document, 'message', document)}")
        documents.append(document)
    return documents


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


def _cut_jsonl(filesystem: Any, path: str, size: int, options: Options) -> Iterator[_Stretch]:
    ids: list[str] = []
    digest = hashlib.sha256()
    first = start = offset = 0
    start_line = line_number = 1
    with filesystem.open(path, "rb") as file:
        for line_number, line in enumerate(file, 1):
            if line.strip():
                place = f"{path}, line {line_number}"
                ids.append(_identifier(_object(line, place).get(_id_column(options)), options, place))
            offset += len(line)
            digest.update(line)
            if len(ids) == size:
                yield _Stretch(first, start, offset - start, start_line, ids, digest.hexdigest())
                first, start, start_line, ids, digest = first + size, offset, line_number + 1, [], hashlib.sha256()
    if ids:
        yield _Stretch(first, start, offset - start, start_line, ids, digest.hexdigest())


def _cut_parquet(filesystem: Any, path: str, size: int, options: Options) -> Iterator[_Stretch]:
    with filesystem.open(path, "rb") as file:
        content = _open_parquet(file, path)
        for name in (_id_column(options), options.text_column):
            if name not in content.schema_arrow.names:
                raise ScaleError(f"{path}: no column {name!r} among {', '.join(content.schema_arrow.names)}; name the columns")
        # The bytes of the texts are not read here: their sizes, encoded and not, stand for them.
        texts = [(name, group) for group in range(content.num_row_groups) for name in [_chunk(content, group, options.text_column)]]
        facts = hashlib.sha256(repr(texts).encode()).hexdigest()
        first, ids = 0, list[str]()
        for batch in content.iter_batches(batch_size=size, columns=[_id_column(options)]):
            for number, value in enumerate(batch.column(0).to_pylist(), first + len(ids)):
                ids.append(_identifier(value, options, f"{path}, row {number}"))
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


def _jsonl_cells(filesystem: Any, shard: Shard, options: Options) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with filesystem.open(shard.path, "rb") as file:
        file.seek(shard.offset)
        content = file.read(shard.length)
    for number, line in enumerate(content.split(b"\n"), shard.line):
        if line.strip():
            yield f"line {number}", _object(line, f"{shard.path}, line {number}")


def _parquet_cells(filesystem: Any, shard: Shard, options: Options) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The shard's rows, from the row groups that hold them, a batch at a time: a large row group is never whole in memory."""
    with filesystem.open(shard.path, "rb") as file:
        content = _open_parquet(file, shard.path)
        wanted = (_id_column(options), options.text_column, options.date_column or "reference_date", "url")
        names = [name for name in dict.fromkeys(wanted) if name in content.schema_arrow.names]
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
                for number, cells in enumerate(batch.slice(low, high - low).to_pylist(), position + low):
                    yield f"row {number}", cells
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
    except (ValueError, RecursionError) as error:
        raise ScaleError(f"{place}: no JSON in UTF-8 ({error}); a JSONL file has one object on each line") from error
    if not isinstance(value, dict):
        raise ScaleError(f"{place}: {str(value)[:40]!r} is no JSON object; a JSONL file has one object on each line")
    return value


def _id_column(options: Options) -> str:
    return options.id_column or "id"


def _identifier(value: Any, options: Options, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise ScaleError(f"{place}: its {_id_column(options)!r} is {value!r}; give every row an id, a text or a whole number")
    try:
        str(value).encode()
    except UnicodeEncodeError as error:
        raise ScaleError(f"{place}: its {_id_column(options)!r} {value!r} has half a surrogate pair; give it another id") from error
    return str(value)


def _check_unique(shards: Sequence[Shard], ids: Sequence[Any]) -> None:
    counts = pyarrow.compute.value_counts(pyarrow.chunked_array(ids, pyarrow.large_string()))
    repeated = counts.filter(pyarrow.compute.greater(counts.field("counts"), 1)).field("values").to_pylist()
    if repeated:
        places = [
            f"{shard.path}, row {shard.first + number}"
            for shard, own in zip(shards, ids, strict=True)
            for number in _positions(own, repeated[0])
        ]
        more = f", and {len(repeated) - 1} more ids" if len(repeated) > 1 else ""
        raise ScaleError(f"the id {repeated[0]!r} occurs {len(places)} times ({'; '.join(places[:2])}){more}; give each row its own id")


def _positions(ids: Any, wanted: str) -> Iterable[int]:
    return pyarrow.compute.indices_nonzero(pyarrow.compute.equal(ids, wanted)).to_pylist()
