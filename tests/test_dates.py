from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletin_ner.normalisation.dates import DateContext, parse_reference

DAY = "2022-11-11"  # a Friday

# (surface, value), against 11 November 2022
FORMS = [
    ("11月10日", "2022-11-10"),
    ("11月10号", "2022-11-10"),
    ("十一月十日", "2022-11-10"),
    ("9 月 20 日 18 时", "2022-09-20T18:00"),
    ("１１月１０日", "2022-11-10"),
    ("11月10日20時(shí)", "2022-11-10T20:00"),
    ("11月10日20时30分", "2022-11-10T20:30"),
    ("11月10日晚8点半", "2022-11-10T20:30"),
    ("11月10日下午3点一刻", "2022-11-10T15:15"),
    ("11月10日上午九点四十", "2022-11-10T09:40"),
    ("11月10日零時三十分", "2022-11-10T00:30"),
    ("11月10日中午12时", "2022-11-10T12:00"),
    ("11月10日中午1点", "2022-11-10T13:00"),
    ("11月10日凌晨三点", "2022-11-10T03:00"),
    ("11月10日晚12时", "2022-11-11T00:00"),
    ("11月10日24时", "2022-11-11T00:00"),
    ("12月31日24时", "2023-01-01T00:00"),
    ("11月10日上午", "2022-11-10"),
    ("11月10日（星期四）", "2022-11-10"),
    ("今日（10日）", "2022-11-10"),
    ("2021年9月", "2021-09"),
    ("2021年", "2021"),
    ("2020年2月8日", "2020-02-08"),
    ("二〇二〇年二月八日", "2020-02-08"),
    ("二○二○年二月八日", "2020-02-08"),
    ("2022.11.10", "2022-11-10"),
    ("2022/11/10", "2022-11-10"),
    ("2022-11-10 09:12", "2022-11-10T09:12"),
    ("2022-11-10 09:12:45", "2022-11-10T09:12:45"),
    ("20221110", "2022-11-10"),
    ("1110", "2022-11-10"),
    ("22年11月10日", "2022-11-10"),
    ("98年9月10日", "2009-09-10"),
    ("110年5月16日14時", "2021-05-16T14:00"),
    ("民國110年5月16日", "2021-05-16"),
    ("中華民國111年5月10日", "2022-05-10"),
    ("民國70年", "1981"),
    ("九十二年七月五日", "2003-07-05"),
    ("110/6/8", "2021-06-08"),
    ("108-07-02 16:33", "2019-07-02T16:33"),
    ("12月31日", "2022-12-31"),
    ("1月3日", "2023-01-03"),
    ("9月底", "2022-09"),
    ("9月中旬", "2022-09"),
    ("8月下半月", "2022-08-16/2022-08-31"),
    ("2020年底", "2020-12"),
    ("去年12月", "2021-12"),
    ("今年9月", "2022-09"),
    ("去年", "2021"),
    ("两年前", "2020"),
    ("本月", "2022-11"),
    ("上月", "2022-10"),
    ("下个月", "2022-12"),
    ("本月5日", "2022-11-05"),
    ("上月二十日", "2022-10-20"),
    ("上半年", "2022-01/2022-06"),
    ("第三季度", "2022-07/2022-09"),
    ("今年前五个月", "2022-01/2022-05"),
    ("昨日", "2022-11-10"),
    ("昨日20时", "2022-11-10T20:00"),
    ("昨晚", "2022-11-10"),
    ("前天", "2022-11-09"),
    ("今晚", "2022-11-11"),
    ("今晚8点", "2022-11-11T20:00"),
    ("明早八点", "2022-11-12T08:00"),
    ("后天", "2022-11-13"),
    ("即日", "2022-11-11"),
    ("上午", "2022-11-11"),
    ("本周五", "2022-11-11"),
    ("上周五", "2022-11-04"),
    ("下周一", "2022-11-14"),
    ("上周", "2022-10-31/2022-11-06"),
    ("本周", "2022-11-07/2022-11-13"),
    ("本周末", "2022-11-12/2022-11-13"),
    ("2022年第41周", "2022-10-10/2022-10-16"),
    ("11月4日晚至5日晚", "2022-11-04/2022-11-05"),
    ("11月4日至5日", "2022-11-04/2022-11-05"),
    ("11月28日至2日", "2022-11-28/2022-12-02"),
    ("10日、11日", "2022-11-10/2022-11-11"),
    ("10、11日", "2022-11-10/2022-11-11"),
    ("1—11月", "2022-01/2022-11"),
    ("2021年12月30日至1月3日", "2021-12-30/2022-01-03"),
    ("8月23日0时至8月25日24时", "2022-08-23T00:00/2022-08-26T00:00"),
    ("8月23日0时至25日24时", "2022-08-23T00:00/2022-08-26T00:00"),
    ("2020年2月8日0-24时", "2020-02-08T00:00/2020-02-09T00:00"),
    ("2月8日0时-24时", "2022-02-08T00:00/2022-02-09T00:00"),
    ("2月8日0—24时", "2022-02-08T00:00/2022-02-09T00:00"),
    ("11月18日0—24時(shí)", "2022-11-18T00:00/2022-11-19T00:00"),
    ("2020年2月12日12—24时", "2020-02-12T12:00/2020-02-13T00:00"),
    ("2月7日12时至2月8日12时", "2022-02-07T12:00/2022-02-08T12:00"),
    ("3月17日23时至次日5时", "2022-03-17T23:00/2022-03-18T05:00"),
    ("11月10日下午2时至5时", "2022-11-10T14:00/2022-11-10T17:00"),
    ("早上七点至九点", "T07:00/T09:00"),
    ("下午1時至7時", "T13:00/T19:00"),
    ("22时至次日2时", "T22:00/T02:00"),
    ("本周五、六晚", "2022-11-11/2022-11-12"),
    ("2月30日", None),
    ("13月1日", None),
    ("11月10日25时", None),
    ("春节", "2023-01-22"),
    ("2021年春节", "2021-02-12"),
    ("除夕", "2023-01-21"),
    ("2022年春节期间", "2022-01-31/2022-02-06"),
    ("正月十五", "2023-02-05"),
    ("农历十月初八", "2022-11-01"),
    ("臘月二十三", "2023-01-14"),
    ("大年初一", "2023-01-22"),
    ("中秋", "2022-09-10"),
    ("端午節", "2022-06-03"),
    ("今年清明", "2022-04-05"),
    ("冬至", "2022-12-22"),
    ("元旦", "2023-01-01"),
    ("国庆假期", "2022-10-01/2022-10-07"),
    ("2022年五一", "2022-05-01"),
    ("聖誕", "2022-12-25"),
    ("2022年母親節", "2022-05-08"),
    ("截至昨日20时", "2022-11-10T20:00"),
    ("11月10日20时60分", None),
    ("11月10日20:75", None),
    ("11月10日正午", "2022-11-10T12:00"),
    ("2022.11", "2022-11"),
    ("2022年Q3", "2022-07/2022-09"),
    ("前三季度", "2022-01/2022-09"),
    ("去年年底", "2021-12"),
    ("后年", "2024"),
    ("月底", "2022-11"),
    ("次月", "2022-12"),
    ("3天前", "2022-11-08"),
    ("两周前", "2022-10-28"),
    ("大前天", "2022-11-08"),
    ("大后天", "2022-11-14"),
    ("上上周五", "2022-10-28"),
    ("上上周", "2022-10-24/2022-10-30"),
    ("下下周一", "2022-11-21"),
    ("上周一至周五", "2022-10-31/2022-11-04"),
    ("下周一至周三", "2022-11-14/2022-11-16"),
    ("民國一百一十一年十一月十日", "2022-11-10"),
    ("民國元年", "1912"),
    ("九月廿七日", "2022-09-27"),
    ("腊月廿三", "2023-01-14"),
    ("双十一", "2022-11-11"),
    ("十一假期", "2022-10-01/2022-10-07"),
    ("近期", None),
    # English
    ("November 2", "2022-11-02"),
    ("Nov. 10", "2022-11-10"),
    ("10 November", "2022-11-10"),
    ("November 10, 2022", "2022-11-10"),
    ("2 March 2021", "2021-03-02"),
    ("2nd of March 2021", "2021-03-02"),
    ("the 10th", "2022-11-10"),
    ("November", "2022-11"),
    ("the end of September", "2022-09"),
    ("mid-October", "2022-10"),
    ("Nov. 4-5", "2022-11-04/2022-11-05"),
    ("10 to 14 October", "2022-10-10/2022-10-14"),
    ("15, 16 and 17 June", "2022-06-15/2022-06-17"),
    ("October 30 to November 2", "2022-10-30/2022-11-02"),
    ("Dec. 30 to Jan. 2", "2022-12-30/2023-01-02"),
    ("20:00 on November 10", "2022-11-10T20:00"),
    ("24:00 on Nov 10", "2022-11-11T00:00"),
    ("8 p.m. on 10 November 2022", "2022-11-10T20:00"),
    ("6pm on April 8", "2022-04-08T18:00"),
    ("5 o 'clock in the morning of March 28", "2022-03-28T05:00"),
    ("12 a.m. on November 10", "2022-11-10T00:00"),
    ("noon on May 3", "2022-05-03T12:00"),
    ("midnight on April 9", "2022-04-10T00:00"),
    ("0:00 to 24:00 on November 3", "2022-11-03T00:00/2022-11-04T00:00"),
    ("0-24 on November 5", "2022-11-05T00:00/2022-11-06T00:00"),
    ("6 p.m. and 11 p.m. on July 31", "2022-07-31T18:00/2022-07-31T23:00"),
    ("Feb. 26, 4 to 9 p.m.", "2022-02-26T16:00/2022-02-26T21:00"),
    ("the evening of November 4 to the evening of November 5", "2022-11-04/2022-11-05"),
    ("Thursday and Friday, 5 and 6 December 2019", "2019-12-05/2019-12-06"),
    ("Thursday 24 June, 7am to 7.30am", "2022-06-24T07:00/2022-06-24T07:30"),
    ("8:30 a.m. to 4:30 p.m.", "T08:30/T16:30"),
    ("5:00 to 8:00 p.m.", "T17:00/T20:00"),
    ("3.00pm", "T15:00"),
    ("08/19/2022, 3 PM", "2022-08-19T15:00"),
    ("04/07/2022", "2022-07-04"),
    ("yesterday", "2022-11-10"),
    ("the day before yesterday", "2022-11-09"),
    ("this morning", "2022-11-11"),
    ("8 this morning", "2022-11-11T08:00"),
    ("last night", "2022-11-10"),
    ("9pm yesterday", "2022-11-10T21:00"),
    ("this Friday", "2022-11-11"),
    ("last Monday", "2022-11-07"),
    ("next Tuesday", "2022-11-15"),
    ("Wednesday", "2022-11-09"),
    ("last week", "2022-10-31/2022-11-06"),
    ("last month", "2022-10"),
    ("August last year", "2021-08"),
    ("the first half of the year", "2022-01/2022-06"),
    ("this winter", "2022-12/2023-02"),
    ("the week to 24 June", "2022-06-18/2022-06-24"),
    ("week ending October 9", "2022-10-03/2022-10-09"),
    ("seven days to 9 November", "2022-11-03/2022-11-09"),
    ("week of October 10", "2022-10-10/2022-10-16"),
    ("first week of June", "2022-06-01/2022-06-07"),
    ("weekend", "2022-11-05/2022-11-06"),
    ("今明兩日", "2022-11-11/2022-11-12"),
    ("08H00至16H30", "T08:00/T16:30"),
    ("23h00 to 04h00", "T23:00/T04:00"),
    ("11.00 today", "2022-11-11T11:00"),
    ("165438+1October 8th", "2022-11-08"),
    ("year", "2022"),
    ("the Spring Festival of 2022", "2022-02-01"),
    ("Mid-Autumn Festival", "2022-09-10"),
    ("New Year's Eve", "2022-12-31"),
    ("Good Friday 2022", "2022-04-15"),
    ("the sixth day of the first lunar month", "2023-01-27"),
    ("10-Nov-2022", "2022-11-10"),
    ("11/2022", "2022-11"),
    ("the tenth of November", "2022-11-10"),
    ("2000 hours on 10 November", "2022-11-10T20:00"),
    ("three days ago", "2022-11-08"),
    ("two weeks ago", "2022-10-28"),
    ("a year ago", "2021"),
    ("last December", "2021-12"),
    ("last November", "2021-11"),
    ("next January", "2023-01"),
    ("Friday last week", "2022-11-04"),
    ("Monday through Saturday this week", "2022-11-07/2022-11-12"),
    ("the end of 2021", "2021-12"),
    ("week ended 6 November", "2022-10-31/2022-11-06"),
    ("fortnight to 9 November", "2022-10-27/2022-11-09"),
    ("the week beginning 7 November", "2022-11-07/2022-11-13"),
    ("44th week of 2022", "2022-10-31/2022-11-06"),
    ("recently", None),
    ("", None),
]


