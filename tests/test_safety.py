"""Reading goes nowhere and runs nothing: no connection at predict time, whatever a page names; too deep an input is told in a line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from training.formats.convert import convert
from training.formats.item import FormatError

# An audit hook cannot be taken off again, so it has a process of its own.
_CLOSED = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise RuntimeError(f"{event} {arguments}")

sys.addaudithook(refuse)
from bulletin_ner.cli import main

main()
"""
_PAGE = """<!DOCTYPE html SYSTEM "http://127.0.0.1:9/page.dtd">
<html><head><title>大兴县通报</title><base href="http://127.0.0.1:9/"><link rel="canonical" href="https://www.example.org/2022/11/10/a.html">
<script src="http://127.0.0.1:9/a.js"></script></head><body><h1>大兴县通报</h1><img src="http://127.0.0.1:9/a.png">
<p>11月10日0时至24时，大兴县新增确诊病例3例，均为集中隔离点发现，已转运至定点医院治疗。</p></body></html>"""


def test_predicting_opens_no_connection(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(_PAGE, encoding="utf-8")
    row = {"id": "http://127.0.0.1:9/row", "text": "甲县新增3例。", "url": "http://127.0.0.1:9/2022/11/10/b.html"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    names = [str(tmp_path / "page.html"), str(tmp_path / "rows.jsonl")]
    arguments = [sys.executable, "-c", _CLOSED, "predict", *names, "--model", str(tiny_model), "--format", "jsonl"]
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert [json.loads(line)["reference_date"] for line in result.stdout.splitlines()] == ["2022-11-10", "2022-11-10"]


@pytest.mark.parametrize("format", ["predictions", "jsonl", "doccano", "label-studio"])
def test_what_is_nested_too_deep_is_said(tmp_path: Path, format: str) -> None:
    source = tmp_path / "deep.jsonl"
    source.write_text('{"text": ' + "[" * 100_000 + "\n", encoding="utf-8")
    with pytest.raises(FormatError, match=f"nested too deep to be {format}; take the nested part out"):
        convert(source, tmp_path / "out", format, "conll")
