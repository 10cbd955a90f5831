"""The report: days, sums and weeks are right, every record is in a plot or named with its reason, the page is closed and valid."""

from __future__ import annotations

import base64
import csv
import datetime
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import html5lib
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_bulletin import bulletin
from typer import Typer
from typer.testing import CliRunner

from bulletin_ner import Bulletin, Measure, Record, Tagger
from bulletin_ner.days import day_of
from bulletin_ner.labels import ASPECTS
from bulletin_ner.normalisation.gazetteer import load as load_gazetteer
from bulletin_ner.report.command import report_command
from bulletin_ner.report.plots import bars, lines
from bulletin_ner.report.results import Unread, read_results
from bulletin_ner.report.tables import Point, ProvinceSum, Tables, Topic, build_tables
from bulletin_ner.store import Store

BEIJING, DAXING, CHAOYANG, DAZU = ("北京市", "110000"), ("北京市大兴区", "110115"), ("北京市朝阳区", "110105"), ("重庆市大足区", "500111")


def _record(
    place: tuple[str | None, str | None], value: object, date: str | None, aspect: str = "new", start: int = 0, **other: object
) -> dict:
    row = Record("confirmed_cases", aspect, None, "exact", "例", *place, date, None, None, None, None, None, start, start + 5, 0.9)
    return asdict(row) | {"value": value} | other


def _result(text: str, records: Sequence[dict], day: str | None = "2022-11-10", measures: Sequence[str] = ()) -> dict:
    told = [{"label": label, "score": 0.9, "start": 0, "end": 1, "text": text[:1]} for label in measures]
    head = {"text": text, "language": "zh-Hans", "reference_date": day, "model": "m@1", "entities": [], "warnings": []}
    return head | {"measures": told, "records": list(records)}


def _write(path: Path, *rows: dict) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _tables(folder: Path, *rows: dict) -> Tables:
    return build_tables(read_results([_write(folder / "results.jsonl", *rows)]))


@pytest.mark.parametrize(
    ("date", "aspect", "day"),
    [
        ("2022-11-10", "new", "2022-11-10"),
        ("2022-11-10T20:00", "cumulative", "2022-11-10"),
        ("2022-11-11T00:00", "cumulative", "2022-11-10"),
        ("2022-11-10T00:00/2022-11-11T00:00", "new", "2022-11-10"),
        ("2022-11-09T20:00/2022-11-10T20:00", "new", "2022-11-10"),
        ("2022-11-10/2022-11-10", "new", "2022-11-10"),
        ("2022-11-04/2022-11-10", "cumulative", "2022-11-10"),
        ("2022-11-04/2022-11-10", "new", "new over more than a day"),
        ("2022-11", "new", "a month or a year, no day"),
        ("2022", "cumulative", "a month or a year, no day"),
        ("XXXX-11-10", "new", "a date without a year"),
        ("T07:00/T09:00", "new", "a clock time without a day"),
        (None, "new", "no date"),
        ("soon", "new", "no date that can be read"),
    ],
)
def test_the_day_of_a_date(date: str | None, aspect: str, day: str) -> None:
    found, reason = day_of(date, aspect)
    assert (found.isoformat() if found else reason) == day
    assert bool(found) != bool(reason)


def test_one_figure_told_with_several_values(tmp_path: Path) -> None:
    tables = _tables(
        tmp_path,
        _result("早", [_record(DAXING, 3, "2022-11-10T08:00", "cumulative")]),
        _result("晚", [_record(DAXING, 5, "2022-11-10T20:00", "cumulative"), _record(DAXING, 2, "2022-11-10T20:00", "cumulative")]),
        _result("改", [_record(DAXING, 6, "2022-11-10T20:00", "cumulative")], day="2022-11-12"),
    )
    (point,) = tables.points
    assert (point.value, point.others, point.source[-2:]) == (6, (3, 5), ":3")
    assert [unused.reason for unused in tables.unused] == ["part of a figure told before it in its sentence"]


