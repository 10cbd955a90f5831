"""The commands that training adds to `bulletin-ner`: train and evaluate."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated

import typer

_EXTRA = "needs the extra 'train': pip install 'bulletin-ner[train]'"


def train_command(config: Annotated[Path, typer.Option(help="A TOML file such as configs/default.toml.")]) -> None:
    """Train a model: bulletin-ner train --config configs/default.toml"""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        from training.config import load_config
        from training.train import train
    except ImportError as error:
        _fail(f"train {_EXTRA} ({error})")
    try:
        folder = train(load_config(config))
    except (ValueError, FileNotFoundError) as error:
        _fail(str(error))
    typer.echo(f"saved in {folder}")


def evaluate_command(
    data: Annotated[list[str], typer.Option(help="A corpus folder, a JSONL file, or stand-off labels@texts; may be repeated.")],
    model: Annotated[str, typer.Option(help="A saved model's folder.")] = "default",
    backend: Annotated[str, typer.Option(help="onnx or torch.")] = "onnx",
    links: Annotated[Path, typer.Option(help="The folder of gold links, for codes, roles and records.")] = Path("corpus/links"),
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    output: Annotated[Path | None, typer.Option(help="A file; standard output where it is not given.")] = None,
) -> None:
    """Score a model: bulletin-ner evaluate --model models/default --data corpus/test"""
    if format not in ("text", "json"):
        _fail(f"--format {format!r} is none of text, json")
    try:
        import bulletin_ner
        from training.data import load_documents
        from training.documents import check_labels
        from training.evaluate import format_scores, predict_documents, score_documents
        from training.links import read_links
    except ImportError as error:
        _fail(f"evaluate {_EXTRA} ({error})")
    try:
        documents = [document for source in data for document in load_documents(source)]
        tagger = bulletin_ner.load(model, backend)
        check_labels(documents, tagger.settings.labels)
        scores = score_documents(documents, predict_documents(tagger, documents), read_links(links), tagger.settings.labels)
    except (ValueError, FileNotFoundError) as error:
        _fail(str(error))
    content = json.dumps(scores, ensure_ascii=False, indent=1) if format == "json" else format_scores(scores)
    if output is None:
        typer.echo(content)
    else:
        output.write_text(content + "\n", encoding="utf-8")


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)
