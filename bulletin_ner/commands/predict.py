"""`bulletin-ner predict`: intake, reading and output put together."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bulletin_ner import BACKENDS
from bulletin_ner.commands.faults import BROKEN_PIPE, INTERRUPTED, OUTPUT, SOME_FAILED, fail
from bulletin_ner.commands.ray import predict_with_ray
from bulletin_ner.commands.reporter import Reporter
from bulletin_ner.intake import INPUT_FORMATS, MAX_BYTES, Document, Fault, Options, expand, read_documents
from bulletin_ner.intake.tables import TABLE_SUFFIXES
from bulletin_ner.local import Model, predict_documents
from bulletin_ner.output import RENDERERS
from bulletin_ner.sinks import NameTaken, OutputError, Sink, open_sink
from bulletin_ner.store import Store, StoreSink

_INPUT, _OUTPUT = "Input", "Output"
ENGINES = ("local", "ray")


def predict(
    inputs: Annotated[list[str], typer.Argument(help="Texts, web pages and tables: files, folders, globs, or - for standard input.")],
    format: Annotated[
        str, typer.Option(help=f"One of {', '.join(RENDERERS)}.", autocompletion=lambda: list(RENDERERS), rich_help_panel=_OUTPUT)
    ] = "table",
    output: Annotated[
        str | None, typer.Option(help="A file for all results, or an existing folder for one file each.", rich_help_panel=_OUTPUT)
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(help="A .sqlite or .duckdb file that keeps the results in tables, each bulletin once.", rich_help_panel=_OUTPUT),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the JSONL file or the folder of an interrupted run.", rich_help_panel=_OUTPUT)
    ] = False,
    reference_date: Annotated[
        str | None,
        typer.Option(help="The day of publication, such as 2022-11-10; else each page's own, where it says one.", rich_help_panel=_INPUT),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="The inputs' encoding, such as gb18030; else detected.", rich_help_panel=_INPUT)
    ] = None,
    input_format: Annotated[
        str,
        typer.Option(
            help=f"One of {', '.join(INPUT_FORMATS)}; auto goes by suffix and content.",
            autocompletion=lambda: list(INPUT_FORMATS),
            rich_help_panel=_INPUT,
        ),
    ] = "auto",
    text_column: Annotated[str, typer.Option(help="A table's column of texts.", rich_help_panel=_INPUT)] = "text",
    id_column: Annotated[str | None, typer.Option(help="A table's column of ids; else id, or row numbers.", rich_help_panel=_INPUT)] = None,
    date_column: Annotated[
        str | None, typer.Option(help="A table's column of days of publication; else reference_date.", rich_help_panel=_INPUT)
    ] = None,
    max_bytes: Annotated[int, typer.Option(min=1, help="The most bytes of one text, page or row.", rich_help_panel=_INPUT)] = MAX_BYTES,
    model: Annotated[str, typer.Option(help="A saved model's folder.")] = "default",
    backend: Annotated[str, typer.Option(help="onnx or torch.", autocompletion=lambda: list(BACKENDS))] = "onnx",
    min_score: Annotated[
        float | None, typer.Option(min=0, max=1, help="The least score of an entity or a measure; else the model's own.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes that read at the same time; else one, or with ray one a core.")] = None,
    engine: Annotated[
        str,
        typer.Option(
            help="local; or ray: JSONL or Parquet from anywhere into a folder of Parquet files, on many machines.",
            autocompletion=lambda: list(ENGINES),
        ),
    ] = "local",
) -> None:
    """Read bulletins into entities, measures and records.

    bulletin-ner predict examples/ --format csv --output results.csv

    bulletin-ner predict 'pages/*.html' --format jsonl --output results.jsonl --resume

    bulletin-ner predict news.csv --text-column body --id-column url --date-column day --format jsonl

    curl -s URL | bulletin-ner predict - --format json

    bulletin-ner predict news.parquet --store bulletins.duckdb

    bulletin-ner predict s3://bucket/news --engine ray --output s3://bucket/read

    Exit codes: 0 all read; 1 some inputs failed, the others are in the output; 2 nothing begun, an option or the model is wrong;
    3 the output cannot be written; 130 interrupted; 141 the reader of standard output went away.
    """
    if format not in RENDERERS:
        fail(f"--format {format!r} is none of {', '.join(RENDERERS)}")
    if engine not in ENGINES:
        fail(f"--engine {engine!r} is none of {', '.join(ENGINES)}")
    if store is not None and (output is not None or format != "table" or engine != "local"):
        fail("--store takes the results itself; leave out --output, --format and --engine")
    chosen = Model(model, backend, min_score)
    try:
        options = Options(input_format, encoding, text_column, id_column, date_column, reference_date, max_bytes)
        if engine == "ray":
            predict_with_ray(inputs, output, format, options, chosen, jobs)
            return
        version = chosen.check()
    except ValueError as error:
        fail(str(error))
    place = None if output is None else Path(output)
    notes: list[str] = []
    names = list(expand(inputs, notes.append))
    reporter = Reporter(None if _has_tables(names, options) else len(names))
    sink: Sink | None = None
    try:
        _keep_apart(names, place)
        sink = open_sink(place, format, resume, version) if store is None else StoreSink(Store(store), version)
        with reporter:
            for note in notes:
                reporter.say(f"note: {note}")
            items = read_documents(names, options, sink.done)
            _run(sink.unread(items) if isinstance(sink, StoreSink) else items, chosen, jobs or 1, sink, reporter)
        sink.close()
    except BaseException as error:
        if sink is not None:
            sink.discard()
        _end(error, _kept(store, place, format))
    reporter.sum_up()
    if isinstance(sink, StoreSink):
        reporter.say(f"{sink.added} added to {store}, {sink.known} there before")
    if reporter.faults:
        raise typer.Exit(SOME_FAILED)


def _run(items: Iterable[Document | Fault], model: Model, jobs: int, sink: Sink, reporter: Reporter) -> None:
    for item in predict_documents(items, model, jobs):
        if isinstance(item, Fault):
            reporter.fault(item)
            continue
        try:
            sink.write(item)
        except NameTaken as error:
            reporter.fault(Fault(item.document.name, str(error)))
        else:
            reporter.result(item.document)


def _kept(store: Path | None, output: Path | None, format: str) -> str:
    """What an interrupted run leaves."""
    if store is not None:
        return "what was read is in the store, start it again to go on"
    if output is not None and (format == "jsonl" or output.is_dir()):
        return "what was read is kept, go on with --resume"
    return "nothing was kept"


def _end(error: BaseException, kept: str) -> None:
    """The exit code and the one line for what ended a run; anything unforeseen keeps its traceback."""
    if isinstance(error, BrokenPipeError):
        # Python flushes standard output once more when it ends; that must not raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from error
    if isinstance(error, KeyboardInterrupt):
        fail(f"interrupted; {kept}", INTERRUPTED)
    if isinstance(error, OutputError):
        fail(str(error), OUTPUT)
    if isinstance(error, ValueError):
        fail(str(error))
    raise error


def _has_tables(names: Sequence[str | Fault], options: Options) -> bool:
    if options.input_format != "auto":
        return options.input_format in TABLE_SUFFIXES.values()
    return any(isinstance(name, str) and Path(name).suffix.lower() in TABLE_SUFFIXES for name in names)


def _keep_apart(names: Sequence[str | Fault], output: Path | None) -> None:
    if output is not None and output.is_file():
        for name in names:
            if isinstance(name, str) and name != "-" and Path(name).samefile(output):
                raise OutputError(f"{output}: is an input too and would be overwritten; choose another --output")
