"""The commands that training adds to `bulletin-ner`: train and evaluate."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bulletin_ner.commands.faults import OUTPUT, USAGE, say
from bulletin_ner.sinks import OutputError, require_folder

_EXTRA = "needs the extra 'train': pip install 'bulletin-ner[train]'"


def train_command(config: Annotated[Path, typer.Option(help="A TOML file such as configs/default.toml.")]) -> None:
    """Train a model from a config. A run that was interrupted goes on where it was.

    \b
    bulletin-ner train --config configs/smoke.toml
    torchrun --nproc_per_node 2 -m bulletin_ner.cli train --config configs/default.toml
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        from training.config import load_config
        from training.train import train
    except ImportError as error:
        _fail(f"train {_EXTRA} ({error})")
    try:
        folder = train(load_config(config))
    except (ValueError, OSError) as error:
        _fail(say(error))
    typer.echo(f"saved in {folder}")


def evaluate_command(
    data: Annotated[list[str], typer.Option(help="A corpus folder, a JSONL file, or stand-off labels@texts; may be repeated.")],
    model: Annotated[str, typer.Option(help="A saved model's folder.")] = "default",
    backend: Annotated[str, typer.Option(help="onnx or torch.")] = "onnx",
    links: Annotated[Path, typer.Option(help="The folder of gold links, for codes, roles and records.")] = Path("corpus/links"),
    min_score: Annotated[
        float | None, typer.Option(min=0, max=1, help="Leave entities and measures below this score out; the model's own if none.")
    ] = None,
    bootstrap: Annotated[int, typer.Option(min=0, help="Resamples of the documents for 95 % intervals; 0 for none.")] = 200,
    compare: Annotated[str | None, typer.Option(help="Another model's folder: what it scores more or less.")] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Run other tools on the same texts (extra 'peers').")] = False,
    report: Annotated[Path | None, typer.Option(help="A folder for an HTML page with plots and errors (extra 'report').")] = None,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    output: Annotated[Path | None, typer.Option(help="A file; standard output where it is not given.")] = None,
) -> None:
    """Score a model on annotated data.

    \b
    bulletin-ner evaluate --model models/default --data corpus/test
    bulletin-ner evaluate --data corrected.jsonl --report errors --format json --output scores.json
    """
    _check_output(format, output)
    try:
        import bulletin_ner
        from training.data import load_sources
        from training.documents import check_labels
        from training.evaluate import as_pairs, compare_readings, evaluate_readings
        from training.evaluation.peers import score_peers
        from training.evaluation.readings import read_documents
        from training.evaluation.text import format_scores
        from training.links import read_links
    except ImportError as error:
        _fail(f"evaluate {_EXTRA} ({error})")
    if report is not None:  # before minutes of reading, not after
        try:
            from training.evaluation.report import write_report
        except ImportError as error:
            _fail(f"--report needs the extra 'report': pip install 'bulletin-ner[report]' ({error})")
    try:
        documents = load_sources(data)
        gold_links = read_links(links)
        tagger = bulletin_ner.load(model, backend, min_score)
        labels = tagger.settings.labels
        check_labels(documents, labels)
        readings = read_documents(tagger, documents)
        settings = tagger.settings
        scores = {"model": model, "version": settings.model, "data": data, "min_score": settings.min_score}
        scores |= evaluate_readings(readings, labels, gold_links, bootstrap)
        if compare is not None:
            other = bulletin_ner.load(compare, backend)
            if other.settings.labels != labels:
                _fail(f"{compare}: its labels are not those of {model}, so their scores cannot be compared")
            found = compare_readings(readings, read_documents(other, documents), labels, gold_links, bootstrap)
            scores["comparison"] = {"model": compare, "version": other.settings.model, "differences": found}
        if peers:
            scores["peers"] = score_peers(as_pairs(readings))
    except (ValueError, OSError) as error:
        _fail(say(error))
    _put(scores, format, format_scores, output)
    if report is not None:
        try:
            page = write_report(scores, readings, labels, report)
        except OSError as error:
            _fail(say(error), OUTPUT)
        typer.echo(f"report: {page}", err=True)


def bench_command(
    data: Annotated[list[str], typer.Option(help="A corpus folder, a JSONL file, or stand-off labels@texts; may be repeated.")],
    model: Annotated[str, typer.Option(help="A saved model's folder.")] = "default",
    threads: Annotated[int, typer.Option(min=0, help="Of the network; 0 for one a core.")] = 0,
    rounds: Annotated[int, typer.Option(min=1, help="Times that everything is measured.")] = 3,
    texts: Annotated[int | None, typer.Option(min=1, help="The first so many texts only.")] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Run other tools on the same texts (extra 'peers').")] = False,
    plot: Annotated[Path | None, typer.Option(help="A picture (.png, .svg) to draw (extra 'report').")] = None,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    output: Annotated[Path | None, typer.Option(help="A file; standard output where it is not given.")] = None,
) -> None:
    """Measure speed, start-up and memory.

    \b
    bulletin-ner bench --data corpus/dev
    bulletin-ner bench --data corpus/dev --peers --plot speed.svg
    """
    _check_output(format, output)
    try:
        from training import bench
        from training.data import load_sources
    except ImportError as error:
        _fail(f"bench {_EXTRA} ({error})")
    try:
        documents = load_sources(data)[:texts]
        result = bench.bench(model, documents, rounds, threads, peers)
        if plot is not None:
            bench.plot(result, plot)
    except (ValueError, OSError, ImportError) as error:
        _fail(say(error))
    _put(result, format, bench.as_text, output)


def _check_output(format: str, output: Path | None) -> None:
    """Before minutes of reading, not after."""
    if format not in ("text", "json"):
        _fail(f"--format {format!r} is none of text, json")
    if output is not None:
        try:
            require_folder(output)
        except OutputError as error:
            _fail(str(error))


def _put(result: dict[str, Any], format: str, as_text: Callable[[dict[str, Any]], str], output: Path | None) -> None:
    """To a file, or to standard output where there is none."""
    content = json.dumps(result, ensure_ascii=False, indent=1) if format == "json" else as_text(result)
    if output is None:
        typer.echo(content)
    else:
        try:
            output.write_text(content + "\n", encoding="utf-8")
        except OSError as error:
            typer.echo(content)  # what was measured is not lost
            _fail(f"{output}: {error.strerror}; the result is on standard output", OUTPUT)


def _fail(message: str, code: int = USAGE) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)
