from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT


def _run(*arguments: str, stdin: str | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bulletin_ner.cli import main; main()", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False)


def test_the_readme_example_is_readable() -> None:
    result = _run("predict", "examples/")
    assert result.returncode == 0, result.stderr
    assert "examples/en-translated.txt: en, " in result.stdout
    assert "examples/hans-measures.txt: zh-Hans, " in result.stdout
    assert "PLACE" in result.stdout
    assert "TESTING" in result.stdout


def test_every_format(tiny_model: Path) -> None:
    inputs = ["examples/hans-measures.txt", "examples/en-*.txt"]
    outputs = {}
    for format in ("json", "jsonl", "csv", "conll", "html", "table"):
        result = _run("predict", *inputs, "--model", str(tiny_model), "--format", format)
        assert result.returncode == 0, result.stderr
        outputs[format] = result.stdout
    dicts = json.loads(outputs["json"])
    assert [json.loads(line) for line in outputs["jsonl"].splitlines()] == dicts
    assert dicts[0]["text"] == (ROOT / inputs[0]).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(outputs["csv"])))
    assert [row["type"] for row in rows] == [entity["type"] for item in dicts for entity in item["entities"]]
    visible = [char for item in dicts for char in item["text"] if not char.isspace()]
    conll = outputs["conll"].split("\n")
    assert [line.split("\t")[0] for line in conll if line and not line.startswith("# ")] == visible
    assert [line for line in conll if line.startswith("# newdoc")] == [f"# newdoc id = {item['source']}" for item in dicts]
    assert "<script" not in outputs["html"]


def test_standard_input_and_a_folder_for_output(tiny_model: Path, tmp_path: Path) -> None:
    result = _run("predict", "-", "--model", str(tiny_model), "--format", "json", stdin="甲县通报。")
    assert json.loads(result.stdout)["text"] == "甲县通报。"
    result = _run("predict", "examples", "--model", str(tiny_model), "--format", "json", "--output", str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"hans-measures.json", "en-translated.json"}


def test_several_processes_give_the_same(tiny_model: Path) -> None:
    one, two = (_run("predict", "examples/", "--model", str(tiny_model), "--format", "json", "--jobs", jobs).stdout for jobs in "12")
    assert json.loads(one)
    assert one == two


def test_a_bad_file_is_said_and_the_others_are_done(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes("甲县".encode()[:-1])
    (tmp_path / "good.txt").write_text("乙县", encoding="utf-8")
    result = _run("predict", str(tmp_path), "--model", str(tiny_model), "--format", "json")
    assert result.returncode == 1
    assert "bad.txt: ends in the middle of a character (utf-8): half-written" in result.stderr
    assert json.loads(result.stdout)["text"] == "乙县"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("predict", "examples", "--format", "xml"), "--format 'xml' is none of table, json"),
        (("predict", "examples", "--model", "corpus"), "no config.json"),
        (("predict", "examples", "--reference-date", "soon"), "reference_date 'soon' is no day"),
        (("train", "--config", "none.toml"), "none.toml: no such config file"),
        (("train", "--config", "configs"), "configs: Is a directory; name a config file"),
        (("evaluate", "--data", "models/default/vocabulary.npz"), "models/default/vocabulary.npz:1: not UTF-8 at byte"),
        (("evaluate", "--data", "none"), "none: no such corpus folder or file"),
    ],
)
def test_faults_are_one_clear_line(arguments: tuple[str, ...], message: str) -> None:
    result = _run(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_train_and_evaluate(tmp_path: Path) -> None:
    config = (ROOT / "configs/smoke.toml").read_text(encoding="utf-8")
    (tmp_path / "smoke.toml").write_text(config.replace("runs/smoke", str(tmp_path / "model")), encoding="utf-8")
    result = _run("train", "--config", str(tmp_path / "smoke.toml"))
    assert result.returncode == 0, result.stderr
    assert "step" in result.stderr  # the progress bar
    arguments = ("evaluate", "--model", str(tmp_path / "model"), "--data", "tests/data/smoke.txt")
    text, scores = _run(*arguments), json.loads(_run(*arguments, "--format", "json").stdout)
    assert "entities" in text.stdout
    assert set(scores["groups"]["language"]) == {"zh-Hans", "zh-Hant", "en"}
    assert scores["documents"] == 3


def test_predicting_needs_no_torch(tiny_model: Path) -> None:
    code = (
        "import sys, bulletin_ner;"
        f"bulletin_ner.load({str(tiny_model)!r}).predict('甲县通报。');"
        "assert not {'torch', 'transformers', 'training'} & set(sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
