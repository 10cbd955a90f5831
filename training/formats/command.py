"""The command `bulletin-ner convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bulletin_ner.commands.faults import say


def _formats() -> list[str]:
    """What a shell may complete."""
    from training.formats.registry import FORMATS

    return [*FORMATS, "model"]


def convert_command(
    source: Annotated[Path, typer.Argument(help="A file or folder to read.")],
    output: Annotated[Path, typer.Argument(help="The file or folder to write; which of the two, the format says.")],
    from_format: Annotated[str, typer.Option("--from", help="The source's format; see docs/formats.md.", autocompletion=_formats)],
    to_format: Annotated[str, typer.Option("--to", help="The output's format.", autocompletion=_formats)],
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing where anything would be lost, moved or filled in.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an output that is there already.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="A training config with the labels of the documents, where these are not the package's.")
    ] = None,
) -> None:
    """Convert between annotation formats, and say what the output cannot hold.

    \b
    bulletin-ner convert results.jsonl to-correct --from predictions --to label-studio
    bulletin-ner convert export.json corrected.jsonl --from label-studio --to jsonl
    bulletin-ner convert models/default hub-model --from model --to huggingface

    Formats: predictions, jsonl, markup, conll, brat, doccano, label-studio, spacy, huggingface; and a model's folder with
    --from model --to huggingface.
    """
    from training.formats.convert import convert
    from training.formats.item import FormatError
    from training.inventory import read_labels

    try:
        if from_format == "model" and config is not None:
            raise FormatError("--config tells the labels of documents, and a model has its own; leave it out")
        if from_format == "model":
            from training.formats.model import convert_model

            done = convert_model(source, output, to_format, force)
        else:
            labels = None if config is None else read_labels(config)
            done = convert(source, output, from_format, to_format, strict, force, labels)
    except (ValueError, OSError) as error:
        typer.echo(say(error), err=True)
        raise typer.Exit(2) from error
    for remark in done.remarks:
        typer.echo(remark, err=True)
    typer.echo(f"{done.documents} documents in {output}" if done.documents else f"saved in {output}")
