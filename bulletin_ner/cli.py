"""The command line `bulletin-ner`: its own commands, and those that other installed parts register."""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

from bulletin_ner.commands.check_model import check_model
from bulletin_ner.commands.faults import INTERRUPTED
from bulletin_ner.commands.predict import predict

app = typer.Typer(help="Read epidemic bulletins and turn them into data.", no_args_is_help=True, pretty_exceptions_enable=False)
app.command("predict")(predict)
app.command("check-model")(check_model)


@app.callback()
def _root() -> None:
    """Read epidemic bulletins and turn them into data."""


def main() -> None:
    """The program: own commands, and those of installed parts (entry points `bulletin_ner.commands`)."""
    for entry in entry_points(group="bulletin_ner.commands"):
        app.command(entry.name)(entry.load())
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


if __name__ == "__main__":
    main()