@pytest.mark.parametrize(("surface", "value"), FORMS)
def test_dates(surface: str, value: str | None) -> None:
    assert DateContext("", datetime.date.fromisoformat(DAY)).resolve(surface) == value


@pytest.mark.parametrize(
    ("reference", "surface", "value"),
    [
        ("2022-01-03", "12月31日", "2021-12-31"),
        ("2022-01-03", "12月31日24时", "2022-01-01T00:00"),
        ("2022-12-30", "1月3日", "2023-01-03"),
        ("2023-01-03", "12月30日至1月2日", "2022-12-30/2023-01-02"),
        ("2022-01-20", "Dec. 30 to Jan. 2", "2021-12-30/2022-01-02"),
        ("2022-03-01", "28日", "2022-02-28"),
        ("2021-11-03", "九日", "2021-11-09"),
        ("2024-01-05", "2月29日", "2024-02-29"),
        ("2023-01-05", "2月29日", None),
        ("2003-07-06", "92年7月5日", "2003-07-05"),
        ("2023-01-05", "week 52", "2022-12-26/2023-01-01"),
        ("2022-01-24", "除夕至初五", "2022-01-31/2022-02-05"),
        ("2022-05-10", "四月十二", "2022-05-12"),
        ("2022-03-28", "清明連假", "2022-04-02/2022-04-05"),
        ("2022-11-09", "Monday to Friday", "2022-11-07/2022-11-11"),
        (None, "2月7日", "XXXX-02-07"),
        (None, "2月29日", "XXXX-02-29"),
        (None, "2月7日24时", "XXXX-02-08T00:00"),
        (None, "11月4日晚至5日晚", "XXXX-11-04/XXXX-11-05"),
        (None, "12月31日至1月2日", "XXXX-12-31/XXXX-01-02"),
        (None, "Nov. 4-5", "XXXX-11-04/XXXX-11-05"),
        (None, "昨日", None),
        (None, "上周", None),
        (None, "春节", None),
        (None, "2021年春节", "2021-02-12"),
        (None, "98年9月", "1998-09"),
    ],
)
def test_dates_against_other_references(reference: str | None, surface: str, value: str | None) -> None:
    assert DateContext("", parse_reference(reference)).resolve(surface) == value


