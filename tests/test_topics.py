"""Which place a document is about, and which a figure goes back to."""

from __future__ import annotations

import pytest
from marked import rows


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (  # the lead's place, not the title's nor the dateline's
            "MEC visits [P:Seshego]\n[P:Polokwane], [D:8 June 2023]: there were [C:two|confirmed_cases new] in [P:Capricorn District].\n"
            "Teams traced [C:53|close_contacts cumulative] contacts.",
            ["Capricorn District", "Capricorn District"],
        ),
        (  # a dateline is no subject of its sentence
            "[P:BHILAI], [D:13 April 2021] (Staff) — As many as [C:1,786|infections new] tested positive in [P:Durg district] and "
            "[C:38|deaths new] deaths were reported.",
            ["Durg district", "Durg district"],
        ),
        ("[P:台州]新聞\n[P:臨海]阻擊戰\n[D:4月5日]新增[C:3例|infections new]。", ["浙江省台州市临海市"]),  # a page's name is no title
        ("CHP investigates [C:two|confirmed_cases new] cases\nBoth live in [P:Cheung Chau]. HKT 18:42", [None]),  # Hong Kong unnamed
        ("[P:Kota Bharu]\nThe team told reporters at [P:Ketereh] that [C:58|infections new] are ill.", ["Kota Bharu"]),
    ],
)
def test_topic(marked: str, expected: list[str | None]) -> None:
    assert [place for _, _, place, _ in rows(marked)] == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (  # wide words: the place that another lies in; none where the country is not named
            "[P:Sydney], [P:Nova Scotia]\nProvince-wide there are [C:1,621|infections current]. [C:9|deaths new] died islandwide.",
            ["Nova Scotia", None],
        ),
        (
            "[P:Sydney]\n[C:22|infections new] are in the [P:Eastern Zone], where active cases sit at [C:171|infections current]. "
            "[C:58|infections new] of the zone's cases are at school.",
            ["Eastern Zone", "Eastern Zone", "Eastern Zone"],
        ),
        (  # behind the semicolon that ends a list, 其中 breaks down its whole
            "[P:塔城市]新增[C:12例|infections new]：[P:新城街道][C:5例|infections new]、[P:二工镇][C:7例|infections new]；"
            "其中排查发现[C:10例|infections new]。",
            ["新疆维吾尔自治区塔城地区塔城市", "新城街道", "二工镇", "新疆维吾尔自治区塔城地区塔城市"],
        ),
        (
            "[P:大足区]通报，[P:重庆市]新增[C:23例|infections new]，其中我区[C:3例|infections new]；新增[C:1例|deaths new]，在[P:渝北区]。",
            ["重庆市", "重庆市大足区", "重庆市渝北区"],
        ),
        (
            "The unit for [P:Dublin] has been notified of [C:four|infections new] cases in the [P:Newbridge] area.",
            ["Newbridge"],
        ),
        (
            "[P:Nakuru]\nThere are [C:two|hospitalised current] at the [S:Langa centre] and [C:57|quarantined current] are at home.\n"
            "[S:Negombo Hospital] has a new ward. [C:103|hospitalised current] patients were in the hospital.",
            ["Langa centre", "Nakuru", "Negombo Hospital"],
        ),
    ],
)
def test_places_gone_back_to(marked: str, expected: list[str | None]) -> None:
    assert [place for _, _, place, _ in rows(marked)] == expected
