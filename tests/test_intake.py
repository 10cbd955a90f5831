"""Intake: encodings, web pages, tables, days of publication; and each fault with its line."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bulletin_ner.intake import Document, Fault, Options, expand, read_documents
from bulletin_ner.intake.publication import find_publication, parse_day

HANS = "11月10日0时至24时，大兴县新增确诊病例3例，请广大居民做好个人防护。\n"
HANT = "11月10日，大興縣新增確診個案3宗，請市民做好個人防護，減少聚集。\n"
PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>大兴县疫情通报_大兴县人民政府</title>{head}</head><body>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/a">政务公开</a></li><li><a href="/b">办事服务</a></li></ul></div>
<h1>大兴县疫情通报</h1>{byline}
<p>11月10日0时至24时，大兴县新增确诊病例3例，均为集中隔离点发现，已转运至定点医院治疗。</p>
<figure><img src="a.jpg"><figcaption>医护人员正在采样。</figcaption></figure>
<p>县疾控中心已对病例活动场所开展消毒，并追踪密切接触者，请广大居民做好个人防护，减少聚集。</p>
<div class="footer">版权所有：大兴县人民政府 联系电话：0000-0000000</div></body></html>"""


def _read(names: Sequence[object], **options: object) -> tuple[list[Document], list[str]]:
    items = list(read_documents(expand([str(name) for name in names]), Options(**options)))  # type: ignore[arg-type]
    return [item for item in items if isinstance(item, Document)], [str(item) for item in items if isinstance(item, Fault)]


@pytest.mark.parametrize(
    ("data", "text", "encoding", "detected"),
    [
        (HANS.encode(), HANS, "utf-8", False),
        (b"\xef\xbb\xbf" + HANS.encode(), HANS, "utf-8", False),
        (HANS.encode("utf-16"), HANS, "utf-16-le", False),
        (b"\xfe\xff" + HANS.encode("utf-16-be"), HANS, "utf-16-be", False),
        (HANS.encode("utf-16-le"), HANS, "utf-16-le", True),
        ("Three new cases, all mild.".encode("utf-16-be"), "Three new cases, all mild.", "utf-16-be", True),
        (HANS.encode("gb18030"), HANS, "gb18030", True),
        (HANT.encode("big5"), HANT, "cp950", True),
        ((HANT + "深水埗、粉嶺邨、㗎").encode("big5hkscs"), HANT + "深水埗、粉嶺邨、㗎", "big5hkscs", True),
        ("The county’s 3 cases – all mild.".encode("cp1252"), "The county’s 3 cases – all mild.", "cp1252", True),
        ("The “Release” of Dazu District: 3 cases.".encode("gb18030"), "The “Release” of Dazu District: 3 cases.", "gb18030", True),
        ("甲县\r\n乙县\r\n".encode(), "甲县\r\n乙县\r\n", "utf-8", False),
        (b"", "", "utf-8", False),
    ],
)
def test_encodings_are_found_and_said(tmp_path: Path, data: bytes, text: str, encoding: str, detected: bool) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    (document,), faults = _read([tmp_path / "a.txt"])
    assert not faults
    assert (document.text, document.encoding, document.encoding_detected) == (text, encoding, detected)