@pytest.mark.parametrize(
    ("text", "year"),
    [("2020年2月8日通报", "2020"), ("Feb. 8, 2020 - news", "2020"), ("8 February 2020", "2020"), ("2020年2月31日，2021年2月8日", "2021")],
)
def test_a_full_date_in_the_text_gives_the_year(text: str, year: str) -> None:
    assert DateContext(text, None).resolve("2月7日") == f"{year}-02-07"


def _all(surfaces: list[str], reference: str | None = None) -> list[str | None]:
    context = DateContext("", parse_reference(reference))
    return [context.resolve(surface) for surface in surfaces]


def test_words_that_point_back_to_the_day_named_last() -> None:
    assert _all(["11月6日", "当天", "次日", "前一日"]) == ["XXXX-11-06", "XXXX-11-06", "XXXX-11-07", "XXXX-11-06"]
    assert _all(["11月6日20时", "当日24时"], DAY) == ["2022-11-06T20:00", "2022-11-07T00:00"]
    assert _all(["11月18日", "当日"], DAY) == ["2022-11-18", "2022-11-11"]  # not a day to come
    assert _all(["November 6", "the same day", "the next day"], DAY) == ["2022-11-06", "2022-11-06", "2022-11-07"]
    assert _all(["November 6", "same day", "day before"], DAY) == ["2022-11-06", "2022-11-06", "2022-11-05"]


