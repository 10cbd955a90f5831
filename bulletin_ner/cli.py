"""The command line `bulletin-ner`: its own commands, and those that other installed parts register."""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

from bulletin_ner.commands.check_model import check_model
from bulletin_ner.commands.faults import INTERRUPTED
from bulletin_ner.commands.predict import predict

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command("predict")(predict)
app.command("check-model")(check_model)


@app.callback()
def _root() -> None:
    """Read epidemic bulletins and turn them into data.

    \b
    bulletin-ner predict examples/
    bulletin-ner predict examples/ --format csv --output results.csv

    Each command's own --help has more examples; --install-completion sets up the shell's completion.
    """


def program() -> typer.Typer:
    """All commands: own ones, and those of installed parts (entry points `bulletin_ner.commands`)."""
    there = {command.name for command in app.registered_commands}
    for entry in entry_points(group="bulletin_ner.commands"):
        if entry.name not in there:
            app.command(entry.name)(entry.load())
    return app


def main() -> None:
    """Run the program."""
    try:
        program()(prog_name="bulletin-ner")
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


if __name__ == "__main__":
    main()
