"""From spans to rows: zeros in words, links to place and date, records, and the warnings of an analyst."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletin_ner.normalisation.document import Normalised, normalise
from bulletin_ner.normalisation.wholes import Wholes, last_whole
from bulletin_ner.normalisation.zeros import find_zeros
from bulletin_ner.schema import Entity, Record
from bulletin_ner.segmentation import sentences

MARK = re.compile(r"\[([PSCDOR]):([^|\]]*)(?:\|(\w+) ?(\w*))?\]")
TYPES = {"P": "PLACE", "S": "PLACE", "C": "COUNT", "D": "DATE", "O": "OFFICIAL", "R": "ROLE"}


def read(marked: str) -> Normalised:
    """Normalise a text whose spans are marked as in the corpus: [P:place], [C:3例|confirmed_cases new], [D:date]."""
    text, entities, position = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[position : match.start()]
        kind = {"P": "admin", "S": "site"}.get(match[1])
        aspect = (match[4] or "unspecified") if match[1] == "C" else None
        start = len(text)
        text += match[2]
        entities.append(
            Entity(len(entities), TYPES[match[1]], match[2], start, len(text), 0.9, kind=kind, indicator=match[3], aspect=aspect)
        )
        position = match.end()
    text += marked[position:]
    return normalise(text, sentences(text), entities, None)


def rows(marked: str) -> list[tuple[object, ...]]:
    return [(record.indicator, record.value, record.place, record.date) for record in read(marked).records]


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


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (  # a list of districts after its total, a cumulative figure that goes back to the whole
            "截至[D:2022年11月7日18时]，[P:重庆市]新增确诊病例[C:6例|confirmed_cases new]，"
            "其中[P:渝中区][C:4例|confirmed_cases new]、[P:大足区][C:2例|confirmed_cases new]；"
            "全市累计报告[C:20例|confirmed_cases cumulative]。",
            [("重庆市", 6), ("重庆市渝中区", 4), ("重庆市大足区", 2), ("重庆市", 20)],
        ),
        (  # in brackets behind the figure
            "[P:甘肃省]新增[C:3例|confirmed_cases new]"
            "（[P:兰州市][C:2例|confirmed_cases new]、[P:天水市][C:1例|confirmed_cases new]），无死亡病例。",
            [("甘肃省", 3), ("甘肃省兰州市", 2), ("甘肃省天水市", 1), ("甘肃省", 0)],
        ),
        ("[P:福建省]通报，[C:1例|confirmed_cases new]从[P:湖北省]返回，无新增死亡病例。", [("福建省", 1), ("福建省", 0)]),
        ("[P:七星街道]：辖区[S:会仙路]两个点日均采样[C:3600人|tests new]。", [("七星街道", 3600)]),
        ("[P:Dazu District], [P:Chongqing], has reported [C:263|infections cumulative] cases.", [("重庆市大足区", 263)]),
        (
            "There were [C:172|infections new] cases in [P:New Zealand], "
            "[C:151|infections new] in [P:Auckland] and [C:6|infections new] in [P:Wellington].",
            [("新西兰", 172), ("Auckland", 151), ("Wellington", 6)],
        ),
        ("全国新增[C:15152例|confirmed_cases new]，其中[P:湖北][C:13332例|confirmed_cases new]。", [(None, 15152), ("湖北省", 13332)]),
    ],
)
def test_places_of_figures(marked: str, expected: list[tuple[str | None, int]]) -> None:
    assert [(place, value) for _, value, place, _ in rows(marked)] == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (  # a title takes the window for the new figure, the closing date for the total
            "[P:甘肃]新增[C:2例|infections new]，累计[C:26例|infections cumulative]\n"
            "[D:2020年1月29日0-24时]，[P:甘肃省]新增确诊病例[C:2例|confirmed_cases new]。\n"
            "截至[D:1月29日24时]，累计[C:26例|confirmed_cases cumulative]。",
            ["2020-01-29T00:00/2020-01-30T00:00", "2020-01-30T00:00", "2020-01-29T00:00/2020-01-30T00:00", "2020-01-30T00:00"],
        ),
        ("[P:Penang] logged [C:3,118|infections cumulative] cases, against [C:742|infections cumulative] in [D:2022].", ["2022", "2022"]),
        ("[D:2022年3月21日]，一号楼封闭。楼内[C:30人|quarantined current]居家观察。", ["2022-03-21"]),
        ("检出[C:3例|infections new]。", [None]),
    ],
)
def test_dates_of_figures(marked: str, expected: list[str | None]) -> None:
    assert [date for *_, date in rows(marked)] == expected


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


def test_a_whole_means_the_place_of_its_level() -> None:
    """全市 is the city, though the document is about its district; nobody where the text names no city."""

    def place(number: int, text: str, start: int, level: str | None, name: str | None = None) -> Entity:
        return Entity(number, "PLACE", text, start, start + len(text), 1.0, kind="admin", level=level, name=name or text)

    district = place(0, "大足区", 0, "county", "重庆市大足区")
    city = place(1, "重庆", 10, "province", "重庆市")
    town = place(2, "龙水镇", 20, "township")
    wholes = Wholes([district, city, town], "大足区")
    assert [last_whole(words) for words in ("全市和我区", "across the district", "city-wide", "全镇", "这里")] == [
        "district", "district", "city", "town", None,
    ]  # fmt: skip
    assert wholes.mention("city", 30) == city
    assert wholes.mention("district", 30) == district
    assert wholes.mention("town", 15) == town
    assert wholes.mention("province", 30) is None
    assert wholes.mention("港", 30) is None
    assert Wholes([place(0, "Ashford", 0, None)], "Ashford").mention("county", 9) == place(0, "Ashford", 0, None)


@pytest.mark.parametrize(
    ("marked", "dates"),
    [
        # a window governs what follows it, not the month that the rise is against, nor the title's
        (
            "[D:2022年5月]疫情通报\n[D:2022年5月1日至30日]报告[C:9例|infections new]，较[D:4月]上升8%；重症[C:2例|severe_cases new]。",
            ["2022-05-01/2022-05-30"] * 2,
        ),
        # a date since when something is so governs its own sentence, and no current figure there
        (
            "[D:2022年5月9日]通报：[D:5月1日]以来收治[C:9例|hospitalised cumulative]，在院[C:2例|hospitalised current]。",
            ["2022-05-01", "2022-05-09"],
        ),
        (
            "[D:9 May 2022]: The market has been closed since [D:1 May 2022]. [C:Nine|infections cumulative] cases are linked to it.",
            ["2022-05-09"],
        ),
        # nor does the date of something else in an earlier line, a figure's does
        (
            "截至[D:2022年5月9日]累计[C:9例|infections cumulative]。专家[D:5月8日]进驻。\n已排查密接[C:40人|close_contacts unspecified]。",
            ["2022-05-09", "2022-05-09"],
        ),
        # capacities, rates and thresholds hold for no time
        ("[D:2022年5月9日]累计采样[C:40人|tests cumulative]。单日检测能力[C:8万管|tests unspecified]。", ["2022-05-09", None]),
        ("[D:2022年5月9日]，同班出现[C:2例及以上|infections unspecified]的停课。", [None]),
        # a date right before its figure wins
        ("[D:2022年5月8日]最高，[D:5月9日]的[C:3例|infections new]最低。", ["2022-05-09"]),
        # the name of an outbreak is no date of its figures
        ("[D:2022年7月4日]新增[C:8例|infections new]。“[D:6·18]”疫情累计[C:90例|infections cumulative]。", ["2022-07-04"] * 2),
        # rows of a table take the date of its title
        ("[D:2022年5月9日]新增情况\n[P:西昌市] [C:2|infections new]\n返乡\n[P:会理市] [C:3|infections new]", ["2022-05-09"] * 2),
    ],
)
def test_which_date_governs(marked: str, dates: list[str | None]) -> None:
    assert [record.date for record in read(marked).records] == dates


def test_no_figure_holds_for_a_day_to_come() -> None:
    """On the day of publication a date ahead is a deadline; only what is planned is dated by it."""
    text = "2022年5月9日通报。停课至5月12日，9人隔离，再采样8人。"
    spans = (("DATE", "2022年5月9日", None), ("DATE", "5月12日", None), ("COUNT", "9人", "current"), ("COUNT", "8人", "planned"))
    entities = [
        Entity(i, kind, words, text.index(words), text.index(words) + len(words), 1.0, indicator="tests" if aspect else None, aspect=aspect)
        for i, (kind, words, aspect) in enumerate(spans)
    ]
    found = normalise(text, sentences(text), entities, datetime.date(2022, 5, 9))
    assert [record.date for record in found.records] == ["2022-05-09", "2022-05-12"]


@pytest.mark.parametrize(
    ("marked", "places"),
    [
        ("[P:石城县]报告。\n合计 [C:9例|infections new]", ["石城县"]),
        ("[P:石城县]排查[C:40人|close_contacts cumulative]，其中县外[C:6人|close_contacts cumulative]。", ["石城县", None]),
        ("[P:石城县]通报。[S:石城县人民医院]停诊。\n该院接诊[C:1名|infections new]。", ["石城县人民医院"]),
        (
            "出院\n[S:第六人民医院]累计收治[C:9例|hospitalised cumulative]。[P:江苏]来援。\n治愈[C:5例|recoveries cumulative]。",
            ["第六人民医院"] * 2,
        ),
        ("本市各区通报\n新增[C:9例|infections new]。\n[P:黄浦区]：新增[C:7例|infections new]。", [None, "黄浦区"]),
        ("[P:石城县]通报。目前，[P:琴江镇]封控，全县平稳。在院[C:5例|hospitalised current]。", ["石城县"]),
        ("[P:石城县]规定，出现[C:2例及以上|infections unspecified]的停课。", [None]),
        ("[P:Penang] reports. [C:Two|deaths cumulative] people died, both in the [P:Timur Laut district].", ["Timur Laut district"]),
        ("[P:Penang] reports. [S:Park A], [S:Park B] and the [S:Hall] tested [C:40|tests new].", ["Penang"]),
    ],
)
def test_which_place_holds(marked: str, places: list[str | None]) -> None:
    found = read(marked)
    entities = {entity.id: entity for entity in found.entities}
    assert [entities[r.place_entity].text if r.place_entity is not None else None for r in found.records] == places


def test_publication_on_the_calendars_last_day() -> None:
    text = "截至12月31日0时累计报告3例。"
    spans = [("DATE", "12月31日0时", None, None), ("COUNT", "3例", "infections", "cumulative")]
    entities = [
        Entity(i, kind, words, text.index(words), text.index(words) + len(words), 1.0, indicator=indicator, aspect=aspect)
        for i, (kind, words, indicator, aspect) in enumerate(spans)
    ]
    found = normalise(text, sentences(text), entities, datetime.date.max)
    assert [record.date for record in found.records] == ["9999-12-31T00:00"]