def test_provinces_add_no_place_inside_another(tmp_path: Path) -> None:
    tables = _tables(
        tmp_path,
        _result(
            "一", [_record(DAXING, 3, "2022-11-10"), _record(CHAOYANG, 4, "2022-11-10", start=9), _record(DAZU, 1, "2022-11-10", start=20)]
        ),
        _result(
            "二", [_record(BEIJING, 9, "2022-11-11"), _record(DAXING, 5, "2022-11-11", start=9), _record(("某县", None), 1, "2022-11-11")]
        ),
        _result("三", [_record(DAXING, 2, "2022-11-12", origin="imported"), _record(DAXING, 3, "2022-11-12", origin="local", start=9)]),
        _result("四", [_record(DAXING, 500, "2022-11-12", "cumulative")]),
    )
    assert [(row.province, row.value, row.days) for row in tables.provinces] == [("北京市", 3 + 4 + 9 + 2 + 3, 3), ("重庆市", 1, 1)]
    assert tables.uncoded == 1


def test_measures_count_bulletins_by_iso_week(tmp_path: Path) -> None:
    tables = _tables(
        tmp_path,
        _result("一", [], "2023-01-01", ["TESTING", "TESTING", "病媒"]),
        _result("二", [], "2023-01-02", ["TESTING"]),
        _result("三", [_record(DAXING, 1, "2023-01-02"), _record(DAXING, 1, "2023-01-03")], None, ["HEALTHCARE"]),
        _result("四", [], None, ["TESTING"]),
    )
    assert [(week.name, week.bulletins, dict(week.measures)) for week in tables.weeks] == [
        ("2022-W52", 1, {"TESTING": 1, "病媒": 1}),
        ("2023-W01", 2, {"TESTING": 1, "HEALTHCARE": 1}),
    ]
    assert tables.dated_by_records == 1
    assert [item.source[-2:] for item in tables.undated] == [":4"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([(None, None), DAXING, BEIJING, ("某县", None)]),
            st.sampled_from([None, 0, 3, [1, 2]]),
            st.sampled_from([None, "2022-11-10", "2022-11", "2022-11-10T00:00"]),
            st.sampled_from(ASPECTS),
            st.integers(0, 2),
        ),
        max_size=8,
    )
)
def test_every_record_is_drawn_or_named(rows: list[tuple]) -> None:
    from bulletin_ner.report.results import Result

    records = tuple(Record(**_record(place, value, date, aspect, start)) for place, value, date, aspect, start in rows)
    tables = build_tables([Result("a", "zh-Hans", "m@1", None, records, (), 0)])
    drawn = {(point.topic.aspect, point.place, point.day, value) for point in tables.points for value in (point.value, *point.others)}
    left = [unused.record for unused in tables.unused]
    for record in records:
        key = (record.aspect, record.place, day_of(record.date, record.aspect)[0], record.value)
        assert record in left or key in drawn
    assert all(unused.reason for unused in tables.unused)


def test_a_store_gives_what_its_results_give(tmp_path: Path, default: Tagger) -> None:
    texts = {"甲": "11月10日，大兴县新增确诊病例12例，无新增死亡病例，核酸检测1.2万人次。", "乙": "加强核酸检测和消毒。"}
    named = [(name, default.predict(text, "2022-11-10")) for name, text in texts.items()]
    with Store(tmp_path / "s.sqlite") as store:
        store.add(named)
    first = _tables(tmp_path, *[bulletin.to_dict() for _, bulletin in named])
    second = build_tables(read_results([tmp_path / "s.sqlite"]))
    assert {result.source.split(": ")[1] for result in second.results} == set(texts)
    assert first.weeks == second.weeks
    assert first.provinces == second.provinces
    drawn = [{(p.topic, p.place, p.code, p.day, p.value, p.modifier) for p in tables.points} for tables in (first, second)]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) >= 2


