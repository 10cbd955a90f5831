"""Which date a figure takes whose sentence names none: that of the account it belongs to."""

from __future__ import annotations

import pytest
from marked import rows


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (  # the month that most new figures were told of, not the half-year named last; a total goes to that
            "[P:甲县]卫健局[D:2018年6月6日]通报\n"
            "[D:2018年5月1日—31日]，全县报告[C:412例|infections new]，实验室诊断[C:37例|infections new]，临床诊断[C:375例|infections new]。"
            "[D:1—5月]累计[C:871例|infections cumulative]。\n"
            "（一）城东镇[C:176例|infections new]。",
            ["2018-05-01/2018-05-31"] * 3 + ["2018-01/2018-05", "2018-05-01/2018-05-31"],
        ),
        (  # back in the line of a total after a part of its time
            "[P:甲县][D:2018年1月1日至7月10日]报告[C:47例|infections cumulative]。"
            "进入[D:7月]的十天里新增[C:13例|infections new]。在院[C:9例|hospitalised current]。",
            ["2018-01-01/2018-07-10", "2018-07", "2018-01-01/2018-07-10"],
        ),
        (  # a breakdown of what was counted since a day, in the next sentence; what is there now is of the report's day
            "[P:甲市][D:2022年7月15日]通报\n"
            "[D:7月8日]以来，累计[C:204例|infections cumulative]。[P:乙区][C:128例|infections cumulative]。"
            "现住院[C:9例|hospitalised current]。",
            ["2022-07-08", "2022-07-08", "2022-07-15"],
        ),
        (  # a year is no main account
            "[P:甲县][D:2019年4月11日]通报\n[D:今年]累计[C:29例|infections cumulative]，确定[C:2例|confirmed_cases cumulative]。\n"
            "一、采样。\n二、送检。\n三、消毒。\n"
            "匡列接触者[C:412人|close_contacts cumulative]。",
            ["2019", "2019", "2019-04-11"],
        ),
        (  # what is planned for a day is no account of it
            "[P:甲县][D:2021年1月21日]通报\n拟于[D:1月20日]让[C:1人|recoveries planned]出院。\n密接[C:417人|close_contacts unspecified]。",
            ["2021-01-20", "2021-01-21"],
        ),
        (  # nor does a plan take that of the account, or what a laboratory can do
            "[P:甲县][D:2021年10月30日]通报\n采样[C:91人|tests new]。\n下一轮打算做[C:86人|tests planned]。\n"
            "一天能测[C:400管|tests unspecified]。",
            ["2021-10-30", None, None],
        ),
        (  # the window of one item, below the head, is no account of the next
            "[P:甲县][D:2021年1月27日]通报\n一、值守。\n二、摸排。\n三、采样。\n"
            "四、卡点。[D:13日至25日]登记[C:97人|quarantined cumulative]。\n五、送煤。居家隔离[C:61人|quarantined unspecified]。",
            ["2021-01-13/2021-01-25", "2021-01-27"],
        ),
        (  # a title's figure takes the day that the same number takes below, not the dateline's
            "[P:甲市]新增[C:22例|infections new]\n[P:甲市][D:2022年2月27日]通报\n请戴口罩。\n"
            "[D:2月26日]，全市报告[C:22例|infections new]。",
            ["2022-02-26", "2022-02-26"],
        ),
        (  # a day on the way of a case tells nothing of the total after it
            "[P:甲县][D:12月11日]通报\n[D:2021年12月10日0时至24时]，新增[C:2例|confirmed_cases new]。"
            "均为返乡人员，返乡后居家，[D:12月7日]乘车到站。累计确诊[C:4例|confirmed_cases cumulative]。",
            ["2021-12-10T00:00/2021-12-11T00:00"] * 2,
        ),
    ],
)
def test_figures_without_a_date_of_their_own(marked: str, expected: list[str | None]) -> None:
    assert [date for *_, date in rows(marked)] == expected


def test_a_title_does_not_make_its_day_the_main_account() -> None:
    """It takes the window that follows; its total still goes to the 截至 date."""
    marked = (
        "[P:甘肃]新增[C:2例|infections new]，累计[C:26例|infections cumulative]\n"
        "[D:2020年1月29日0-24时]，新增[C:2例|infections new]。\n截至[D:1月29日24时]，累计[C:26例|infections cumulative]。"
    )
    assert [date for *_, date in rows(marked)][1] == "2020-01-30T00:00"
