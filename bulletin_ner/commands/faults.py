"""The exit codes of `bulletin-ner`, and the one way a command ends with one."""

from __future__ import annotations

from typing import NoReturn

import typer

SOME_FAILED = 1
USAGE = 2
OUTPUT = 3
INTERRUPTED = 130
BROKEN_PIPE = 141


def say(error: Exception) -> str:
    """What went wrong in words: of a fault of the system its file and reason, without a number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def fail(message: str, code: int = USAGE) -> NoReturn:
    """One line on standard error and the exit code."""
    typer.echo(" ".join(message.split()), err=True)
    raise typer.Exit(code)
