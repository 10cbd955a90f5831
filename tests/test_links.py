"""Which place and date each figure is linked to."""

from __future__ import annotations

import datetime

import pytest
from marked import read, rows

from bulletin_ner.normalisation.document import normalise
from bulletin_ner.normalisation.wholes import Wholes, last_whole
from bulletin_ner.schema import Entity
from bulletin_ner.segmentation import sentences


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
        ("[P:Penang] logged [C:3,118|infections cumulative] cases, against [C:742|infections cumulative] in [D:2022].", [None, "2022"]),
        ("[D:2022年3月21日]，一号楼封闭。楼内[C:30人|quarantined current]居家观察。", ["2022-03-21"]),
        ("检出[C:3例|infections new]。", [None]),
    ],
)
def test_dates_of_figures(marked: str, expected: list[str | None]) -> None:
    assert [date for *_, date in rows(marked)] == expected


def test_a_county_of_taiwan_is_a_county() -> None:
    """Its counties lie over towns and cities, which call themselves none."""
    marked = "[P:頭份市]增[C:1例|confirmed_cases new]\n[P:苗栗縣]說。縣內累計[C:2例|confirmed_cases cumulative]，全縣[C:9|tests new]。"
    assert [place for _, _, place, _ in rows(marked)] == ["台湾省苗栗县头份市", "台湾省苗栗县", "台湾省苗栗县"]


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
        ("[D:2022年5月9日]累计采样[C:40人|tests cumulative]。县域日检[C:3600管|tests unspecified]。", ["2022-05-09", None]),
        ("[D:2022年5月9日]，同班出现[C:2例及以上|infections unspecified]的停课。", [None]),
        # a plan for each of some days holds for them
        # beside a day's figures a total takes the closing date told just before
        (
            "截至[D:2022年5月12日24时]，全省累计[C:12例|infections cumulative]。\n"
            "[D:2022年5月12日]当天新增[C:2例|infections new]，累计出院[C:3例|recoveries cumulative]。",
            ["2022-05-13T00:00", "2022-05-12", "2022-05-13T00:00"],
        ),
        ("[D:2022年5月9日]起连采三天，每天[C:8万人|tests planned]。", ["2022-05-09"]),
        # a date right before its figure wins
        ("[D:2022年5月8日]最高，[D:5月9日]的[C:3例|infections new]最低。", ["2022-05-09"]),
        # the name of an outbreak is no date of its figures
        ("[D:2022年7月4日]新增[C:8例|infections new]。“[D:6·18]”疫情累计[C:90例|infections cumulative]。", ["2022-07-04"] * 2),
        # times of day on the way of a case tell nothing of later lines
        (
            "[P:石城县][D:2022年5月9日]通报。\n[D:2022年5月8日10:00至11:00]到[S:东街市场]，同桌[C:2人|close_contacts unspecified]。\n"
            "密接共[C:9人|close_contacts cumulative]。",
            ["2022-05-08T10:00/2022-05-08T11:00", "2022-05-09"],
        ),
        # of the days in the head the last is the document's, the others tell how it came to that
        (
            "[D:2022年5月9日]通报[C:一例|infections new]。\n患者[D:2022年5月4日]发病，[D:5月6日]就诊。\n已采样[C:40人|tests cumulative]。",
            ["2022-05-09"] * 2,
        ),
        # a speaker who names no date speaks of the day of the conference, not of what another speaker told
        (
            "[D:2022年5月9日]，[P:石城县]开会。\n[R:县长][O:陆川]：[D:2022年5月1日至7日]报告[C:9例|infections cumulative]。\n"
            "[O:何青]：[C:7例|infections cumulative]都在家里发现。\n[O:陆川]：[C:8例|recoveries cumulative]已出院。",
            ["2022-05-01/2022-05-07", "2022-05-09", "2022-05-01/2022-05-07"],
        ),
        # a day that an earlier part of the sentence only told in passing ends with its semicolon, one that opens the sentence does not
        (
            "截至[D:2022年5月9日]累计[C:9例|infections cumulative]。首例是货车司机，[D:2022年5月4日]返回；"
            "已排查密接[C:40人|close_contacts cumulative]。\n"
            "[D:2022年5月8日]新增[C:6例|infections new]，其中[C:2例|infections new]是[D:2022年5月3日]通报的；男[C:4例|infections new]。",
            ["2022-05-09", "2022-05-09", "2022-05-08", "2022-05-08", "2022-05-08"],
        ),
        # a figure that comes again has its date again
        (
            "Figures\n[D:9 May 2022]: [C:Six|infections new] were found. Since [D:1 May 2022], "
            "[C:31|infections cumulative] in all.\n[D:9 May 2022] brought [C:4|deaths new].\nOf the [C:31|infections cumulative], "
            "[C:12|infections cumulative] are children.",
            ["2022-05-09", "2022-05-01", "2022-05-09", "2022-05-01", "2022-05-01"],
        ),
        # last year's same period governs its own sentence alone, a date to compare with only what stands beside it
        (
            "[D:2022年5月9日]周报\n[D:2022年5月1日至7日]报告[C:9例|infections new]，比[D:2022年4月]的[C:7例|infections new]"
            "多[C:2例|infections new]；[D:2021年同期][C:5例|infections new]。\n学生[C:3例|infections new]。",
            ["2022-05-01/2022-05-07", "2022-04", "2022-05-01/2022-05-07", "2021-05-01/2021-05-07", "2022-05-01/2022-05-07"],
        ),
        # a day whose figure is only compared with does not carry on; since an outbreak's day does, in its sentence
        (
            "[D:2022年5月9日]周报\n[D:2022年5月1日至7日]报告[C:9例|infections new]，[D:5月3日]还是[C:7例|infections new]。"
            "学生[C:3例|infections new]。\n"
            "“[D:4月15日]”疫情发生以来，累计[C:66例|infections cumulative]。",
            ["2022-05-01/2022-05-07", "2022-05-03", "2022-05-01/2022-05-07", "2022-04-15"],
        ),
        (
            "[D:12 May 2021]: [C:6,338|tests new] taken, double [D:Monday]'s [C:3,050|tests new]. [C:Five|infections new] were positive.",
            ["2021-05-12", "2021-05-10", "2021-05-12"],
        ),
        # the day on which it was said is not the day of what was said
        (
            "[P:Hebei] adds [C:35|infections new] cases on [D:18 January 2021], it said [D:19 January 2021]. "
            "[C:Five|infections new] are children.",
            ["2021-01-18", "2021-01-18"],
        ),
        ("[D:2022年7月1日]通报。\n累计[C:723例|infections cumulative]，[D:2022年6月18日]起计。", ["2022-06-18"]),
        (
            "[D:2 July 2021]\nThere are [C:9|infections new] in the day ended at [D:8am on 2 July 2021].\n[C:Five|deaths cumulative] died.",
            ["2021-07-02T08:00"] * 2,
        ),
        # a mean of days holds for none
        ("[D:2022年5月1日至7日]日均采样[C:40人|tests new]。", [None]),
        # a date behind its figure is that figure's alone
        (
            "[D:2 July 2021]: Tests: [C:2,882|tests new] for [D:30 June 2021].\nVaccination: [C:62,030|vaccinations cumulative].",
            ["2021-06-30", "2021-07-02"],
        ),
        ("[D:9 May 2022]: [C:1,200|infections cumulative] since [D:1 May 2022].", ["2022-05-01"]),
        # rows of a table take the date of its title
        ("[D:2022年5月9日]新增情况\n[P:西昌市] [C:2|infections new]\n返乡\n[P:会理市] [C:3|infections new]", ["2022-05-09"] * 2),
    ],
)
def test_which_date_governs(marked: str, dates: list[str | None]) -> None:
    assert [record.date for record in read(marked).records] == dates


