"""The job: what is not yet in the output goes, shard by shard, to a pool of Ray actors with a tagger each."""

from __future__ import annotations

import dataclasses
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import fsspec

from bulletin_ner.intake import Fault, Options
from bulletin_ner.local import Model, predict_with
from bulletin_ner.output import Result
from bulletin_ner.scale.parquet import as_table, write_whole, written_names
from bulletin_ner.scale.plan import ScaleError, Shard, plan_shards, read_shard

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Summary:
    """What a run did: bulletins and files written now and files found from before, characters read and seconds taken now."""

    bulletins: int
    files: int
    found_files: int
    characters: int
    seconds: float


class ShardReader:
    """A Ray Data actor: one tagger, loaded once. It reads a shard's rows, and writes its file itself, so that no text travels."""

    def __init__(self, model: Model, options: Options, output: str) -> None:
        self._options = options
        self._output = output
        self._tagger = model.load()

    def __call__(self, batch: dict[str, Any]) -> dict[str, list]:
        """Shards in, as columns; out a row each: name, bulletins, characters, and error, "" where there was none."""
        columns = [column.tolist() for column in batch.values()]
        done = [self._read(Shard(**dict(zip(batch, values, strict=True)))) for values in zip(*columns, strict=True)]
        return {name: [row[name] for row in done] for name in done[0]}

    def _read(self, shard: Shard) -> dict[str, Any]:
        try:
            results = [_checked(item) for item in predict_with(self._tagger, read_shard(shard, self._options))]
        except ScaleError as error:
            return {"name": shard.name, "bulletins": 0, "characters": 0, "error": str(error)}
        filesystem, folder = fsspec.core.url_to_fs(self._output)
        write_whole(filesystem, folder, shard.name, as_table(results))
        characters = sum(len(result.document.text) for result in results)
        return {"name": shard.name, "bulletins": len(results), "characters": characters, "error": ""}


def predict_dataset(
    inputs: Sequence[str],
    output: str,
    model: Model | None = None,
    options: Options | None = None,
    workers: int | None = None,
    rows_per_file: int = 1000,
) -> Summary:
    """Read every bulletin of ``inputs`` (JSONL or Parquet; files, folders, globs, any fsspec address) into Parquet files in ``output``.

    Runs on the Ray cluster of RAY_ADDRESS, or on this machine. ``workers``: processes with a tagger and one core each, None for as many as
    the cluster has cores. The model's folder must be where every node sees it. A run that was killed, or ended with an error, goes on
    where it was when it is started again with the same arguments. A ScaleError names a fault in input or output; faults inside single
    rows are raised after all other files are written.
    """
    started = time.monotonic()
    model, options = model or Model(), options or Options()
    for name, number in (("workers", workers), ("rows_per_file", rows_per_file)):
        if number is not None and number < 1:
            raise ScaleError(f"{name} must be at least 1, not {number}")
    # A worker has another working folder.
    if model.name != "default":
        model = dataclasses.replace(model, name=str(Path(model.name).resolve()))
    if "://" not in output:
        output = str(Path(output).resolve())
    run = json.dumps([model.check(), model.backend, model.min_score, asdict(options)])
    shards = plan_shards(inputs, rows_per_file, options, run)
    filesystem, folder = fsspec.core.url_to_fs(output)
    filesystem.makedirs(folder, exist_ok=True)
    written = written_names(filesystem, folder)
    foreign = sorted(written - {shard.name for shard in shards})
    if foreign:
        raise ScaleError(f"{output}/{foreign[0]} is of another input, model or options; give another output folder, or the same as before")
    left = [shard for shard in shards if shard.name not in written]
    log.info("%d files to write, %d are there", len(left), len(written))
    rows = _run(left, (dataclasses.replace(model, threads=1), options, output), workers) if left else []
    faults = [row["error"] for row in rows if row["error"]]
    if faults:
        raise ScaleError(f"{faults[0]} ({len(faults)} of {len(shards)} files not written for such a fault; mend the input and run again)")
    bulletins, characters = (sum(row[name] for row in rows) for name in ("bulletins", "characters"))
    return Summary(bulletins, len(left), len(written), characters, time.monotonic() - started)


def _run(shards: Sequence[Shard], arguments: tuple[Model, Options, str], workers: int | None) -> list[dict[str, Any]]:
    try:
        import ray.data
    except ImportError as error:
        raise ScaleError(f"the engine 'ray' needs Ray ({error}): pip install 'bulletin-ner[ray]'") from error

    if not ray.is_initialized():
        ray.init(include_dashboard=False, logging_level=logging.WARNING)
    size = min(workers or int(ray.cluster_resources()["CPU"]), len(shards))
    dataset = ray.data.from_items([asdict(shard) for shard in shards], override_num_blocks=len(shards)).map_batches(
        ShardReader, fn_constructor_args=arguments, batch_size=1, num_cpus=1, compute=ray.data.ActorPoolStrategy(size=size)
    )
    return list(dataset.iter_rows())


def _checked(item: Result | Fault) -> Result:
    if isinstance(item, Fault):
        raise ScaleError(str(item))
    return item
