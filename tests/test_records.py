"""From spans to rows: zeros in words, records, persons, and the warnings of an analyst."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import read, rows

from bulletin_ner.normalisation.zeros import find_zeros
from bulletin_ner.schema import Record


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("全省无新增确诊病例。", ["confirmed_cases new"]),
        ("无新增死亡病例和出院病例", ["deaths new", "recoveries new"]),
        ("累计确诊9例，无死亡病例。", ["deaths cumulative"]),
        ("轻型22例，无重症、危重症病例。", ["severe_cases current"]),
        ("無新增無癥狀感染者", ["asymptomatic_infections new"]),
        ("无无症状感染者", ["asymptomatic_infections unspecified"]),
        ("未报告新增疑似病例。", ["suspected_cases new"]),
        ("社会面连续9天零新增。", ["infections new"]),
        ("無新增新型冠狀病毒肺炎確診病例；新增疑似病例81例", ["confirmed_cases new"]),
        ("新增病例为零。", ["infections new"]),
        ("无新增境外输入病例。", ["infections new"]),
        ("西藏自治区尚未发现新型冠状病毒感染肺炎病例。", ["infections unspecified"]),
        ("无(wú)新增本土病例", ["infections new"]),
        ("There are no new confirmed cases and no new discharged cases.", ["confirmed_cases new", "recoveries new"]),
        ("No new suspected cases and no deaths were reported", ["suspected_cases new", "deaths cumulative"]),
        ("no new confirmed or suspected cases", ["confirmed_cases new", "suspected_cases new"]),
        ("No one has died.", ["deaths cumulative"]),
        # none of these says that a figure is zero
        ("新增0例。", []),
        ("对无症状感染者进行管理。", []),
        ("连续5天无新增方可解除。", []),
        ("确保医务人员零感染", []),
        ("实行日报告、零报告制度。", []),
        ("目前未发现异常。", []),
        ("小区没有新增就调低风险等级，即可恢复出行。", []),
        ("if no new cases are found for five days, the area is opened", []),
        ("There were no cases in the warehouse of masks", ["infections unspecified"]),
        ("do a good job in zero infection", []),
        ("", []),
    ],
)
def test_zeros(sentence: str, expected: list[str]) -> None:
    assert [f"{zero.indicator} {zero.aspect}" for zero in find_zeros(sentence)] == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("无無没有未零新增确诊病例死亡、和no new cases, "), st.characters())))
def test_zeros_never_fail(text: str) -> None:
    for zero in find_zeros(text):
        assert 0 <= zero.start < len(text)


def test_a_record_has_its_sentence_disease_and_origin() -> None:
    text = "登革热通报\n[D:2023年8月1日]，[P:广州市]新增境外输入[C:3例|infections new]，本地病例[C:2例|infections new]。"
    first, second = read(text).records
    assert (first.disease, first.origin, second.origin) == ("dengue", "imported", "local")
    assert (first.start, first.unit, first.modifier, first.score) == (6, "例", "exact", 0.9)
    assert first.place_code == "440100"


def test_a_figure_that_is_not_epidemic_is_no_record() -> None:
    assert rows("[P:大足区]储备[C:30辆|vehicles]车。") == []


@pytest.mark.parametrize(
    ("marked", "kinds"),
    [
        ("[P:重庆市]新增[C:6例|infections new]，其中[P:渝中区][C:4例|infections new]、[P:大足区][C:3例|infections new]。", ["breakdown"]),
        ("[P:重庆市]新增[C:7例|infections new]，其中[P:渝中区][C:4例|infections new]、[P:大足区][C:3例|infections new]。", []),
        ("[P:重庆市]新增[C:9例|infections new]，其中[P:渝中区][C:4例|infections new]、[P:大足区][C:3例|infections new]等。", []),
        ("[D:2022年11月3日][P:渝中区]新增[C:9例|deaths new]，累计死亡[C:4例|deaths cumulative]。", ["total"]),
        (
            "[D:2022年11月3日][P:重庆市]累计[C:9例|deaths cumulative]。[D:2022年11月3日][P:大足区]累计[C:12例|deaths cumulative]。",
            ["total"],
        ),
        ("[D:2022年11月3日][P:重庆市]累计[C:9例|deaths cumulative]。[D:2022年11月3日][P:大足区]累计[C:9例|deaths cumulative]。", []),
        ("[P:重庆市]新增[C:5例|infections new]，其中境外输入[C:3例|infections new]、本土[C:1例|infections new]。", ["breakdown"]),
        ("[P:重庆市]新增[C:4例|infections new]，其中境外输入[C:3例|infections new]、本土[C:1例|infections new]。", []),
        (
            "[D:2022年11月3日][P:渝中区]累计[C:9例|deaths cumulative]。[D:2022年11月3日][P:渝中区]累计[C:8例|deaths cumulative]。",
            ["conflict"],
        ),
        ("[D:2022年11月3日][P:渝中区]累计[C:9例|deaths cumulative]。[D:2022年11月4日][P:渝中区]累计[C:8例|deaths cumulative]。", []),
    ],
)
def test_warnings(marked: str, kinds: list[str]) -> None:
    found = read(marked)
    assert [warning.kind for warning in found.warnings] == kinds
    for warning in found.warnings:
        assert all(0 <= index < len(found.records) for index in warning.records)
        assert re.search(r"\d", warning.message)


def test_persons_are_linked_across_slips() -> None:
    found = read(
        "[R:Mayor] [O:Chen Guoping] spoke. [O:Chen Guo-ping] went on. [O:Guoping Chen] closed; [O:Chen Guopin] left. [O:Li Wenhua] stayed."
    )
    assert [entity.person for entity in found.entities if entity.type == "OFFICIAL"] == [1, 1, 1, 1, 5]
    chinese = read("[R:市长][O:周明远]说。[O:周明远]指出。[R:县长][O:周明]说。")
    assert [entity.person for entity in chinese.entities if entity.type == "OFFICIAL"] == [1, 1, 4]


def test_a_record_needs_known_names() -> None:
    with pytest.raises(ValueError, match="indicator"):
        Record("cases", "new", 1, "exact", None, None, None, None, None, None, None, None, None, 0, 1, 1.0)
