"""`bulletin-ner check-model`: whether a model folder is whole and can read."""

from __future__ import annotations

from typing import Annotated

import typer

from bulletin_ner.commands.faults import fail
from bulletin_ner.local import Model


def check_model(
    model: Annotated[str, typer.Argument(help="A saved model's folder.")] = "default",
    backend: Annotated[str, typer.Option(help="onnx or torch.")] = "onnx",
) -> None:
    """Check a model folder: every file against its checksum, then load it and read one sentence.

    bulletin-ner check-model models/default
    """
    chosen = Model(model, backend)
    try:
        version = chosen.check()
        tagger = chosen.load()
        tagger.predict("11月10日，甲县新增确诊病例3例。", reference_date="2022-11-10")
    except ValueError as error:
        fail(str(error))
    labels = tagger.settings.labels
    typer.echo(f"{chosen.folder()}: {version}, whole; {len(labels.entity_types)} entity types, {len(labels.measures)} measures")
