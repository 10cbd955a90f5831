"""The table of bad inputs in docs/intake.md: each row made and met. What it says is what is said, with its exit code; the other inputs are
done; nothing is written where nothing was begun. Real kills and full disks are in test_faults.py."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT

from bulletin_ner import intake
from bulletin_ner.cli import app
from bulletin_ner.commands import predict

_SECTION = (ROOT / "docs/intake.md").read_text(encoding="utf-8").partition("## What is said")[2]
ROWS = dict(re.findall(r"^\| (.+?) \| `(.+)` \|$", _SECTION, re.MULTILINE))
GOOD = "11月10日，甲县新增确诊病例3例。"
MODEL = Path("models/mine")
Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Case:
    """``make``: what is wrong, in a working folder that has a good text and a good model; ``arguments`` beside these two."""

    make: Callable[[Patch], object]
    arguments: tuple[str, ...]


def _file(name: str, content: bytes | str) -> Callable[[Patch], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda patch: (Path(name).parent.mkdir(exist_ok=True), Path(name).write_bytes(data))


def _input(name: str, content: bytes | str, *options: str) -> Case:
    return Case(_file(name, content), (name, *options))


def _model(change: Callable[[Path], object]) -> Case:
    return Case(lambda patch: change(MODEL), ("--format", "jsonl", "--output", "out.jsonl"))


def _nothing(patch: Patch) -> None:
    pass


def _unreadable(patch: Patch) -> None:
    """As root reads every file, the refusal is made."""
    Path("a.txt").touch()
    opened = intake._open

    def refuse(name: str) -> object:
        if name == "a.txt":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(name)

    patch.setattr(intake, "_open", refuse)


def _failing(function: str, code: int) -> Callable[[Patch], object]:
    def fail(*given: object) -> int:
        raise OSError(code, os.strerror(code))

    return lambda patch: patch.setattr(os, function, fail)


def _interrupted(patch: Patch) -> None:
    def stop(*given: object) -> Iterator[object]:
        raise KeyboardInterrupt
        yield

    patch.setattr(predict, "predict_documents", stop)


def _without_a_label(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["labels"]["measures"].pop()
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def _of_another_version(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"format": 1}), encoding="utf-8")


def _altered(folder: Path) -> None:
    data = bytearray((folder / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 255
    (folder / "model.onnx").write_bytes(bytes(data))


def _truncated(name: str) -> Callable[[Path], object]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


_LINES = ("--format", "jsonl", "--output", "out.jsonl")
_DEEP = "<html><body>" + "<div>" * 500 + GOOD + "</div>" * 500
_OTHER = {"source": "good.txt", "id": "good.txt", "model": "default@123"}
CASES = {
    "missing file": Case(_nothing, ("none.txt",)),
    "a folder of other files": Case(_file("docs/a.jsonl", "{}"), ("docs",)),
    "not readable": Case(_unreadable, ("a.txt",)),
    "empty file (exit code 0)": _input("a.txt", ""),
    "a name in another encoding": _input(os.fsdecode("大兴.txt".encode("gb18030")), GOOD),
    "PDF, Office file, archive, image": _input("a.txt", b"%PDF-1.7\n\xe2\xe3"),
    "binary": _input("a.txt", bytes(range(256)) * 7),
    "half-written": _input("a.txt", GOOD.encode()[:-1]),
    "damaged": _input("a.txt", b"x" * 25 + b"\xe5\xa4" + GOOD.encode()),
    "wrong `--encoding`": _input("a.txt", b"x" * 7 + b"\xff" + b"x", "--encoding", "gb18030"),
    "too large": _input("a.txt", b"x" * 10_000_001),
    "no main text": _input("a.html", "<html><body></body></html>"),
    "nested too deep": _input("a.html", _DEEP),
    "wrong column": _input("t.csv", "id,body\n1,甲\n"),
    "an empty table": _input("t.jsonl", ""),
    "a bad row": _input("t.jsonl", '{"text": "甲"}\n' * 6 + '{"text": "a"1}\n'),
    "a bad day in a row": _input("t.csv", "text,day\n甲,2022-11-10\n乙,soon\n", "--date-column", "day"),
    "bad reference date (2)": Case(_nothing, ("--reference-date", "10.11.2022")),
    "unknown format (2)": Case(_nothing, ("--format", "xml")),
    "no model (2)": _model(shutil.rmtree),
    "model without a file (2)": _model(lambda folder: (folder / "model.onnx").unlink()),
    "truncated model (2)": _model(_truncated("model.onnx")),
    "altered model (2)": _model(_altered),
    "truncated config (2)": _model(_truncated("config.json")),
    "model of another version (2)": _model(_of_another_version),
    "model without a label (2)": _model(_without_a_label),
    "output not writable (3)": Case(_failing("open", errno.EACCES), _LINES),
    "full disk (3)": Case(_failing("write", errno.ENOSPC), _LINES),
    "no folder for the output (3)": Case(_nothing, ("--output", "none/out.csv")),
    "output is an input (3)": _input("a.txt", GOOD, "--output", "a.txt"),
    "another model's file (3)": Case(_file("out.jsonl", json.dumps(_OTHER) + "\n"), (*_LINES, "--resume")),
    "Ctrl-C (130)": Case(_interrupted, _LINES),
}


def _files() -> dict[Path, bytes]:
    return {path: content for path in Path().rglob("*") if path.is_file() and (content := path.read_bytes())}


def test_the_page_has_these_rows() -> None:
    assert list(ROWS) == list(CASES)


@pytest.mark.parametrize("what", CASES)
def test_what_the_page_says_is_said(
    what: str, tiny_model: Path, tmp_path: Path, monkeypatch: Patch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_model, MODEL, ignore=shutil.ignore_patterns("run"))
    Path("good.txt").write_text(GOOD, encoding="gb18030" if "gb18030" in CASES[what].arguments else "utf-8")
    case = CASES[what]
    case.make(monkeypatch)
    before = _files()
    wanted = int(match[1]) if (match := re.search(r"\((?:exit code )?(\d+)\)", what)) else 1
    code = app(["predict", "good.txt", *case.arguments, "--model", str(MODEL)], standalone_mode=False) or 0
    out, err = capsysbinary.readouterr()
    said = [line for line in err.decode().splitlines() if not re.match(r"note: docs: left out|\d+ not read, \d+ read$", line)]
    assert code == wanted, said
    pattern = ".*".join(map(re.escape, ROWS[what].split("…")))
    assert len(said) == 1, said
    assert re.fullmatch(pattern, said[0])
    if wanted < 2:
        assert b"good.txt" in out  # the others are done
    else:
        assert out == b""
        assert _files() == before  # an output that was begun is empty, and no other file has changed
