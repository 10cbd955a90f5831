"""`bulletin-ner report`: one page on many bulletins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bulletin_ner.commands.faults import OUTPUT, SOME_FAILED, fail


def report_command(
    results: Annotated[list[Path], typer.Argument(help="JSON or JSONL files that predict wrote, folders of them, or a store.")],
    output: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    tables: Annotated[Path | None, typer.Option(help="A folder for the tables behind the plots, as CSV, with every row.")] = None,
) -> None:
    """One page on many bulletins: figures over time and by place, sums by province, measures by week, and what is left out.

    \b
    bulletin-ner predict bulletins/ --format jsonl --output results.jsonl
    bulletin-ner report results.jsonl
    bulletin-ner report results/ --output 2022.html --tables tables/
    bulletin-ner report bulletins.sqlite
    """
    from bulletin_ner.report.page import report_page
    from bulletin_ner.report.results import read_results
    from bulletin_ner.report.spreadsheets import write_tables
    from bulletin_ner.report.tables import build_tables

    try:
        built = build_tables(read_results(results))
        whole = f"all are in {tables}" if tables is not None else "the option --tables writes all of them"
        page = report_page(built, whole)
    except (ImportError, ValueError, FileNotFoundError) as error:
        fail(str(error))
    try:
        if tables is not None:
            write_tables(built, tables)
        output.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        fail(f"{error.filename or output}: {error.strerror}; choose another --output or --tables", OUTPUT)
    for item in built.unread:
        typer.echo(f"{item.source}: left out: {item.reason}", err=True)
    typer.echo(f"{output}: {len(built.results)} bulletins, {len(built.points)} daily figures, {len(built.unread)} left out")
    if built.unread:
        raise typer.Exit(SOME_FAILED)
