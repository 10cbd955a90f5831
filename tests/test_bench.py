"""The bench command measures what it says, in a form that others can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT
from typer.testing import CliRunner

from bulletin_ner.cli import app
from training import bench, commands
from training.data import load_documents


def test_the_figures_of_a_small_model(tiny_model: Path, tmp_path: Path) -> None:
    documents = load_documents(str(ROOT / "tests/data/smoke.txt"))
    result = bench.bench(str(tiny_model), documents, rounds=1, threads=1, peers=True)
    assert json.loads(json.dumps(result)) == result
    assert result["texts"] == len(documents)
    assert result["throughput"]["characters_per_second"] > 0
    assert 0 < result["latency"]["p50_ms"] <= result["latency"]["p95_ms"]
    assert 30 < result["start"]["peak_mib"] < 450
    assert sum(result["stages"].values()) == pytest.approx(1)
    assert result["stages"]["network"] > 0
    told = bench.as_text(result)
    assert all(peer["name"] in told for peer in result["peers"])
    for peer in result["peers"]:
        assert "missing" in peer or peer["times_as_quick"] > 0
    bench.plot(result, tmp_path / "bench.svg")
    assert "<svg" in (tmp_path / "bench.svg").read_text(encoding="utf-8")


def test_bad_options_are_named() -> None:
    app.command("bench")(commands.bench_command)
    runner = CliRunner()
    for options, told in (
        (["--data", "nowhere"], "nowhere: no such corpus"),
        (["--data", "corpus/dev", "--format", "xml"], "--format 'xml' is none of text, json"),
    ):
        outcome = runner.invoke(app, ["bench", *options])
        assert outcome.exit_code == 2
        assert told in outcome.output
