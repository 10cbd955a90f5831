"""The store: what it keeps, once each, through a kill; and the queries of docs/store.md on a store of examples/."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from made_bulletin import bulletin
from typer.testing import CliRunner

from bulletin_ner import Tagger
from bulletin_ner.cli import app
from bulletin_ner.intake import Document, Fault, Options, expand, read_documents
from bulletin_ner.local import predict_with
from bulletin_ner.output import Result
from bulletin_ner.store import Store, StoreError, StoreSink, document_key

SUFFIXES = ("sqlite", "duckdb")


@pytest.fixture(params=SUFFIXES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / f"bulletins.{request.param}") as opened:
        yield opened


def _counts(store: Store) -> list[int]:
    tables = "documents sources entities roles measures records warnings".split()
    return [store.query(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def test_it_keeps_what_was_read(store: Store) -> None:
    assert store.add([("a.txt", bulletin(3))]) == 1
    assert _counts(store) == [1, 1, 3, 2, 1, 2, 1]
    assert store.query("SELECT type, text, value_low, value_high, parents FROM entities ORDER BY id") == [
        ("PLACE", "甲县", None, None, '["乙省", "丙市"]'),
        ("COUNT", "3例", 3, 3, "[]"),
        ("OFFICIAL", "周明远", None, None, "[]"),
    ]
    assert store.query("SELECT role, body, place, place_code FROM roles ORDER BY id") == [
        ("县长", None, "乙省丙市甲县", "999999"),
        ("组长", "指挥部", None, None),
    ]
    (figure, zero) = store.query("SELECT indicator, value_low, day, entity, origin, sentence FROM figures ORDER BY id")
    assert figure == ("confirmed_cases", 3, "2022-11-11", 1, None, bulletin(3).text)
    assert zero[:5] == ("deaths", 0, "2022-11-11", None, "local")
    assert store.query("SELECT kind, message, records FROM warnings") == [("total", "甲", "[0, 1]")]


def test_a_bulletin_is_added_once(store: Store) -> None:
    assert store.add([("a.txt", bulletin(1)), ("b.txt", bulletin(2)), ("copy of a.txt", bulletin(1))]) == 2
    assert store.add([("a.txt", bulletin(1)), ("later.txt", bulletin(2))]) == 0
    assert _counts(store) == [2, 4, 6, 4, 2, 4, 2]
    assert store.add([("a.txt", bulletin(1, model="m@2")), ("a.txt", bulletin(1, date=None))]) == 2
    with Store(store.path.with_name(f"other{store.path.suffix}")) as other:
        assert other.add([("a.txt", bulletin(1))]) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_known_texts_are_not_read_again(suffix: str, tiny: Tagger, tmp_path: Path) -> None:
    def run(numbers: Sequence[int], name: str, date: str | None = "2022-11-12") -> tuple[list[str], int, int]:
        """What was read, and what the sink says it added and knew."""
        sink = StoreSink(Store(tmp_path / f"bulletins.{suffix}"), model, batch=2)
        names = [f"{name}-{number}" for number in numbers]
        documents = [Document(own, own, f"甲县新增{own[2:]}例。", "utf-8", reference_date=date) for own in names]
        items = predict_with(tiny, sink.unread([*documents, Fault("none.txt", "no such file")]))
        read = [item for item in items if isinstance(item, Result)]
        for result in read:
            sink.write(result)
        sink.close()
        return [result.document.id for result in read], sink.added, sink.known

    model = f"{tiny.settings.name}@{tiny.settings.version}"
    assert run([0, 1, 2], "a") == (["a-0", "a-1", "a-2"], 3, 0)
    assert run([0, 3, 2, 4], "b") == (["b-3", "b-4"], 2, 2)
    assert run([0, 1, 2, 3, 4], "a") == ([], 0, 5)
    assert run([0], "a", date=None) == (["a-0"], 1, 0)
    with Store(tmp_path / f"bulletins.{suffix}") as store:
        assert _counts(store)[0] == 6
        key = document_key("甲县新增0例。", "2022-11-12", model)
        assert store.query(f"SELECT source FROM sources WHERE document = '{key}' ORDER BY source") == [("a-0",), ("b-0",)]


def test_the_keys_are_enforced(store: Store) -> None:
    store.add([("a.txt", bulletin(1))])
    for statement in ("INSERT INTO documents SELECT * FROM documents", "INSERT INTO measures VALUES ('none', 0, 'TESTING', 1, 0, 1, '甲')"):
        with pytest.raises((sqlite3.IntegrityError, duckdb.ConstraintException)):
            store.connection.execute(statement)


def test_a_fault_adds_nothing(store: Store) -> None:
    store.add([("a.txt", bulletin(1))])
    broken = bulletin(2)
    object.__setattr__(broken.records[0], "entity", 99)  # no such entity: the foreign key refuses it
    with pytest.raises(StoreError, match="nothing of this step was written"):
        store.add([("b.txt", bulletin(3)), ("c.txt", broken)])
    assert _counts(store) == [1, 1, 3, 2, 1, 2, 1]
    assert store.add([("b.txt", bulletin(3))]) == 1


_WRITER = """
import sys
sys.path[:0] = sys.argv[3:]
from pathlib import Path
from made_bulletin import bulletin
from bulletin_ner.store import Store
with Store(Path(sys.argv[1])) as store:
    for first in range(0, int(sys.argv[2]), 20):
        store.add([(f"{n}.txt", bulletin(n)) for n in range(first, first + 20)])
        print(first + 20, flush=True)
