"""`bulletin-ner predict --engine ray`."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from bulletin_ner.commands.faults import fail
from bulletin_ner.intake import MAX_BYTES, Options
from bulletin_ner.local import Model


def predict_with_ray(inputs: Sequence[str], output: str | None, format: str, options: Options, model: Model, workers: int | None) -> None:
    """Run the job and say what it did; one line and exit code 2 for what is wrong with input, output or options."""
    if output is None or format != "table":
        fail("--engine ray writes Parquet: give the folder or address as --output, and no --format")
    if options.input_format != "auto" or options.encoding is not None or options.max_bytes != MAX_BYTES:
        fail("--engine ray reads JSONL in UTF-8 and Parquet: leave out --input-format, --encoding and --max-bytes")
    try:
        from bulletin_ner.scale import predict_dataset
    except ImportError as error:
        fail(str(error))
    done = predict_dataset(inputs, output, model, options, workers)
    pace = f"{done.characters / done.seconds:.0f} characters a second"
    typer.echo(f"{done.bulletins} bulletins in {done.files} files written, {done.found_files} files there before; {pace}", err=True)
