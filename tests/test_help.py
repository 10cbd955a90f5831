"""What a user meets at the prompt: help whose examples hold, and the shell's completion; and the types that a checker finds."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from typing import Any

import pytest
import typer
from conftest import ROOT
from doc_commands import check_line
from typer.testing import CliRunner

from bulletin_ner.cli import main, program

COMMANDS: dict[str, Any] = typer.main.get_command(program()).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["", *sorted(COMMANDS)])
def test_every_help_shows_examples_that_are_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(program(), [*filter(None, [name]), "--help"])
    assert done.exit_code == 0
    text = COMMANDS[name].help if name else typer.main.get_command(program()).help
    examples = re.findall(rf"\bbulletin-ner {name or 'predict'} .+", text or "") + re.findall(r"^ *(torchrun .+)", text or "", re.MULTILINE)
    assert examples
    shown = " ".join(done.stdout.split())  # a terminal breaks lines where it likes
    for example in examples:
        check_line(example)
        assert example in shown


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("bulletin-ner ch", ["check-model"]),
        ("bulletin-ner predict --format js", ["json", "jsonl"]),
        ("bulletin-ner predict a.txt --engine ", ["local", "ray"]),
        ("bulletin-ner convert a b --from d", ["doccano"]),
        ("bulletin-ner convert a b --from jsonl --to hug", ["huggingface"]),
        ("bulletin-ner evaluate --boot", ["--bootstrap"]),
    ],
)
def test_the_shell_completes(line: str, completed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["bulletin-ner"])
    monkeypatch.setenv("_BULLETIN_NER_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out.split() == completed


def test_the_package_tells_its_types() -> None:
    assert (files("bulletin_ner") / "py.typed").is_file()
