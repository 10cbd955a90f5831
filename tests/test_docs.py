"""The pages of docs/: every code block runs, or says why not and is checked; they print what they show; links lead somewhere; the
reference is whole. `tests/test_scale.py` runs scaling.md, whose blocks need Ray; `tests/test_readme.py` the README."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import ROOT
from doc_blocks import BlockError, run, small_tree
from doc_commands import CommandError, check_line

from bulletin_ner import Bulletin, Entity, Measure, Record
from bulletin_ner.labels import ASPECTS, ENTITY_TYPES, INDICATORS, LANGUAGES, MEASURES, MODIFIERS, PLACE_KINDS
from bulletin_ner.schema import Inconsistency

PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "scaling.md"], ids=lambda page: page.name)
def test_its_blocks_run_and_print_what_it_shows(page: Path, tmp_path: Path, tiny_model: Path) -> None:
    document = page.read_text(encoding="utf-8")
    small_tree(tmp_path, tiny_model)
    assert run(document, tmp_path) == document, f"run `python benchmarks/doc_blocks.py {page.relative_to(ROOT)}`"


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("```sh\nls none\n```\n", "ls none: exit code 2"),
        ("```sh\nbulletin-ner report none\n```\n", "report none: exit code 2"),
        ("```sh\npython -m training.check none.txt || false\n```\n", "exit code 1"),
        ("```sql\nSELECT 1 WHERE 1 = 2\n```\n", "no rows"),
        ("```toml\n```\n", "a block of toml: only python, sh, sql, text"),
        ("```\nbulletin-ner train\n```\n", "a block of no language"),
        ("- a list\n\n  ```\n  x\n  ```\n", "a block of no language"),
        ("```shell\nbulletin-ner\n```\n", "a block of shell"),
        ("```sh not-run:\nls\n```\n", "a block of sh not-run:"),
        ("```sql not-run: slow\nSELECT 1\n```\n", "a block of sql that is not run"),
        ("```sh\nls\n", "a fence without its other end"),
    ],
)
def test_a_block_that_nobody_runs_is_an_error(block: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BlockError, match=re.escape(message)):
        run(f"Text.\n\n{block}", tmp_path)


def test_what_a_block_printed_is_shown_below_it(tmp_path: Path) -> None:
    listed = "- one\n\n  ```python\n  if True:\n      print('a\\n\\nb')\n  ```\n\n  ```text\n{}  ```\n"
    shell = "```sh\necho 甲 > a  # a comment\ncat a\n```\n\n```text\n{}```\n"
    page = f"{listed}\n{shell}"
    assert run(page.format("  x\n", ""), tmp_path) == page.format("  a\n\n  b\n", "甲\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bulletin-ner predict a --jobs many", "many"),
        ("bulletin-ner train", "--config"),
        ("bulletin-ner train --config none.toml", "none.toml: no such file"),
        ("bulletin-ner evaluate --data x --modle y", "--modle"),
        ("bulletin-ner tarin --config x", "tarin"),
        ("torchrun --nproc_per_node 2 -m bulletin_ner.cli train", "--config"),
        ("torchrun --nproc_per_node 2 train.py", "train.py is not -m bulletin_ner.cli"),
        ("torchrun --no-such-option -m bulletin_ner.cli train", "its arguments are not taken"),
        ("pip install 'bulletin-ner[rays]'", "there is no extra rays"),
        ("make coffee", "make is none of the programs"),
    ],
)
def test_a_command_that_is_not_run_must_be_one_that_is_taken(line: str, message: str) -> None:
    with pytest.raises(CommandError, match=re.escape(message)):
        check_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "bulletin-ner --help",
        "RAY_ADDRESS=auto bulletin-ner predict s3://b/ --engine ray  # on a cluster",
        "bulletin-ner evaluate --data 'ecr:外 部#test'",
        "pip install '.[dev]'",
    ],
)
def test_a_command_that_is_taken_passes(line: str) -> None:
    check_line(line)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_its_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_reference_names_every_field_and_label() -> None:
    words = set(re.findall(r"[\w-]+", (ROOT / "docs/reference.md").read_text(encoding="utf-8")))
    for kind in (Bulletin, Entity, Measure, Record, Inconsistency):
        assert {field.name for field in fields(kind)} <= words
    for labels in (ASPECTS, ENTITY_TYPES, INDICATORS, LANGUAGES, MEASURES, MODIFIERS, PLACE_KINDS):
        assert set(labels) <= words
