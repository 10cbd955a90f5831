"""The README's commands are run, and what it shows is what comes out."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from doc_blocks import small_tree
from readme import fill

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line]
# The two that install are what .ci/run runs.
INSTALLING = [command for command in COMMANDS if command.startswith("pip ")]


def test_ci_runs_the_two_that_install() -> None:
    assert len(INSTALLING) == 2
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "readme_command 'pip install . &&'" in script
    assert "readme_command \"'.[dev]'\"" in script


def test_no_other_block_is_there() -> None:
    """The commands above, the example and its output; `fill` runs the first Python block only."""
    assert [language for language in re.findall(r"^```(.+)$", README, re.MULTILINE) if language != "sh"] == ["python", "text"]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in INSTALLING])
def test_command(command: str, tmp_path: Path) -> None:
    small_tree(tmp_path)
    program, *arguments = shlex.split(command)
    start = {
        "bulletin-ner": ["-c", "from bulletin_ner.cli import main; main()"],
        "python": [],
    }[program]
    result = subprocess.run([sys.executable, *start, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    if "--output" in arguments:
        assert (tmp_path / arguments[arguments.index("--output") + 1]).stat().st_size
    else:
        assert result.stdout
    if "train" in arguments:
        shutil.rmtree(tmp_path / "runs")


def test_what_it_shows_is_what_comes_out() -> None:
    assert fill(README) == README, "run `python benchmarks/readme.py`"
