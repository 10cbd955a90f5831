"""The tutorial, the how-to and the reference: their blocks run, one session a page, and print what it shows; the reference is whole."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import ROOT
from doc_blocks import NAMES, BlockError, run

from bulletin_ner import Bulletin, Entity, Measure, Record
from bulletin_ner.labels import ASPECTS, ENTITY_TYPES, INDICATORS, LANGUAGES, MEASURES, MODIFIERS, PLACE_KINDS
from bulletin_ner.schema import Inconsistency


@pytest.mark.parametrize("name", NAMES)
def test_its_blocks_run_and_print_what_it_shows(name: str, tmp_path: Path) -> None:
    document = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert run(document, tmp_path) == document, "run `python benchmarks/doc_blocks.py`"


def test_what_does_not_run_is_said(tmp_path: Path) -> None:
    for number, (block, message) in enumerate(
        [("```sh\nrm x\n```\n", "only cd and"), ("```sh\nbulletin-ner report none\n```\n", "exit code 2"), ("```toml\n```\n", "a block of")]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(BlockError, match=message):
            run(block, folder)


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_its_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_reference_names_every_field_and_label() -> None:
    words = set(re.findall(r"[\w-]+", (ROOT / "docs/reference.md").read_text(encoding="utf-8")))
    for kind in (Bulletin, Entity, Measure, Record, Inconsistency):
        assert {field.name for field in fields(kind)} <= words
    for labels in (ASPECTS, ENTITY_TYPES, INDICATORS, LANGUAGES, MEASURES, MODIFIERS, PLACE_KINDS):
        assert set(labels) <= words
