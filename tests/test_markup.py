from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT

from training.check import check_document, load_corpus
from training.markup import parse_file

HEADER = "### a-1\nlanguage: zh-Hans\ngenre: other\ndisease: covid-19\nplace: 甲省/乙市\ndate: 2022-11-10\n---\n"


def _faults(tmp_path: Path, body: str, header: str = HEADER) -> list[str]:
    path = tmp_path / "a.txt"
    path.write_text(header + body, encoding="utf-8")
    parsed, faults = parse_file(path)
    faults += [fault for document in parsed for fault in check_document(document)]
    return [f"{fault.line}: {fault.message}" for fault in faults]


def test_a_document_compiles(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    body = (
        "截至[D:11月10日20时|2022-11-10T20:00]，[P:乙市]累计报告[C:1.2万余例|infections cumulative|>12000]。{} "
        "\\[图\\]见[N:24小时]热线。{TESTING}\n"
    )
    path.write_text(HEADER + body, encoding="utf-8")
    parsed, faults = parse_file(path)
    assert faults == []
    document = parsed[0].document
    assert document.text == "截至11月10日20时，乙市累计报告1.2万余例。 [图]见24小时热线。"
    spans = [(entity.type, document.text[entity.start : entity.end]) for entity in document.entities]
    assert spans == [("DATE", "11月10日20时"), ("PLACE", "乙市"), ("COUNT", "1.2万余例")]
    count = document.entities[2]
    assert (count.value, count.modifier, count.indicator, count.aspect) == (12000, "over", "infections", "cumulative")
    assert [sentence.labels for sentence in document.sentences] == [(), ("TESTING",)]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("甲县通报。", "8: no decision after '甲县通报。'"),
        ("甲县通报。{}\n\n乙。", "10: no decision after '乙。'"),
        ("甲{}县通报。{}", "8: a decision inside a sentence"),
        ("甲县通报。{}{}", "8: a decision after the last sentence"),
        ("甲县通报。{TEST}", "8: measure 'TEST' is none of the 22"),
        ("[Q:甲县]通报。{}", "8: '[Q:甲县]通报。{}': a tag is"),
        ("[P:甲县通报。{}", "8: [P: has no closing ]"),
        ("[P:甲[P:县]]通报。{}", "8: a tag inside a tag"),
        ("共[C:3例]。{}", "8: [C:3例|]: needs an indicator"),
        ("共[C:3例|infections]。{}", "8: [C:3例|infections]: infections needs an aspect"),
        ("共[C:3辆|vehicles new]。{}", "8: [C:3辆|vehicles new]: vehicles takes no aspect"),
        ("共[C:近百名|personnel]。{}", "8: [C:近百名|personnel]: not a plain figure"),
        ("[D:昨日]通报。{}", "8: [D:昨日] has no value"),
        ("[D:昨日|9.11]通报。{}", "8: [D:昨日|9.11]: not ISO 8601"),
        ("甲县通报3例。{}", "8: a-1: digits '3'"),
        ("昨日通报。{}", "8: a-1: what looks like a date '昨日'"),
        ("来了两名医生。{}", "8: a-1: what looks like a count '两名'"),
        ("[P:甲县]通报。{}\n甲县发布。{}", "9: a-1: '甲县' is tagged elsewhere"),
        ("[P:甲、乙县]通报。{}", "8: a-1: PLACE '甲、乙县' holds punctuation"),
        ("共[C:3|infections new]例。{}", "8: a-1: COUNT '3': the classifier '例' belongs inside"),
        ('<img src="a.jpg" alt="[P:甲县]街头"/>好。{}', "8: a-1: PLACE '甲县' stands inside a mark of the page"),
    ],
)
def test_every_fault_is_reported_with_its_line(tmp_path: Path, body: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in _faults(tmp_path, body)), _faults(tmp_path, body)


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (HEADER.replace("zh-Hans", "zh"), "1: a-1: language 'zh' is none of"),
        (HEADER.replace("genre: other\n", ""), "1: a-1: header has no genre"),
        (HEADER.replace("genre", "gender"), "3: header line 'gender: other': expected one of"),
        (HEADER.replace("---\n", ""), "7: header line"),
    ],
)
def test_header_faults(tmp_path: Path, header: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in _faults(tmp_path, "好。{}", header)), _faults(tmp_path, "好。{}", header)


def test_an_abbreviation_needs_no_mark_and_the_longest_piece_gets_the_label(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(HEADER.replace("zh-Hans", "en") + "Staff of [S:No. 1 School] are tested.{TESTING}\n", encoding="utf-8")
    parsed, faults = parse_file(path)
    assert faults == []
    assert [sentence.labels for sentence in parsed[0].document.sentences] == [(), ("TESTING",)]


def test_splits_share_neither_family_nor_place(tmp_path: Path) -> None:
    for split, name in (("train", "a"), ("dev", "b"), ("test", "c")):
        (tmp_path / split).mkdir()
        text = HEADER.replace("a-1", name) + f"{name}好。{{}}\n"
        (tmp_path / split / "same.txt").write_text(text, encoding="utf-8")
    messages = [fault.message for fault in load_corpus(tmp_path)[1]]
    assert sum("family 'same' is also in train" in message for message in messages) == 2
    assert sum("place '甲省/乙市' is also in train" in message for message in messages) == 2


def test_the_example_of_the_page_is_right(tmp_path: Path) -> None:
    page = (ROOT / "corpus/MARKUP.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```\n((?:.*\n)*?)```$", page, re.MULTILINE)
    path = tmp_path / "a.txt"
    path.write_text(example, encoding="utf-8")
    ((document,), faults) = parse_file(path)
    assert faults + check_document(document) == []
    assert {entity.type for entity in document.document.entities} == {"DATE", "PLACE", "ROLE", "OFFICIAL", "COUNT"}
