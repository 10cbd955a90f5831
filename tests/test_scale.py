"""Datasets: planning and its faults, and a run on a local cluster of two Ray nodes that loses a worker on the way."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import psutil
import pyarrow
import pyarrow.parquet
import pytest
from conftest import ROOT
from doc_blocks import run, small_tree

from bulletin_ner import Bulletin, Entity, Record, Tagger
from bulletin_ner.intake import Document, Options
from bulletin_ner.local import Model
from bulletin_ner.output import Result
from bulletin_ner.rows import entity_row, measure_row, record_row
from bulletin_ner.scale import ScaleError, predict_dataset
from bulletin_ner.scale.parquet import ENTITY, MEASURE, RECORD, SCHEMA, WARNING, as_table, write_whole, written_names
from bulletin_ner.scale.plan import Shard, plan_shards, read_shard
from bulletin_ner.schema import Inconsistency, Measure

OPTIONS = Options()
TEXT = (ROOT / "examples/hans-measures.txt").read_text(encoding="utf-8")


def _rows(count: int) -> list[dict]:
    return [{"id": f"甲-{number}", "text": f"{number}。{TEXT[:60]}", "reference_date": "2022-11-12"} for number in range(count)]


def _jsonl(path: Path, rows: list) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def _parquet(path: Path, rows: list[dict], group: int = 7) -> str:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=group)
    return str(path)


def _read(shards: list[Shard]) -> list[Document]:
    return [document for shard in shards for document in read_shard(shard, OPTIONS)]


@pytest.mark.parametrize("size", [1, 4, 5, 100])
@pytest.mark.parametrize("write", [_jsonl, _parquet])
def test_shards_hold_every_row_once(tmp_path: Path, size: int, write: object) -> None:
    rows = _rows(23)
    address = write(tmp_path / f"rows.{write.__name__[1:]}", rows)  # type: ignore[operator,attr-defined]
    shards = plan_shards([address], size, OPTIONS, "")
    assert [shard.rows for shard in shards] == [min(size, 23 - first) for first in range(0, 23, size)]
    assert [{"id": item.id, "text": item.text, "reference_date": item.reference_date} for item in _read(shards)] == rows
    assert len({shard.name for shard in shards}) == len(shards)


def test_blank_lines_and_a_byte_order_mark_are_no_rows(tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in _rows(3)]
    (tmp_path / "a.jsonl").write_text("\ufeff" + lines[0] + "\r\n\n" + lines[1] + "\n\n\n" + lines[2], encoding="utf-8", newline="")
    assert [row.id for row in _read(plan_shards([str(tmp_path / "a.jsonl")], 2, OPTIONS, ""))] == ["甲-0", "甲-1", "甲-2"]


def test_folders_globs_and_archives_are_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    rows = _rows(5)
    _jsonl(tmp_path / "in/a.jsonl", rows[:2])
    _parquet(tmp_path / "in/b.parquet", rows[2:])
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(tmp_path / "in/a.jsonl", "a.jsonl")
    found = {
        address: [row.id for row in _read(plan_shards([address], 3, OPTIONS, ""))]
        for address in (str(tmp_path / "in"), f"file://{tmp_path}/in/*.parquet", f"zip://*.jsonl::file://{tmp_path}/in.zip")
    }
    assert list(found.values()) == [[row["id"] for row in part] for part in (rows, rows[2:], rows[:2])]


def test_names_follow_the_content_and_the_options(tmp_path: Path) -> None:
    def names(rows: list[dict], options: str = "", write: object = _jsonl) -> list[str]:
        path = tmp_path / f"rows.{write.__name__[1:]}"  # type: ignore[attr-defined]
        return [shard.name for shard in plan_shards([write(path, rows)], 2, OPTIONS, options)]  # type: ignore[operator]

    for write in (_jsonl, _parquet):
        before = names(_rows(4), write=write)
        assert names(_rows(4), write=write) == before
        assert not set(names(_rows(4), "another model", write)) & set(before)
        changed = [*_rows(3), {"id": "甲-3", "text": "改正。", "reference_date": None}]
        assert names(changed, write=write)[1] != before[1]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['{"text": "甲县"}'], r"rows\.jsonl, line 1: its 'id' is None; give every row an id"),
        (['{"id": "", "text": "甲县"}'], r"line 1: its 'id' is ''"),
        (['{"id": true, "text": "甲县"}'], r"line 1: its 'id' is True"),
        (['{"id": 1, "text": ""}', "", '{"id": "1", "text": ""}'], r"'1' occurs 2 times \(.*rows\.jsonl, row 0; .*row 1\)"),
        (['{"id": 1, "text": ""}', '{"id": 2, "te'], r"line 2: no JSON in UTF-8"),
        (['{"id": "\\ud83d", "text": ""}'], r"line 1: its 'id' '\\ud83d' has half a surrogate pair"),
        (["[1, 2]"], r"line 1: '\[1, 2\]' is no JSON object"),
        (['{"id": 1, "text": null}'], r"line 1 \(id 1\): column 'text' is null, not a text"),
        (['{"id": 1, "text": "\\ud83d"}'], r"line 1 \(id 1\): has bytes or escapes that are no characters"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, lines: list[str], message: str) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ScaleError, match=message):
        _read(plan_shards([str(tmp_path / "rows.jsonl")], 10, OPTIONS, ""))


def test_bad_files_and_options_are_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,text\n", encoding="utf-8")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    _parquet(tmp_path / "other.parquet", [{"key": 1, "text": ""}])
    for name, message in (
        ("rows.csv", r"rows\.csv: its name ends in none of \.jsonl, \.ndjson, \.parquet"),
        ("none.jsonl", "no such file or match"),
        ("cut.parquet", "no Parquet file, or cut short"),
        ("other.parquet", "no column 'id' among key, text"),
    ):
        with pytest.raises(ScaleError, match=message):
            plan_shards([str(tmp_path / name)], 10, OPTIONS, "")
    with pytest.raises(ScaleError, match="rows_per_file must be at least 1, not 0"):
        predict_dataset([str(tmp_path)], str(tmp_path / "out"), rows_per_file=0)


def test_the_schema_has_every_field() -> None:
    entity = Entity(0, "COUNT", "3至5名", 0, 4, 0.9, value=[3, 5], indicator="personnel", aspect="unspecified")
    day = Entity(1, "DATE", "今天", 4, 6, 0.9, value="2022-11-10")
    place = Entity(2, "PLACE", "甲县", 6, 8, 0.9, candidates=("1", "2"))
    record = Record("personnel", "unspecified", None, "exact", "名", None, None, None, None, None, 0, None, None, 0, 4, 0.9)
    measure, warning = Measure("TESTING", 0.9, 0, 4, "3至5名"), Inconsistency("total", "3 > 2", (0,))
    bulletin = Bulletin("3至5名今天甲县", "zh-Hans", None, "m@1", (entity, day, place), (measure,), (record,), (warning,))
    for struct, row in ((ENTITY, entity_row(entity)), (MEASURE, measure_row(measure)), (RECORD, record_row(record))):
        assert {field.name for field in struct} == set(row)
    assert {field.name for field in WARNING} == {field.name for field in dataclasses.fields(Inconsistency)}
    assert set(SCHEMA.names) == {"id"} | {field.name for field in dataclasses.fields(Bulletin)}
    (row,) = as_table([Result(Document("a", "a", bulletin.text, "utf-8"), bulletin)]).to_pylist()
    assert [(item["value_low"], item["value_high"], item["date"]) for item in row["entities"]] == [
        (3, 5, None),
        (None, None, "2022-11-10"),
        (None, None, None),
    ]
    assert row["entities"][2]["candidates"] == ["1", "2"]
    assert row["records"][0]["value_low"] is None
    assert row["warnings"] == [{"kind": "total", "message": "3 > 2", "records": [0]}]


def test_only_whole_files_have_a_name(tmp_path: Path) -> None:
    filesystem = fsspec.filesystem("file")
    (tmp_path / ".b.parquet.tmp").write_bytes(b"PAR1, then killed")
    write_whole(filesystem, str(tmp_path), "a.parquet", as_table([]))
    assert written_names(filesystem, str(tmp_path)) == {"a.parquet"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Two nodes of one core each, as processes on this machine; nothing else of Ray differs from a real cluster."""
    import ray
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    ray.init(address=nodes.address, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()
    nodes.shutdown()


class _Killer(threading.Thread):
    """Kills one worker as soon as the first file is written."""

    def __init__(self, output: Path) -> None:
        super().__init__(daemon=True)
        self.output = output
        self.killed_after = 0

    def run(self) -> None:
        while not (written := list(self.output.glob("*.parquet"))):
            time.sleep(0.01)
        workers = [process for process in psutil.Process().children(recursive=True) if "MapBatches(ShardReader)" in _title(process)]
        os.kill(workers[0].pid, signal.SIGKILL)
        self.killed_after = len(written)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_lost_worker_loses_and_doubles_nothing(cluster: None, tiny_model: Path, tiny: Tagger, tmp_path: Path) -> None:
    rows = [{"id": f"甲-{number}", "text": f"{number}。{TEXT}", "reference_date": f"2022-11-{1 + number % 3:02}"} for number in range(240)]
    inputs = [_jsonl(tmp_path / "a.jsonl", rows[:150]), _parquet(tmp_path / "b.parquet", rows[150:])]
    output = tmp_path / "out"
    model = Model(str(tiny_model))
    killer = _Killer(output)
    killer.start()
    summary = predict_dataset(inputs, str(output), model=model, rows_per_file=8)
    killer.join(1)
    assert (summary.bulletins, summary.files, summary.found_files) == (240, 31, 0)
    assert 0 < killer.killed_after < 31
    found = pyarrow.parquet.read_table(output)
    assert found.schema.equals(SCHEMA)
    by_id = {row["id"]: row for row in found.to_pylist()}
    assert len(found) == len(by_id) == 240
    for row in rows[::20]:
        document = Document("a", row["id"], row["text"], "utf-8")
        wanted = as_table([Result(document, tiny.predict(row["text"], row["reference_date"]))])
        assert [by_id[row["id"]]] == wanted.to_pylist()

    # A second run finds all; with a file gone and one of a killed run half written, it makes only those.
    files = sorted(output.iterdir())
    written = {path: path.stat().st_mtime_ns for path in files}
    files[3].unlink()
    (output / f".{files[5].name}.tmp").write_bytes(b"PAR1")
    summary = predict_dataset(inputs, str(output), model=model, rows_per_file=8)
    assert (summary.bulletins, summary.files, summary.found_files) == (8, 1, 30)
    assert sorted(output.iterdir()) == files
    assert [path for path in files if path.stat().st_mtime_ns != written[path]] == [files[3]]

    # Another model, date or input does not go into the same folder.
    with pytest.raises(ScaleError, match="of another input, model or options"):
        predict_dataset(inputs, str(output), model=model, options=Options(reference_date="2022-11-12"), rows_per_file=8)


def test_a_bad_row_holds_up_no_other(cluster: None, tiny_model: Path, tmp_path: Path) -> None:
    rows = _rows(6)
    rows[2]["reference_date"] = "soon"
    address, model = _jsonl(tmp_path / "rows.jsonl", rows), Model(str(tiny_model))
    with pytest.raises(ScaleError, match=r"rows\.jsonl, line 3 \(id 甲-2\): column .* is 'soon', no day.*\(1 of 3 files not written"):
        predict_dataset([address], str(tmp_path / "out"), model=model, workers=1, rows_per_file=2)
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 2
    rows[2]["reference_date"] = "2022-11-12"
    summary = predict_dataset([_jsonl(tmp_path / "rows.jsonl", rows)], str(tmp_path / "out"), model=model, workers=1, rows_per_file=2)
    assert (summary.files, summary.found_files) == (1, 2)
    assert pyarrow.parquet.read_table(tmp_path / "out").num_rows == 6


def test_the_page_runs(cluster: None, tmp_path: Path) -> None:
    """docs/scaling.md; the pages that need no Ray are run by tests/test_docs.py."""
    small_tree(tmp_path)
    (tmp_path / "archive").mkdir()
    rows = [{"id": "a", "text": TEXT, "reference_date": "2022-11-12"}]
    _jsonl(tmp_path / "news.jsonl", rows)
    _parquet(tmp_path / "archive/a.parquet", rows)
    page = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    assert run(page, tmp_path) == page
