"""Runs the `sh` and `python` blocks of the pages in docs/ that say so (`<!-- tested: ... -->`), in order, each page in a folder of its own.

The folder looks like the root of the source tree; what the blocks write stays in it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

MARK = "<!-- tested:"
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if MARK in path.read_text(encoding="utf-8"))
_BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMANDS = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}


def test_there_are_pages() -> None:
    assert {"correct-and-retrain.md", "formats.md", "taxonomy.md"} <= {path.name for path in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_page(page: Path, tmp_path: Path) -> None:
    for name in ("benchmarks", "configs", "corpus", "examples", "models", "tests", "training"):
        (tmp_path / name).symlink_to(ROOT / name)
    # `python` and `bulletin-ner` are those that run this test.
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    blocks = _BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    for language, code in blocks:
        result = subprocess.run(
            [*_COMMANDS[language], code], cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert result.returncode == 0, f"{code}\n{result.stdout[-1000:]}\n{result.stderr[-2000:]}"