"""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_killed_writer_leaves_whole_bulletins(suffix: str, tmp_path: Path) -> None:
    path, total = tmp_path / f"bulletins.{suffix}", 2000
    command = [sys.executable, "-c", _WRITER, str(path), str(total), str(ROOT / "tests"), str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        reported = [int(writer.stdout.readline()) for _ in range(4)][-1]
        writer.send_signal(signal.SIGKILL)
    with Store(path) as store:
        documents = _counts(store)[0]
        assert reported <= documents < total
        assert documents % 20 == 0
        assert _counts(store) == [documents * part for part in (1, 1, 3, 2, 1, 2, 1)]
        added = sum(store.add([(f"{n}.txt", bulletin(n)) for n in range(first, first + 20)]) for first in range(0, documents + 40, 20))
        assert added == 40
        assert _counts(store) == [(documents + 40) * part for part in (1, 1, 3, 2, 1, 2, 1)]


def test_what_is_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"the name of a store ends in \.sqlite, \.db, \.duckdb"):
        Store(tmp_path / "a.txt")
    with pytest.raises(StoreError, match="the folder must be there"):
        Store(tmp_path / "none" / "a.sqlite")
    for suffix in SUFFIXES:
        text = tmp_path / f"text.{suffix}"
        text.write_text("甲县通报。" * 1000, encoding="utf-8")
        with pytest.raises(StoreError, match=f"text.{suffix}: "):
            Store(text)
        other, later = tmp_path / f"other.{suffix}", tmp_path / f"later.{suffix}"
        for path, statement in ((other, "CREATE TABLE mine (a INTEGER)"), (later, "CREATE TABLE bulletin_store AS SELECT 9 AS format")):
            connection = sqlite3.connect(path) if suffix == "sqlite" else duckdb.connect(str(path))
            connection.execute(statement)
            connection.close()
        with pytest.raises(StoreError, match=r"a database with other tables \(mine\)"):
            Store(other)
        with pytest.raises(StoreError, match="a store of format 9, this version keeps 3"):
            Store(later)


def test_a_store_of_the_format_before_goes_on(store: Store) -> None:
    """It lacks what roles say of body and place, and gets the columns when it is opened."""
    store.add([("a.txt", bulletin(3))])
    for column in ("body", "place", "place_code"):
        store.connection.execute(f"ALTER TABLE roles DROP COLUMN {column}")
    store.connection.execute("UPDATE bulletin_store SET format = 2")
    store.close()
    with Store(store.path) as again:
        assert again.query("SELECT role, body FROM roles ORDER BY id") == [("县长", None), ("组长", None)]
        assert again.add([("b.txt", bulletin(4))]) == 1
        assert again.query("SELECT count(body) FROM roles") == [(1,)]
        assert again.query("SELECT format FROM bulletin_store") == [(3,)]


PAGE = (ROOT / "docs/store.md").read_text(encoding="utf-8")
QUERIES = dict(re.findall(r"## \d\. (.*?)\n.*?```sql\n(.*?)```", PAGE, re.DOTALL))
# For each query: a row that the examples say without doubt.
SURE = {
    "The epidemic curve": ("2022-11-11", "云岭县", "confirmed_cases", 3.0),
    "How a total grew": ("Yunling County", "2022-11-12", 46.0),
    "New figures by province": ("500000", "covid-19", "confirmed_cases", 3.0, 1),
    "Measures by week": ("2022-W45", "TESTING", 2),
    "Who spoke, and as what": ("沈知秋", "副县长", 1),
    "What to check by hand": ("en-translated.txt", "confirmed_cases", 15.0),
}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, default: Tagger) -> Iterator[list[Store]]:
    folder = tmp_path_factory.mktemp("store")
    documents = read_documents(expand([str(ROOT / "examples")]), Options(reference_date="2022-11-12"))
    results = [item for item in predict_with(default, documents) if isinstance(item, Result)]
    coded = default.predict("11月11日，大足区新增新冠肺炎确诊病例3例。", reference_date="2022-11-12")
    stores = [Store(folder / f"examples.{suffix}") for suffix in SUFFIXES]
    for own in stores:
        assert own.add([(Path(result.document.source).name, result.bulletin) for result in results]) == len(results) > 1
        own.add([("coded.txt", coded)])
    yield stores
    for own in stores:
        own.close()


def test_the_page_has_these_queries() -> None:
    assert list(QUERIES) == list(SURE)


@pytest.mark.parametrize("title", SURE)
def test_a_query_of_the_page_answers(title: str, examples: list[Store]) -> None:
    lite, duck = (own.query(QUERIES[title]) for own in examples)
    assert lite == duck
    assert SURE[title] in [row[: len(SURE[title])] for row in lite], lite


def test_the_command_line(tiny_model: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["predict", str(ROOT / "examples"), "--model", str(tiny_model), *arguments])
        return result.exit_code, result.stdout, result.stderr

    path = tmp_path / "bulletins.sqlite"
    for added, known in ((2, 0), (0, 2)):
        assert run("--store", str(path)) == (0, "", f"{added} added to {path}, {known} there before\n")
    for arguments, wanted, message in (
        (("--store", str(path), "--format", "json"), 2, "--store takes the results itself"),
        (("--store", str(tmp_path / "a.txt")), 3, "the name of a store ends in .sqlite"),
        (("--engine", "spark"), 2, "--engine 'spark' is none of local, ray"),
        (("--engine", "ray"), 2, "give the folder or address as --output"),
        (("--engine", "ray", "--output", str(tmp_path / "out")), 2, "a folder without .jsonl, .ndjson, .parquet files"),
    ):
        code, _, said = run(*arguments)
        assert (code, said.count("\n")) == (wanted, 1)
        assert message in said
