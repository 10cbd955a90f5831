"""The command lines of the documentation: run in this process where they are the project's own, and checked where they cannot be run."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import typer

from bulletin_ner import cli

# With one of these the line is the shell's.
_SHELL = re.compile(r"[|&;<>()]+")


class CommandError(RuntimeError):
    """A command line that fails, or that its program would not take; the message has the line and the reason."""


def lines_of(block: str) -> list[str]:
    """The command lines of a block, those ending in a backslash joined with the next."""
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def run_line(line: str) -> str:
    """Run one line in the working folder; returns what it printed on standard output.

    `cd`, `bulletin-ner` and `python -m` run in this process, which saves the start of another one each time; all else is the shell's.
    """
    words = _words(line)
    if words[0] == "cd" and len(words) == 2:
        os.chdir(words[1])
        return ""
    if any(_SHELL.fullmatch(word) for word in words) or words[0] not in ("bulletin-ner", "python") or words[:2] == ["python", "-c"]:
        return _in_shell(line)
    written = io.BytesIO()
    printed = io.TextIOWrapper(written, encoding="utf-8")
    try:
        with contextlib.redirect_stdout(printed):
            code = _program(words) if words[0] == "bulletin-ner" else importlib.import_module(words[2]).main(words[3:])
    except SystemExit as end:
        code = end.code
    if code:
        raise CommandError(f"{line}: exit code {code}")
    printed.flush()
    return written.getvalue().decode("utf-8")


def check_line(line: str) -> None:
    """A CommandError where the program of a line that is not run would not take its arguments. Nothing is done but reading them."""
    words = _words(line)
    while re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words.pop(0)
    try:
        _check(words)
    except ValueError as error:
        raise CommandError(f"{line}: {error}") from error
    except SystemExit as end:  # as argparse ends
        raise CommandError(f"{line}: its arguments are not taken") from end


def _words(line: str) -> list[str]:
    """The words of a line as a shell takes them, its operators words of their own, without a comment at its end."""
    lexer = shlex.shlex(re.sub(r"(?:^|\s)#.*", "", line), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    return list(lexer)


def _program(words: Sequence[str]) -> int:
    with mock.patch.object(sys, "argv", list(words)):
        cli.main()
    return 0


def _in_shell(line: str) -> str:
    # `python` and `bulletin-ner` are those of this environment.
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = ["bash", "-euo", "pipefail", "-c", line]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise CommandError(f"{line}: exit code {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _check(words: Sequence[str]) -> None:
    if words[0] == "bulletin-ner":
        _check_program(words[1:])
    elif words[0] == "torchrun":
        from torch.distributed.run import parse_args

        given = parse_args(list(words[1:]))  # type: ignore[no-untyped-call]
        if not given.module or given.training_script != "bulletin_ner.cli":
            raise ValueError(f"{given.training_script} is not -m bulletin_ner.cli")
        _check_program(given.training_script_args)
    elif words[:2] == ["pip", "install"]:
        extras = set(importlib.metadata.metadata("bulletin-ner").get_all("Provides-Extra") or ())
        for wanted in re.findall(r"bulletin-ner\[(.*?)\]", " ".join(words)):
            if unknown := set(wanted.split(",")) - extras:
                raise ValueError(f"there is no extra {', '.join(sorted(unknown))}")
    else:
        raise ValueError(f"{words[0]} is none of the programs that this check knows: run the line, or teach the check")


def _check_program(arguments: Sequence[str]) -> None:
    group: Any = typer.main.get_command(cli.program())
    given: dict[str, Any] = {}
    for command in group.commands.values():
        command.callback = given.update
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            group.main(list(arguments), prog_name="bulletin-ner")
    except SystemExit as end:
        if end.code:
            raise ValueError(" ".join(said.getvalue().split())) from end
    if (config := given.get("config")) and not Path(config).is_file():
        raise ValueError(f"{config}: no such file")
