"""The job: what is not yet in the output goes, shard by shard, to a pool of Ray actors with a tagger each."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import fsspec

from bulletin_ner import default_model, load
from bulletin_ner.normalisation.dates import parse_reference
from bulletin_ner.saved import read_config
from bulletin_ner.scale.parquet import as_table, write_whole, written_names
from bulletin_ner.scale.plan import Columns, InputRow, ScaleError, Shard, plan_shards, read_rows
from bulletin_ner.schema import Bulletin

log = logging.getLogger(__name__)

# A worker that dies is replaced and its shard tried again this often; a text that kills workers ends the run then.
_RETRIES = 4


@dataclass(frozen=True)
class Summary:
    """What a run did: bulletins and files written now and found from before, characters read and seconds taken now."""

    bulletins: int
    files: int
    found_files: int
    characters: int
    seconds: float


@dataclass(frozen=True)
class Settings:
    """What every worker needs to know, plain values only."""

    output: str
    model: str
    backend: str
    reference_date: str | None
    columns: Columns


class ShardReader:
    """A Ray Data actor: one tagger, loaded once. It reads a shard's rows, and writes its file itself, so that no text travels."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tagger = load(settings.model, settings.backend, threads=1)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list]:
        """Shards in, as columns; out a row each: name, bulletins, characters, and error, "" where there was none."""
        names = list(batch)
        done = [self._read(Shard(**dict(zip(names, values, strict=True)))) for values in zip(*map(_plain, batch.values()), strict=True)]
        return {name: [row[name] for row in done] for name in done[0]}

    def _read(self, shard: Shard) -> dict[str, Any]:
        try:
            rows = read_rows(shard, self._settings.columns)
            bulletins = self._predict(rows, shard)
        except ScaleError as error:
            return {"name": shard.name, "bulletins": 0, "characters": 0, "error": str(error)}
        filesystem, folder = fsspec.core.url_to_fs(self._settings.output)
        write_whole(filesystem, folder, shard.name, as_table([row.id for row in rows], bulletins))
        return {"name": shard.name, "bulletins": len(rows), "characters": sum(len(row.text) for row in rows), "error": ""}

    def _predict(self, rows: Sequence[InputRow], shard: Shard) -> list[Bulletin]:
        """One bulletin a row, in the rows' order; rows of one date go through the model together."""
        dates: dict[str | None, list[int]] = {}
        for index, row in enumerate(rows):
            dates.setdefault(row.reference_date or self._settings.reference_date, []).append(index)
        found: dict[int, Bulletin] = {}
        for date, indices in dates.items():
            try:
                parse_reference(date)
            except ValueError as error:
                raise ScaleError(f"{shard.path} (id {rows[indices[0]].id}): {error}") from error
            found.update(zip(indices, self._tagger.predict_many((rows[index].text for index in indices), reference_date=date), strict=True))
        return [found[index] for index in range(len(rows))]


def predict_dataset(
    inputs: Sequence[str],
    output: str,
    model: str = "default",
    backend: str = "onnx",
    reference_date: str | None = None,
    workers: int | None = None,
    rows_per_file: int = 1000,
    columns: Columns | None = None,
) -> Summary:
    """Read every bulletin of ``inputs`` (JSONL or Parquet; files, folders, globs, any fsspec address) into Parquet files in ``output``.

    Runs on the Ray cluster of RAY_ADDRESS, or on this machine. ``workers``: processes with a tagger and one core each, None for as many as
    the cluster has cores. ``model`` must be a path that every node sees. A run that was killed, or ended with an error, goes on where
    it was when it is started again with the same arguments. A ScaleError names a fault in input or output; faults inside single rows
    are raised after all other files are written.
    """
    try:
        import ray
    except ImportError as error:
        raise ScaleError("the engine 'ray' needs Ray: pip install 'bulletin-ner[ray]'") from error
    started = time.monotonic()
    parse_reference(reference_date)
    for name, number in (("workers", workers), ("rows_per_file", rows_per_file)):
        if number is not None and number < 1:
            raise ScaleError(f"{name} must be at least 1, not {number}")
    if "://" not in output:
        output = str(Path(output).resolve())  # a worker has another working folder, here and for the model
    columns = columns or Columns()
    if model == "default":
        config = read_config(default_model())
    else:
        model = str(Path(model).resolve())
        config = read_config(Path(model))
    options = json.dumps([config, backend, reference_date, asdict(columns)])
    shards = plan_shards(inputs, rows_per_file, columns, options)
    filesystem, folder = fsspec.core.url_to_fs(output)
    filesystem.makedirs(folder, exist_ok=True)
    written = written_names(filesystem, folder)
    foreign = sorted(written - {shard.name for shard in shards})
    if foreign:
        raise ScaleError(f"{output}/{foreign[0]} is of another input, model or options; give another output folder, or the same as before")
    left = [shard for shard in shards if shard.name not in written]
    log.info("%d files to write, %d are there", len(left), len(written))
    rows = _run(ray, left, Settings(output, model, backend, reference_date, columns), workers) if left else []
    faults = [row["error"] for row in rows if row["error"]]
    if faults:
        raise ScaleError(f"{faults[0]} ({len(faults)} of {len(shards)} files not written for such a fault; mend the input and run again)")
    bulletins, characters = (sum(row[name] for row in rows) for name in ("bulletins", "characters"))
    return Summary(bulletins, len(left), len(written), characters, time.monotonic() - started)


def _run(ray: Any, shards: Sequence[Shard], settings: Settings, workers: int | None) -> list[dict[str, Any]]:
    import ray.data

    if not ray.is_initialized():
        ray.init(logging_level=logging.WARNING)
    size = min(workers or int(ray.cluster_resources()["CPU"]), len(shards))
    dataset = ray.data.from_items([asdict(shard) for shard in shards], override_num_blocks=len(shards)).map_batches(
        ShardReader,
        fn_constructor_args=(settings,),
        batch_size=1,
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(size=size),
        max_restarts=-1,
        max_task_retries=_RETRIES,
    )
    return list(dataset.iter_rows())


def _plain(column: Any) -> list:
    return column.tolist()