_PLACES = [(None, None), DAXING, CHAOYANG, BEIJING, DAZU, ("某县", None), ("泰国", "TH")]
_DATES = [None, "2022-11-10", "2022-11", "2022-11-10T08:00", "2022-11-11T00:00", "2022-11-09/2022-11-11", "2022-11-09T20:00/2022-11-10"]
_ROWS = st.tuples(
    st.sampled_from(_PLACES),
    st.sampled_from([None, 0, 3, 5, [1, 2]]),
    st.sampled_from(_DATES),
    st.sampled_from(["new", "cumulative"]),
    st.sampled_from([None, "imported", "local"]),
    st.sampled_from([None, "cholera"]),
    st.integers(0, 1),
)
_QUERIES = dict(re.findall(r"## \d\. (.*?)\n.*?```sql\n(.*?)```", (ROOT / "docs/store.md").read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.parametrize("suffix", ["sqlite", "duckdb"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(st.tuples(st.lists(_ROWS, max_size=6), st.sampled_from([None, "2022-11-10", "2022-11-14"])), min_size=1, max_size=3))
def test_a_store_answers_in_sql_what_the_report_plots(suffix: str, told: list, tmp_path_factory: pytest.TempPathFactory) -> None:
    bulletins = []
    for number, (rows, day) in enumerate(told):
        records = tuple(
            Record(**_record(place, value, date, aspect, start, origin=origin, disease=disease))
            for place, value, date, aspect, origin, disease, start in rows
        )
        text = f"第{number}号通报。"
        measures = (Measure("TESTING", 0.9, 0, len(text), text), Measure("HEALTHCARE", 0.9, 0, 3, text[:3]))[number % 2 :]
        bulletins.append((f"{number}.txt", Bulletin(text, "zh-Hans", day, "m@1", (), measures, records)))
    path = tmp_path_factory.mktemp("sql") / f"s.{suffix}"
    with Store(path) as store:
        store.add(bulletins)
        daily = store.query("SELECT disease, indicator, aspect, place, place_code, origin, day, value, modifier FROM daily")
        provinces = store.query(_QUERIES["New figures by province"])
        weeks = store.query(_QUERIES["Measures by week"])
    tables = build_tables(read_results([path]))
    points = [(*p.topic, p.place, p.code, p.origin, p.day.isoformat(), p.value, p.modifier) for p in tables.points]
    assert sorted(tuple(value or "" if index < 6 else value for index, value in enumerate(row)) for row in daily) == sorted(points)
    units = load_gazetteer().units
    assert sorted((disease, indicator, units[code].name, value, days) for code, disease, indicator, value, days in provinces) == sorted(
        (row.topic.disease, row.topic.indicator, row.province, row.value, row.days) for row in tables.provinces
    )
    assert sorted(weeks) == sorted((week.name, label, count) for week in tables.weeks for label, count in week.measures.items())


def test_a_text_that_two_models_read_is_in_the_report_once(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        store.add([("a.txt", bulletin(3, model=model)) for model in ("m@1", "m@2")])
    tables = build_tables(read_results([tmp_path / "s.sqlite"]))
    assert [len(tables.results), [item.reason for item in tables.unread]] == [1, [f"the same text as {tmp_path / 's.sqlite'}: a.txt"]]


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"no database at all" * 99)
    code, said = _run(str(tmp_path / "x.sqlite"))
    assert code == 2
    assert "x.sqlite" in said
    assert "Traceback" not in said


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    good = _result("一", [])
    _write(tmp_path / "a.jsonl", good, {"text": "二"}, good | {"text": "三", "records": [{"indicator": "x"}]})
    with (tmp_path / "a.jsonl").open("a", encoding="utf-8") as out:
        out.write("{\n")
    (tmp_path / "b.json").write_text(json.dumps([good, _result("四", [])]), encoding="utf-8")
    (tmp_path / "c.json").write_bytes(b"\xff\xfe")
    found = list(read_results([tmp_path]))
    assert [item.source.rsplit("/")[-1] for item in found if not isinstance(item, Unread)] == ["a.jsonl:1", "b.json[2]"]
    reasons = {item.source.rsplit("/")[-1]: item.reason for item in found if isinstance(item, Unread)}
    assert reasons["a.jsonl:2"] == "not a result of predict (no 'reference_date')"
    assert reasons["a.jsonl:3"].startswith("not a result of predict (no ")
    assert reasons["a.jsonl:4"].startswith("not JSON")
    assert reasons["b.json[1]"].endswith("a.jsonl:1")
    assert reasons["c.json"].startswith("cannot be read")


def _run(*arguments: str) -> tuple[int, str]:
    app = Typer(pretty_exceptions_enable=False)
    app.command()(report_command)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_page(tmp_path: Path) -> None:
    rows = [
        _result(
            f"第{n}篇",
            [_record(DAXING, n, f"2022-11-{n:02}"), _record(("<b>县", None), n, f"2022-11-{n:02}", start=9)],
            measures=["TESTING"],
        )
        for n in range(1, 10)
    ]
    source = _write(tmp_path / "results.jsonl", *rows, _result("无", [_record(DAXING, None, None)], None))
    code, said = _run(str(source), "--output", str(tmp_path / "report.html"), "--tables", str(tmp_path / "tables"))
    assert code == 0, said
    assert "10 bulletins, 18 daily figures, 0 left out" in said
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert not {"script", "iframe", "object", "embed", "form", "base"} & {element.tag for element in tree.iter()}
    images = [element.get("src") for element in tree.iter("img")]
    assert len(images) == 3
    drawings = [ElementTree.fromstring(base64.b64decode(image.removeprefix("data:image/svg+xml;base64,"))) for image in images]
    assert "<b>县" in {text for drawing in drawings for text in drawing.itertext()}
    assert all(element.get("alt") for element in tree.iter("img"))
    shown = "".join(tree.itertext())
    assert "1 bulletins in no week" in shown
    assert "no number" in shown
    targets = {element.get("id") for element in tree.iter() if element.get("id")}
    assert {link.get("href") for link in tree.iter("a")} == {f"#{target}" for target in targets}
    with (tmp_path / "tables/figures.csv").open(encoding="utf-8") as lines:
        figures = list(csv.DictReader(lines))
    assert sum(int(row["value"]) for row in figures) == 2 * sum(range(1, 10))


@pytest.mark.parametrize("value", [0, 1, 3, 4, 6])
def test_a_plot_of_few_cases_has_no_half_ones(value: int) -> None:
    topic = Topic("", "deaths", "new")
    point = Point(topic, "甲县", "", "", datetime.date(2022, 11, 10), float(value), "exact", "a", ())
    for svg in (bars([ProvinceSum(topic, "甲省", float(value), 1)]), lines([point], {point: "甲县"}, ["甲县"])):
        texts = list(ElementTree.fromstring(svg).itertext())
        assert "0" in texts
        assert not [text for text in texts if re.fullmatch(r"[\d,]*\.\d+", text)]


def test_long_tables_say_how_much_is_not_shown(tmp_path: Path) -> None:
    rows = [_result(f"{n}", [_record((f"县{n}", None), 1, "2022-11-01"), _record(DAXING, None, None, start=9)]) for n in range(600)]
    code, said = _run(str(_write(tmp_path / "results.jsonl", *rows)), "--output", str(tmp_path / "report.html"))
    assert code == 0, said
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.count("The first 500 of 600 rows; the option --tables writes all of them.") == 2
    assert "The 592 other places are in the table." in html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("none",), "none: no such file or folder of results"), ((".",), ".: the folder holds no .json or .jsonl file")],
)
def test_faults_are_one_clear_line(arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = _run(*arguments)
    assert code == 2
    assert said.startswith(message)


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    code, said = _run(str(_write(tmp_path / "r.jsonl", _result("一", [_record(DAXING, 1, "2022-11-10")]))))
    assert code == 2
    assert "pip install 'bulletin-ner[report]'" in said
    assert "Traceback" not in said