def test_the_callers_encoding_holds(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(HANT.encode("big5"))
    assert _read([tmp_path / "a.txt"], encoding="big5")[0][0].text == HANT
    documents, (fault,) = _read([tmp_path / "a.txt"], encoding="utf-8")
    assert not documents
    assert "not utf-8 at byte" in fault
    (tmp_path / "half.txt").write_bytes(b"+2AA-")
    assert "not utf-7 (" in _read([tmp_path / "half.txt"], encoding="utf-7")[1][0]  # half of a surrogate pair, which no output can hold
    with pytest.raises(ValueError, match="encoding 'klingon' is not known; write utf-8"):
        Options(encoding="klingon")
    with pytest.raises(ValueError, match="encoding 'hex' is not known"):
        Options(encoding="hex")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n\xe2\xe3", "a PDF, not text; extract its text first"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive or Office file"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "an image, not text"),
        (bytes(range(256)) * 7, "binary, not text"),
        (bytes(1000), "binary, not text"),
        (HANS.encode()[:-2], "ends in the middle of a character (utf-8): half-written; fetch or copy it anew"),
        (HANS.encode("utf-16")[:-1], "ends in the middle of a character (utf-16-le)"),
        (HANS.encode().replace("大".encode(), b"\xe5\xa4", 1), "damaged UTF-8 (2 wrong bytes, the first at byte 25); fetch it anew"),
        (b"x" * 2001, "more than 2000 bytes; split it, or raise --max-bytes"),
    ],
)
def test_what_is_no_text_is_said(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "bad.txt").write_bytes(data)
    (tmp_path / "good.txt").write_text(HANS, encoding="utf-8")
    documents, (fault,) = _read([tmp_path], max_bytes=2000)
    assert [document.text for document in documents] == [HANS]
    assert fault.startswith(f"{tmp_path / 'bad.txt'}: {message}")


def test_names_stand_for_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b/two.TXT", "b/page.html", "one.md", "results.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("甲县", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    notes: list[str] = []
    names = [str(name) for name in expand([str(tmp_path)], notes.append)]
    assert [Path(name).name for name in names] == ["page.html", "two.TXT", "one.md"]
    assert notes == [f"{tmp_path}: left out 1 .csv; a folder stands for its texts and pages, name other files themselves"]
    assert [Path(str(name)).name for name in expand([str(tmp_path / "**/*.[mT]*")])] == ["two.TXT", "one.md"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HANS.encode("gb18030"))))
    documents, faults = _read(["-", tmp_path / "empty", tmp_path / "none.txt", "-", "a\0b"])
    assert [(document.source, document.text) for document in documents] == [("-", HANS)]
    assert [fault.split(": ", 1)[1].split(";")[0] for fault in faults] == [
        "the folder holds no .txt or .md or .html or .htm file",
        "no such file, folder or match",
        "standard input is named twice and can be read only once",
        "no such file, folder or match",
    ]


def test_a_name_that_no_result_can_carry_is_said(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(HANS, encoding="utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + "/大兴.txt".encode("gb18030"))).write_text(HANS, encoding="utf-8")
    documents, (fault,) = _read([tmp_path])
    assert [document.id for document in documents] == [str(tmp_path / "good.txt")]
    assert fault.endswith("its name is not UTF-8; rename it, for instance with convmv -f gbk -t utf8 --notest")


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "big5"])
def test_a_page_gives_its_title_and_main_text(tmp_path: Path, charset: str) -> None:
    byline = '<div class="info"><span>发布时间：2022-11-11 08:30</span> <span>来源：大兴发布</span></div>'
    markup = PAGE.format(charset=charset, head="", byline=byline)
    (tmp_path / "page.txt").write_bytes(markup.encode("utf-8" if charset == "utf-8" else "gb18030"))  # what Big5 declares is a lie
    (document,), faults = _read([tmp_path / "page.txt"])
    assert not faults
    assert document.title == "大兴县疫情通报"
    assert document.text.startswith("大兴县疫情通报\n")
    assert "新增确诊病例3例" in document.text
    assert "减少聚集。" in document.text
    assert not any(word in document.text for word in ("办事服务", "正在采样", "版权所有", "<"))
    assert (document.reference_date, document.reference_date_source) == ("2022-11-11", "byline")
    assert document.encoding == ("utf-8" if charset == "utf-8" else "gb18030")
    assert document.encoding_detected == (charset == "big5")