def test_the_words_of_a_weekly_report_mean_its_own_week() -> None:
    text = "疫情周报（11月1日—7日）\n本周新增9例，比上周多2例；去年同期3例。上周末收治1例。"
    values = _in(text, "11月1日—7日", "本周", "上周", "去年同期", "上周末")
    assert values == [
        "2022-11-01/2022-11-07",
        "2022-11-01/2022-11-07",
        "2022-10-25/2022-10-31",
        "2021-11-01/2021-11-07",
        "2022-11-05/2022-11-06",
    ]
    assert _in("上周收治9例，本周出院2例。", "上周", "本周") == ["2022-10-31/2022-11-06", "2022-11-07/2022-11-13"]
    assert _in("截至11月9日，今年累计64例，2021年同期22例。", "11月9日", "2021年同期") == ["2022-11-09", "2021-01-01/2021-11-09"]
    assert _in("Nine in the week ending 6 November, two more than the week before.", "week ending 6 November", "week before") == [
        "2022-10-31/2022-11-06",
        "2022-10-24/2022-10-30",
    ]


def test_a_day_without_a_month_goes_on_from_the_day_named_last() -> None:
    assert _all(["9月28日", "30日"], "2022-10-11") == ["2022-09-28", "2022-09-30"]
    assert _all(["9月28日", "8日"], "2022-10-11") == ["2022-09-28", "2022-10-08"]
    assert _all(["12月31日", "1日"], "2022-01-03") == ["2021-12-31", "2022-01-01"]


