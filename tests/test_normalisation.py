from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_ner.normalisation.counts import parse_count
from bulletin_ner.normalisation.dates import DateContext, parse_reference
from bulletin_ner.normalisation.roles import join_roles
from bulletin_ner.schema import Entity


@pytest.mark.parametrize(
    ("surface", "value", "modifier", "unit"),
    [
        ("263例", 263, "exact", "例"),
        ("1,234人", 1234, "exact", "人"),
        ("180余万人次", 1800000, "over", "人次"),
        ("近百名", 100, "under", "名"),
        ("4.8万管", 48000, "exact", "管"),
        ("３５人", 35, "exact", "人"),
        ("27 例", 27, "exact", "例"),
        ("一万五千件", 15000, "exact", "件"),
        ("3万4000", 34000, "exact", None),
        ("两千多份", 2000, "over", "份"),
        ("廿", None, "exact", "廿"),
        ("3至5名", [3, 5], "exact", "名"),
        ("29+1个", 30, "exact", "个"),
        ("97.69%", 97.69, "exact", "%"),
        ("百分之九十七", 97, "exact", "%"),
        ("16萬餘人", 160000, "over", "人"),
        ("約300人", 300, "about", "人"),
        ("数十人", None, "about", "人"),
        ("2.9 million", 2900000, "exact", None),
        ("more than 500", 500, "over", None),
        ("nearly 1,100", 1100, "under", None),
        ("twenty-one", 21, "exact", None),
        ("two thousand and five", 2005, "exact", None),
        ("10-15", [10, 15], "exact", None),
        ("a dozen", 12, "exact", None),
        ("half a million", 500000, "exact", None),
        ("近七成五", 75, "under", "%"),
        ("3到5万只", [30000, 50000], "exact", "只"),
        ("5000元到2万元", [5000, 20000], "exact", "元"),
        ("dozens", None, "about", None),
    ],
)
def test_counts(surface: str, value: object, modifier: str, unit: str | None) -> None:
    count = parse_count(surface)
    assert count.value == value
    assert count.modifier == modifier
    if unit is not None or surface.isascii():
        assert count.unit == unit


@pytest.mark.parametrize(
    ("surface", "value"),
    [
        ("11月10日", "2022-11-10"),
        ("11月10日20時(shí)", "2022-11-10T20:00"),
        ("2021年9月", "2021-09"),
        ("11月4日晚至5日晚", "2022-11-04/2022-11-05"),
        ("8月23日0时至8月25日24时", "2022-08-23T00:00/2022-08-26T00:00"),
        ("昨日", "2022-11-10"),
        ("本月", "2022-11"),
        ("12月31日", "2021-12-31"),
        ("2月30日", None),
        ("早上七点至九点", "T07:00/T09:00"),
        ("November 2", "2022-11-02"),
        ("20:00 on November 10", "2022-11-10T20:00"),
        ("2 March 2021", "2021-03-02"),
        ("yesterday", "2022-11-10"),
        ("6pm on April 8", "2022-04-08T18:00"),
    ],
)
def test_dates(surface: str, value: str | None) -> None:
    reference = datetime.date(2022, 11, 11) if "12月" not in surface else datetime.date(2022, 1, 3)
    assert DateContext("", reference).resolve(surface) == value


def test_a_full_date_in_the_text_gives_the_year_and_without_any_it_stays_open() -> None:
    assert DateContext("2020年2月8日通报", None).resolve("2月7日") == "2020-02-07"
    assert DateContext("", None).resolve("2月7日") == "XXXX-02-07"


def test_the_same_day_is_the_day_named_last() -> None:
    context = DateContext("", None)
    context.resolve("11月6日")
    assert context.resolve("当天") == "XXXX-11-06"


@given(st.text(alphabet="0123456789一二十百万亿余近至年月日时:.,- +abNovember", max_size=14))
def test_any_surface_is_read_without_a_crash(surface: str) -> None:
    parse_count(surface)
    DateContext(surface, datetime.date(2022, 11, 11)).resolve(surface)


def test_reference_dates() -> None:
    assert parse_reference("2022-11-10") == datetime.date(2022, 11, 10)
    assert parse_reference(None) is None


def _roles(text: str, *spans: tuple[str, str]) -> list[tuple[str, ...]]:
    entities, position = [], 0
    for number, (kind, surface) in enumerate(spans):
        start = text.index(surface, position)
        position = start + len(surface)
        entities.append(Entity(number, kind, surface, start, position, 1.0))
    return [entity.roles for entity in join_roles(text, entities) if entity.type == "OFFICIAL"]


def test_roles() -> None:
    assert _roles("县长周明远出席", ("ROLE", "县长"), ("OFFICIAL", "周明远")) == [("县长",)]
    assert _roles("周明远（县长）", ("OFFICIAL", "周明远"), ("ROLE", "县长")) == [("县长",)]
    assert _roles("Li Wen, mayor of Anxi, said", ("OFFICIAL", "Li Wen"), ("ROLE", "mayor of Anxi")) == [("mayor of Anxi",)]
    text = "县领导甲一、乙二和丙三"
    assert _roles(text, ("ROLE", "县领导"), ("OFFICIAL", "甲一"), ("OFFICIAL", "乙二"), ("OFFICIAL", "丙三")) == [("县领导",)] * 3
    assert _roles(
        "县委书记、县长周明远。周明远说", ("ROLE", "县委书记"), ("ROLE", "县长"), ("OFFICIAL", "周明远"), ("OFFICIAL", "周明远")
    ) == [
        ("县委书记", "县长"),
        (),
    ]