@pytest.mark.parametrize(("ahead", "value"), [("5月12日", "2022-05-12"), ("2022年12月", "2022-12")])
def test_no_figure_holds_for_a_time_to_come(ahead: str, value: str) -> None:
    """On the day of publication a date ahead is a deadline; only what is planned is dated by it."""
    text = f"2022年5月9日通报。停课至{ahead}，9人隔离，再采样8人。"
    spans = (("DATE", "2022年5月9日", None), ("DATE", ahead, None), ("COUNT", "9人", "current"), ("COUNT", "8人", "planned"))
    entities = [
        Entity(i, kind, words, text.index(words), text.index(words) + len(words), 1.0, indicator="tests" if aspect else None, aspect=aspect)
        for i, (kind, words, aspect) in enumerate(spans)
    ]
    found = normalise(text, sentences(text), entities, datetime.date(2022, 5, 9))
    assert [record.date for record in found.records] == ["2022-05-09", value]


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
        # where cases came from is no place of theirs, in a bracket behind imported cases either
        ("[P:石城县]排查[P:湖北]及外省来石城人员，隔离[C:40人|quarantined cumulative]。", ["石城县"]),
        (
            "[P:石城县]报告输入[C:6例|infections new]（[P:柬埔寨][C:4例|infections new]、[P:泰国][C:2例|infections new]），"
            "住院[C:3例|hospitalised current]。",
            ["石城县"] * 4,
        ),
        (
            "[P:石城县]报告[C:2例|infections new]，全部输入性：[P:缅甸][C:1例|infections new]、[P:加纳][C:1例|infections new]。",
            ["石城县"] * 3,
        ),
        # nor does what stands in a bracket govern what follows it
        ("[P:石城县]今年返乡40人（在[P:贵阳]隔离期满），补检[C:9人|tests cumulative]。", ["石城县"]),
        # the subject of a sentence lasts, a place in a list does not
        ("[P:赣州]网\n截至5日，[P:石城县]采样[C:9人|tests cumulative]，确诊[C:2例|confirmed_cases cumulative]。", ["石城县"] * 2),
        (
            "[P:赣州]网\n新增[C:9例|infections new]，[P:石城县][C:2例|infections new]，治愈[C:1例|recoveries new]。",
            ["赣州", "石城县", "赣州"],
        ),
        # where the first of them was found
        ("[P:Penang] reports. Since the first was seen at [S:Park A], [C:nine|infections cumulative] fell ill.", ["Penang"]),
        ("[P:Songjiang] in southwestern [P:Shanghai] logged [C:five|infections new].", ["Songjiang"]),
        # a site that one figure is told of is not the next one's, nor does it last over an 截至
        (
            "[P:石城县]通报。感染者[C:9例|infections cumulative]全部在[S:第六人民医院]治疗；解除隔离[C:40人|released cumulative]。",
            ["第六人民医院", "石城县"],
        ),
        ("[P:石城县]：[S:东街市场]是主要场所，截至5日报告[C:9例|infections cumulative]。", ["石城县"]),
        (
            "[P:石城县]通报。感染者[C:9例|infections cumulative]都在[S:第六人民医院]，重症[C:2例|severe_cases current]。",
            ["第六人民医院"] * 2,
        ),
        # a total behind several places, each the subject of its clause
        ("[P:石城县]：[P:琴江镇]四轮，[P:小松镇]、[P:屏山镇]各两轮，累计采样[C:4万人|tests cumulative]。", ["石城县"]),
        # what a line begins with, and what a question asks about
        ("[P:石城县]战疫\n[P:琴江镇]　路口设卡。隔离[C:4人|quarantined current]。", ["琴江镇"]),
        ("[P:石城县]战疫\n记者：[P:琴江镇]的核酸做完了吗？\n[O:陆川]：做完了，采样[C:4万人|tests cumulative]。", ["琴江镇"]),
        ("[P:石城县]通报。专家进驻[S:第六人民医院]。这里日检[C:8000管|tests unspecified]。", ["第六人民医院"]),
        ("[P:石城县]通报。[C:7例|infections new]在隔离点发现，[C:1例|infections new]系[P:琴江镇]筛查发现。", ["石城县", "琴江镇"]),
        # no authority is named: places of a breakdown, or named once, are not what all figures are of
        (
            "Daily brief. New: [C:9|infections new] ([P:Kono] [C:6|infections new], [P:Bombali] [C:3|infections new]).",
            [None, "Kono", "Bombali"],
        ),
        ("通告如下。\n一、封控。\n二、管控。\n三、[P:小河庄村]、[P:孟家庄村]解封。\n四、密接[C:9人|close_contacts cumulative]。", [None]),
        ("[P:Fiji] reports. [C:15|infections new] from [P:Lami], [C:11|infections new] from [P:Nadali].", ["Lami", "Nadali"]),
        ("[P:Penang] reports. [C:9|infections new] cases and [C:two|deaths new] deaths in [P:Timur Laut].", ["Timur Laut"] * 2),
        (
            "[P:Guangde] reports. [C:12|infections new] students of Class 3 of [S:Xinhang Primary School] fell ill.",
            ["Xinhang Primary School"],
        ),
        ("At [S:Central Station] ([S:CS]) [C:nine|infections new] fell ill.", ["Central Station"]),
        ("[P:Penang] reports. [C:Two|deaths cumulative] people died, both in the [P:Timur Laut district].", ["Timur Laut district"]),
        ("[P:Penang] reports. [S:Park A], [S:Park B] and the [S:Hall] tested [C:40|tests new].", ["Penang"]),
        # figures told by the authority of a whole region are the region's, with or without its name
        ("[P:觀塘]兩廈撤離\n衞生防護中心公布新增[C:9宗|infections new]。\n[P:觀塘]佔[C:2宗|infections new]。", [None, "觀塘"]),
        (
            "[P:香港]網\n[P:觀塘]兩廈撤離，住客今晚入住檢疫中心，其餘照常，街坊毋須驚慌。\n衞生防護中心公布新增[C:9宗|infections new]。",
            ["香港"],
        ),
        ("[P:彰化縣]通報。依疾管署規定採檢，新增[C:9例|infections new]。", ["彰化縣"]),
        ("一\n二\n三\n[P:觀塘]和[P:觀塘]周邊：\n醫院管理局現有[C:9名|hospitalised current]病人。", [None]),
        # the lowest of a page's path
        ("[P:朝阳市] | [P:喀左县] | 客户端\n今日通报如下。\n新增[C:9例|infections new]。", ["喀左县"]),
        ("[P:觀塘]通報。[S:聯合醫院]停診。[S:樂善堂小學]停課，該校[C:9人|infections new]不適。", ["樂善堂小學"]),
        ("[P:觀塘]社區會堂開放。本港累計[C:9宗|infections cumulative]。", [None]),
        # where those counted are, live or were taken, behind the figure
        ("[P:石城县]通报。[C:3例|infections new]住[P:琴江镇]，[C:1例|infections new]是[S:东街市场]摊主。", ["琴江镇", "东街市场"]),
        ("[P:石城县]通报。[C:7例|infections new]在[P:琴江镇]、[C:2例|infections new]在[P:小松镇]。", ["琴江镇", "小松镇"]),
        ("[P:石城县]通报。[C:2名|infections unspecified]孕妇送[S:第六人民医院]。", ["第六人民医院"]),
        ("[P:石城县]通报。[C:9份|tests new]样本送[P:赣州市]疾控中心。", ["石城县"]),
        # each of two that 與 joins; a body that only tested; a disease's name
        ("[P:古坑鄉]、[P:大埤鄉]與[P:斗南鎮]各[C:2例|infections new]。", ["斗南鎮"]),
        ("[P:石城县]报告。截至5日，经[P:赣州市]疾控中心检测，[C:9份|tests new]阳性。", ["石城县"]),
        ("[P:石城县]流行性出血热通报\n重点在[P:琴江镇]和[P:琴江镇]周边。\n今年1月以来新发[C:20例|infections new]。", ["石城县"]),
        ("[P:臺南市]累計[C:9例|infections cumulative]境外移入（[P:越南][C:5例|infections cumulative]）。", ["臺南市"] * 2),
        # a bracket behind a place holds its parts
        ("• [P:Nyandeni] ([P:Libode], [P:Ngqeleni]): [C:390|infections new], [C:17|deaths new]", ["Nyandeni"] * 2),
        ("[P:石城县]排查。[P:琴江镇][C:9例|infections new]，县外协查转回[C:1例|infections new]。", ["琴江镇", None]),
        # the place of that level though the topic is another; no topic is the country where it is not known to be one
        ("[P:EASTERN CAPE] reports on [P:OR Tambo District]. Our district stands at [C:9|infections cumulative].", ["OR Tambo District"]),
        ("[P:Dili] reports. The country has [C:52|infections current] cases.", [None]),
        # a place of another county governs no figure but its own
        ("[P:石城县]通报。[P:瑞金市]发来协查函，当晚查清密接[C:9人|close_contacts cumulative]。", ["石城县"]),
        ("[P:石城县]通报。[P:赣州市]昨日召开会议，新增[C:9例|infections new]。", ["赣州市"]),
        ("[P:Dili]通报。[P:瑞金市]发来协查函，当晚查清密接[C:9人|close_contacts cumulative]。", ["瑞金市"]),
        # a row of figures is no heading
        (
            "[P:石城县]通报\n[P:琴江镇] [C:9例|infections new]\n[P:小松镇] [C:2例|infections new]\n住院[C:3人|hospitalised current]。",
            ["琴江镇", "小松镇", "石城县"],
        ),
        # what a list leaves over, and what follows it
        (
            "[P:石城县]通报。[P:琴江镇][C:9例|infections new]、[P:小松镇][C:2例|infections new]、其余乡镇[C:3例|infections new]。",
            ["琴江镇", "小松镇", "石城县"],
        ),
        (
            "[P:Ruili] reports. [P:Mengmao] had [C:9|infections new] cases, "
            "[P:Jiexiang] [C:2|infections new] and [C:3|infections new] in others.",
            ["Mengmao", "Jiexiang", "Ruili"],
        ),
        # towns with commas between are a list, a town and its district are not
        (
            "[P:Fenghe County] reports. In [P:Qiao Town], [P:Miao Town] testing went on, with [C:90|tests new] samples taken.",
            ["Fenghe County"],
        ),
        ("[P:Qiao Town], [P:Fenghe County] said, after the rounds, that [C:90|tests new] samples were taken.", ["Qiao Town"]),
        # what a place is said to be part of
        ("[P:Foho] in central [P:China]'s [P:Fenghe Province] reported [C:9|infections new] cases.", ["Foho"]),
        ("[P:Foho], capital of southwest [P:China]'s [P:Fenghe Province], counted [C:9|infections new] cases.", ["Foho"]),
        ("Doctors in [P:China]'s [P:Fenghe Province] counted [C:9|infections new] cases.", ["Fenghe Province"]),
        # the one place of a title, where the region whose authority tells is not named
        ("衞生防護中心調查[P:觀塘]幼稚園爆發\n衞生防護中心今日公布。\n當中[C:9名|infections new]學童求診。", ["觀塘"]),
        ("衞生防護中心公布最新調查，[P:觀塘]供應正常\n衞生防護中心今日公布。\n新增[C:9宗|infections new]。", [None]),
        ("醫院管理局簡報（[S:聯合醫院]）\n醫院管理局今日公布。\n新增[C:9宗|infections new]。", [None]),
        # a league is a whole too, the menu of a site is none
        ("[P:阿拉善盟]通报。[P:额济纳旗]风险仍在，全盟新增[C:9例|infections new]。", ["阿拉善盟"]),
        ("国内 > 地方\n[P:石城县]发布最新通报。\n具体情况如下。\n新增[C:9例|infections new]。", ["石城县"]),
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