def _in(text: str, *surfaces: str, reference: str = DAY) -> list[str | None]:
    context, position, values = DateContext(text, parse_reference(reference)), 0, []
    for surface in surfaces:
        start = text.index(surface, position)
        position = start + len(surface)
        values.append(context.resolve(surface, start))
    return values


def test_a_clock_time_takes_the_day_of_its_line_but_not_in_a_timetable() -> None:
    assert _in("11月8日到站，14:10出站。", "11月8日", "14:10") == ["2022-11-08", "2022-11-08T14:10"]
    assert _in("11月8日起，每日8:00、16:00测温。", "11月8日", "8:00", "16:00") == ["2022-11-08", "T08:00", "T16:00"]
    assert _in("11月8日\n8:20早餐\n9:00出门", "11月8日", "8:20", "9:00") == ["2022-11-08", "2022-11-08T08:20", "2022-11-08T09:00"]
    assert _in("As of 8 a.m., there were 9 cases.", "8 a.m.") == ["2022-11-11T08:00"]
    assert _in("11月8日\n8:20早餐，9:00出门", "11月8日", "8:20", "9:00") == ["2022-11-08", "2022-11-08T08:20", "2022-11-08T09:00"]
    assert _in("每晚八点直播", "八点") == ["T20:00"]


def test_a_weekday_lies_on_the_side_of_today_that_its_sentence_tells() -> None:
    assert _in("Schools will reopen on Monday.", "Monday") == ["2022-11-14"]
    assert _in("Nine cases were reported on Monday.", "Monday") == ["2022-11-07"]
    assert _in("Shops are closed until Tuesday.", "Tuesday") == ["2022-11-15"]


@pytest.mark.parametrize("value", ["2022-13-01", "yesterday", "11/10/2022"])
def test_reference_dates(value: str) -> None:
    assert parse_reference("2022-11-10") == datetime.date(2022, 11, 10)
    assert parse_reference(None) is None
    with pytest.raises(ValueError, match="reference_date"):
        parse_reference(value)


REFERENCES = st.one_of(st.none(), st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))


@settings(deadline=None)  # the first use of a year's lunar calendar takes milliseconds, and a busy machine more
@given(st.text(max_size=40), REFERENCES)
def test_any_text_is_read_without_a_crash(surface: str, reference: datetime.date | None) -> None:
    context = DateContext(surface, reference)
    context.resolve(surface)
    context.resolve(surface, 0)


PIECES = """1 2 11 24 30 99 0 110 2022 二 十 三十 年 月 日 时 点 半 : - — 至 、 到 上 本 下 周 五 去年 今 昨晚 次日 当天 初 正月 农历 闰
春节 期间 除夕 底 旬 季度 上半年 第 周末 民国 Nov. May to and , 10th noon midnight p.m. am Friday
last week of the day before night weekend season half year month lunar 0-24""".split()


@settings(deadline=None)  # the first use of a year's lunar calendar takes milliseconds, and a busy machine more
@given(st.lists(st.sampled_from([*PIECES, " "]), max_size=10).map("".join), REFERENCES)
def test_any_mixture_of_dates_is_read_without_a_crash(surface: str, reference: datetime.date | None) -> None:
    context = DateContext(surface, reference)
    context.resolve("11月30日", 0)
    context.resolve(surface, 0)
    context.resolve("当日", 0)


@pytest.mark.parametrize("surface", ["99➄8", "➄8⁵⑤", "③④"])
def test_digits_that_are_no_decimals_are_no_date(surface: str) -> None:
    assert DateContext(surface, None).resolve(surface, 0) is None
