"""What goes wrong on the command line: one clear line, the exit code, and no half record. The rows of docs/intake.md are in
test_fault_table.py."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bulletin_ner.cli import app
from bulletin_ner.saved import ModelError, read_config
from bulletin_ner.sinks import OutputError, open_sink

PROGRAM = [sys.executable, "-c", "from bulletin_ner.cli import main; main()", "predict"]
ROWS = 80


def _table(path: Path, rows: int = ROWS) -> Path:
    lines = [
        json.dumps({"id": f"r{n}", "text": f"11月{n % 28 + 1}日，甲县新增确诊病例{n}例。\n" * 3}, ensure_ascii=False) for n in range(rows)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _call(*arguments: object) -> int:
    """The command in this process; its exit code."""
    return app(["predict", *map(str, arguments)], standalone_mode=False) or 0


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _table(tmp_path_factory.mktemp("rows") / "rows.jsonl")


@pytest.fixture(scope="module")
def whole(table: Path, tiny_model: Path) -> bytes:
    """What an uninterrupted run writes."""
    output = table.with_name("whole.jsonl")
    assert _call(table, "--model", tiny_model, "--format", "jsonl", "--output", output) == 0
    return output.read_bytes()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_goes_on_where_it_was(table: Path, whole: bytes, tiny_model: Path, tmp_path: Path, sign: signal.Signals) -> None:
    output = tmp_path / "out.jsonl"
    arguments = [table, "--model", tiny_model, "--format", "jsonl", "--output", output]
    process = subprocess.Popen([*PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (output.exists() and output.stat().st_size):
        time.sleep(0.005)
    process.send_signal(sign)
    _, said = process.communicate(timeout=60)
    if sign == signal.SIGINT and process.returncode:
        assert process.returncode == 130
        assert said == "interrupted; what was read is kept, go on with --resume\n"
    left = output.read_bytes()
    assert whole.startswith(left[: left.rfind(b"\n") + 1])
    assert left
    assert _call(*arguments, "--resume") == 0
    assert output.read_bytes() == whole


@pytest.mark.parametrize("cut", [0, 200, -1])
def test_a_half_written_last_line_is_read_again(table: Path, whole: bytes, tiny_model: Path, tmp_path: Path, cut: int) -> None:
    output = tmp_path / "out.jsonl"
    output.write_bytes(whole[:cut])
    assert _call(table, "--model", tiny_model, "--format", "jsonl", "--output", output, "--resume") == 0
    assert output.read_bytes() == whole


def test_what_cannot_be_gone_on_with_is_said(table: Path, whole: bytes, tmp_path: Path, tiny_model: Path) -> None:
    output = tmp_path / "out.jsonl"
    model = json.loads(whole.splitlines()[0])["model"]
    for line in (b"not a result\n", b"[" * 100_000 + b"\n"):
        output.write_bytes(whole.splitlines(keepends=True)[0] + line)
        with pytest.raises(OutputError, match="line 2 is no result of this command; delete the line"):
            open_sink(output, "jsonl", True, model)
    output.write_bytes(whole)
    with pytest.raises(OutputError, match="begun with the model .*, not other@1; give that --model"):
        open_sink(output, "jsonl", True, "other@1")
    assert output.read_bytes() == whole
    with pytest.raises(OutputError, match="--resume goes on with a JSONL file or a folder"):
        open_sink(output, "csv", True, model)


def test_rows_of_one_id_are_each_kept(tiny_model: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        "".join(json.dumps({"id": "same", "text": f"甲县{n}例"}, ensure_ascii=False) + "\n" for n in range(3)), encoding="utf-8"
    )
    output = tmp_path / "out.jsonl"
    arguments = [rows, "--model", tiny_model, "--format", "jsonl", "--output", output]
    assert _call(*arguments) == 0
    once = output.read_bytes()
    output.write_bytes(b"".join(once.splitlines(keepends=True)[:2]))
    assert _call(*arguments, "--resume") == 0
    assert output.read_bytes() == once


def test_a_folder_goes_on_and_says_names_that_meet(tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a/one.txt", "a/two.txt", "b/one.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"甲县{name}", encoding="utf-8")
    (tmp_path / "out").mkdir()
    arguments = [tmp_path / "a", tmp_path / "b", "--model", tiny_model, "--format", "json", "--output", tmp_path / "out"]
    assert _call(*arguments) == 1
    assert "its result would overwrite that of" in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"one.json", "two.json"}
    (tmp_path / "out/two.json").unlink()
    before = (tmp_path / "out/one.json").stat().st_mtime_ns
    assert _call(*arguments, "--resume") == 1
    assert (tmp_path / "out/one.json").stat().st_mtime_ns == before
    assert json.loads((tmp_path / "out/two.json").read_text(encoding="utf-8"))["text"] == "甲县a/two.txt"


def test_a_full_disk_leaves_whole_lines(table: Path, whole: bytes, tiny_model: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    limit = f"ulimit -f {len(whole) // 2048}; trap '' XFSZ; exec \"$@\""  # a write beyond it fails, as on a full disk
    arguments = ["bash", "-c", limit, "bash", *PROGRAM, table, "--model", tiny_model, "--format", "jsonl", "--output", output]
    result = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, check=False)
    assert result.returncode == 3
    assert result.stderr == f"{output}: File too large; free some space, then go on with --resume\n"
    left = output.read_bytes()
    assert left.endswith(b"\n")
    assert whole.startswith(left)
    assert 0 < len(left) < len(whole)


def test_other_files_appear_whole_or_not_at_all(table: Path, tiny_model: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    output.write_text("from before", encoding="utf-8")
    process = subprocess.Popen([*PROGRAM, *map(str, (table, "--model", tiny_model, "--format", "csv", "--output", output))])
    while process.poll() is None and not output.with_name("out.csv.part").exists():
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert output.read_text(encoding="utf-8") == "from before" or process.returncode == 0


def test_a_reader_that_goes_away_ends_it_quietly(table: Path, tiny_model: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, *map(str, (table, "--model", tiny_model, "--format", "jsonl"))], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b'{"id": "r0"')
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("good.txt", "--input-format", "xml"), 2, "input format 'xml' is none of auto, text"),
        (("good.txt", "--encoding", "klingon"), 2, "encoding 'klingon' is not known"),
        (("good.txt", "--resume"), 3, "--resume goes on with a JSONL file or a folder"),
        (("good.txt", "--output", "/dev/full"), 3, "/dev/full: No space left on device; free some space, or choose another --output"),
        (("gb.txt",), 0, "note: 1 read as gb18030, which was detected, such as gb.txt; if wrong, say --encoding"),
    ],
)
def test_each_fault_is_one_line_and_a_code(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    arguments: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text("甲县通报。", encoding="utf-8")
    Path("gb.txt").write_bytes("11月10日，甲县新增确诊病例3例，请做好防护。".encode("gb18030"))
    assert _call(*arguments, "--model", tiny_model) == code
    out, err = capsysbinary.readouterr()
    lines = err.decode().splitlines()
    assert message in lines[0]
    assert bool(out) == (code == 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda config: config.pop("labels"), "labels missing; copy the folder anew"),
        (lambda config: config["files"].pop("model.onnx"), "lists no model.onnx"),
        (lambda config: config["labels"]["measures"].pop(), "do not fit its labels"),
        (lambda config: config.update(format=1), "format 1, this version of bulletin_ner reads"),
    ],
)
def test_an_altered_config_is_said(tiny_model: Path, tmp_path: Path, change: object, message: str) -> None:
    config = json.loads((tiny_model / "config.json").read_text(encoding="utf-8"))
    change(config)  # type: ignore[operator]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        read_config(tmp_path)


def test_a_result_carries_where_it_came_from(whole: bytes) -> None:
    first = json.loads(whole.splitlines()[0])
    assert list(first)[:5] == ["id", "source", "title", "encoding", "reference_date_source"]
    assert (first["id"], first["encoding"]) == ("r0", "utf-8")