@pytest.mark.parametrize(
    ("head", "day", "source"),
    [
        ('<meta name="PubDate" content="2022-11-12 18:30:00">', "2022-11-12", "metadata"),
        ('<meta property="article:published_time" content="2022-11-12T10:00:00+08:00">', "2022-11-12", "metadata"),
        ('<script type="application/ld+json">{"datePublished": "2022-11-12"}</script>', "2022-11-12", "metadata"),
        ('<link rel="canonical" href="https://www.example.org/art/2022/11/12/a_1.html">', "2022-11-12", "url"),
        ('<link rel="canonical" href="https://www.example.org/xw/t20221112_1.html">', "2022-11-12", "url"),
        ("", None, None),
    ],
)
def test_a_page_tells_its_day(tmp_path: Path, head: str, day: str | None, source: str | None) -> None:
    (tmp_path / "a.html").write_text(PAGE.format(charset="utf-8", head=head, byline=""), encoding="utf-8")
    (document,), _ = _read([tmp_path / "a.html"])
    assert (document.reference_date, document.reference_date_source) == (day, source)
    (document,), _ = _read([tmp_path / "a.html"], reference_date="2020-01-01")
    assert (document.reference_date, document.reference_date_source) == ("2020-01-01", "given")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("发布时间：2022-11-10 08:30 来源：大足区融媒体中心", "2022-11-10"),
        ("發佈日期：2022年11月9日", "2022-11-09"),
        ("2022-02-20 17:32 来源：甲县发布 浏览：12次", "2022-02-20"),
        ("Source: Xinhua | 2020-08-02 22:14:37 | Editor: huaxia", "2020-08-02"),
        ("Published: November 12, 2022", "2022-11-12"),
        ("Released Wednesday, September 2, 2020", "2020-09-02"),
        ("Updated: 2021-01-27 By: Liang Source: x", "2021-01-27"),
        ("发布时间：2022-13-40 来源：甲", None),
        ("2022年11月10日，全县新增确诊病例3例。来源：甲县", None),
        ("自2022年11月10日起，时间：每天8时。", None),
        ("11月10日 来源：甲县发布", None),
    ],
)
def test_bylines(text: str, day: str | None) -> None:
    found = find_publication(f"标题\n{text}\n正文。")
    assert (found.day if found else None) == day


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2022-11-10", "2022-11-10"),
        ("2022/1/3 08:30", "2022-01-03"),
        ("20221110", "2022-11-10"),
        ("2022-02-30", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days_of_tables(value: str, day: str | None) -> None:
    assert parse_day(value) == day


ROWS = [
    {"id": "a", "text": HANS, "reference_date": "2022-11-10 08:00:00", "url": ""},
    {"id": "b", "text": '乙县，"引号"\n第二行', "reference_date": "", "url": "http://x.example/2021/03/04/t.html"},
]


def _write_table(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> None:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding=encoding)
    elif path.suffix == ".parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)


@pytest.mark.parametrize("name", ["t.jsonl", "t.csv", "t.tsv", "t.parquet"])
def test_tables_give_rows_with_their_ids_and_days(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _write_table(path, ROWS)
    documents, faults = _read([path])
    assert not faults
    assert [(document.source, document.id, document.text) for document in documents] == [
        (str(path), row["id"], row["text"]) for row in ROWS
    ]
    assert [(document.reference_date, document.reference_date_source) for document in documents] == [
        ("2022-11-10", "column"),
        ("2021-03-04", "url"),
    ]
    documents, _ = _read([path], text_column="id", id_column="url", date_column="reference_date")
    assert [(document.id, document.text) for document in documents] == [("http://x.example/2021/03/04/t.html", "b")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["t.jsonl", "t.csv"])
def test_tables_in_other_encodings(tmp_path: Path, name: str, encoding: str) -> None:
    _write_table(tmp_path / name, ROWS, encoding)
    documents, faults = _read([tmp_path / name])
    assert not faults
    assert [document.text for document in documents] == [row["text"] for row in ROWS]
    assert {document.encoding_detected for document in documents} == {encoding == "gb18030"}


@pytest.mark.parametrize(
    ("name", "content", "messages"),
    [
        ("t.jsonl", b'{"text": 3}\n', ["line 1: column 'text' is a number, not a text; correct the row"]),
        ("t.jsonl", b'{"body": "x"}\n', ["line 1: no column 'text'; it has body; name one with --text-column"]),
        ("t.jsonl", b"[1]\n\nnull\n", ["line 1: a list, not an object of columns", "line 3: null, not an object"]),
        ("t.jsonl", b'{"text": "a"', ["line 1: not JSON (Expecting ',' delimiter at character 13), and the line does not end"]),
        ("t.jsonl", b'{"text": ' + b"[" * 1900 + b"\n", ["line 1: n"]),
        ("t.jsonl", b'{"text": "' + b"x" * 2000 + b'"}\n', ["line 1: longer than 2000 characters; split its text, or raise --max-bytes"]),
        ("t.jsonl", "{\"text\": \"甲县通报\"}\n".encode() + b'{"text": "\xe7\x94"}\n', ["line 2: has bytes or escapes that are no"]),
        ("t.jsonl", b'{"text": "\\ud83d"}\n', ["line 1: has bytes or escapes that are no characters"]),
        ("t.jsonl", b'{"text": "x", "id": null, "reference_date": "soon"}\n', ["line 1: column 'reference_date' is 'soon', no day"]),
        ("t.csv", b"a,b\n1,2\n", ["no column 'text'; it has a, b; name one with --text-column"]),
        ("t.csv", b"id,text\n1,x,y\n", ["line 2: 3 cells under a header of 2; put texts with a delimiter in quotation marks"]),
        ("t.csv", b'id,text\n1,"x\n2,y\n', ["line 2: not CSV (unexpected end of data); close its quotation marks"]),
        ("t.csv", b"text,text\n1,x\n", ["two columns are called 'text'; rename one"]),
        ("t.parquet", b"PAR1....", ["not a whole Parquet file ("]),
        ("t.csv", b"PAR1....", ["a Parquet file, not text; name it *.parquet or give --input-format parquet"]),
        ("t.jsonl", b"\x1f\x8b\x08\x00" + bytes(range(256)), ["a gzip file, not text; unpack it first"]),
        ("t.csv", bytes(range(256)) * 7, ["binary, not text (it has zero bytes and is no UTF-16)"]),
        ("t.jsonl", b"", ["a table without rows; if that is a failed download, fetch it anew"]),
        ("t.csv", b"id,text\n", ["a table without rows"]),
        ("t.csv", b"", ["a table without rows"]),
    ],
)  # fmt: skip
def test_faults_in_tables_are_said_with_their_place(tmp_path: Path, name: str, content: bytes, messages: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    _, faults = _read([tmp_path / name], max_bytes=2000)
    assert len(faults) == len(messages)
    for fault, message in zip(faults, messages, strict=True):
        assert message in fault
        assert fault.startswith(str(tmp_path / name))


def test_good_rows_go_on_past_bad_ones(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"甲县{number}"}, ensure_ascii=False).encode() for number in range(5)]
    lines[2] = lines[2].replace("县".encode(), b"\xe5\x8e")
    (tmp_path / "t.jsonl").write_bytes(b"\n".join(lines))
    documents, faults = _read([tmp_path / "t.jsonl"])
    assert [(document.id, document.text) for document in documents] == [(str(n + 1), f"甲县{n}") for n in (0, 1, 3, 4)]
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("<html><body></body></html>", "a web page without main text; save its text"),
        ("<html><body>" + "<div>" * 5000 + "甲县" + "</div>" * 5000, "a web page with tags nested deeper than 200"),
    ],
)
def test_pages_that_give_nothing(tmp_path: Path, markup: str, message: str) -> None:
    (tmp_path / "a.html").write_text(markup, encoding="utf-8")
    assert message in _read([tmp_path / "a.html"])[1][0]
