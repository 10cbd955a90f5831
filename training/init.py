"""`bulletin-ner init`: a folder to begin with labels of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

_TEMPLATE = Path(__file__).parent / "template"


def init_command(folder: Annotated[Path, typer.Argument(help="A new or an empty folder.")]) -> None:
    """Write a config, a corpus of three examples and a guide, for a model with labels of your own.

    \b
    bulletin-ner init mine
    cd mine
    bulletin-ner train --config config.toml
    """
    try:
        files = write_template(folder)
    except OSError as error:
        typer.echo(f"{folder}: {error.strerror}; name a new folder", err=True)
        raise typer.Exit(2) from error
    typer.echo("\n".join(str(file) for file in files))
    typer.echo(f"next: cd {folder} && bulletin-ner train --config config.toml")


def write_template(folder: Path) -> list[Path]:
    """Write the template's files into a folder, and return them. A FileExistsError where it holds anything: nothing is overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(17, "is there already and not an empty folder")
    shutil.copytree(_TEMPLATE, folder, dirs_exist_ok=True)
    return sorted(file for file in folder.rglob("*") if file.is_file())
