"""The body and the place out of the titles of officials."""

from __future__ import annotations

import pytest
from marked import read

from bulletin_ner.normalisation.posts import body_of
from bulletin_ner.schema import Entity, Post


@pytest.mark.parametrize(
    ("role", "body"),
    [
        ("区卫生健康委党委书记、主任", "区卫生健康委"),
        ("市疾控中心主任医师", "市疾控中心"),
        ("市卫健委二级巡视员", "市卫健委"),
        ("县人大常委会副主任", "县人大常委会"),
        ("区委办公室主任", "区委办公室"),
        ("镇党委书记", "镇党委"),
        ("县疫情防控指挥部副指挥长", "县疫情防控指挥部"),
        ("市政府新闻发言人", "市政府"),
        ("市府發言人", "市府"),
        ("民政局長", "民政局"),
        ("縣(xiàn)衛(wèi)健委主任", "縣(xiàn)衛(wèi)健委"),
        ("署理食物及衞生局局長", "食物及衞生局"),
        ("古田县医院心理门诊主任医师", "古田县医院"),
        ("县医院呼吸科主任", "县医院呼吸科"),
        ("徐州市联防联控专家组成员", "徐州市联防联控专家组"),
        # bare titles and government posts
        ("副区长", None),
        ("永川区副区长", None),
        ("黄宅镇镇长", None),
        ("主任医师", None),
        ("党组书记、局长", None),
        ("常务副指挥长", None),
        ("院長", None),
        ("村支书", None),
        # English
        ("deputy director of the Chongming District Health Commission", "Chongming District Health Commission"),
        ("head of epidemiology at the Hengyang CDC", "Hengyang CDC"),
        ("deputy director of the county Bureau of Culture and Tourism", "county Bureau of Culture and Tourism"),
        (
            "executive vice minister of the propaganda department of the county party committee",
            "propaganda department of the county party committee",
        ),
        ("Municipal Health Commission inspector", "Municipal Health Commission"),
        ("CECM for Health Services", None),
        ("Director of NDMO", "NDMO"),
        ("Disease Coordinator, Lake County Health Department", "Lake County Health Department"),
        ("vice mayor of Hengyang", None),
        ("deputy county magistrate of Mian County", None),
        ("Secretary for Health", None),
        ("MINISTER OF HEALTH", None),
        ("Head of Department", None),
        ("party secretary", None),
    ],
)
def test_body(role: str, body: str | None) -> None:
    assert body_of(role) == body


@pytest.mark.parametrize(
    ("marked", "places"),
    [
        # named in the role
        ("[R:重庆市大足区卫生健康委主任][O:甲一]", [("重庆市大足区", "500111")]),
        ("[R:永川区副区长][O:甲一]", [("重庆市永川区", "500118")]),
        ("[R:北京市委书记][O:甲一]", [("北京市", "110000")]),
        ("[R:中共重庆市委书记][O:甲一]", [("重庆市", "500000")]),
        ("[R:deputy director of the Chongming District Health Commission] [O:Li Wen]", [("上海市崇明区", "310151")]),
        ("[O:Li Wen], [R:vice mayor of Hengyang]", [("湖南省衡阳市", "430400")]),
        ("[R:文昌街道办事处主任][O:甲一]", [("文昌街道", None)]),
        ("[R:mayor of Derry] [O:Ann Lee]", [("Derry", None)]),
        ("[R:黄宅镇镇长][O:甲一]", [("黄宅镇", None)]),
        # a name that several places have, by the document
        ("[P:福州市]通报，[R:鼓楼区副区长][O:甲一]", [("福建省福州市鼓楼区", "350102")]),
        ("[R:鼓楼区副区长][O:甲一]", [("鼓楼区", None)]),
        # touching the role
        ("[P:大足区][R:副区长][O:甲一]", [("重庆市大足区", "500111")]),
        ("[P:Hengyang] [R:vice mayor] [O:Li Wen]", [("湖南省衡阳市", "430400")]),
        # the document's own
        ("[P:大足区]通报\n[R:区卫生健康委党委书记、主任][O:甲一]介绍。", [("重庆市大足区", "500111")]),
        ("[P:衡阳市]通报\n[R:副市长][O:甲一]、[R:我市疾控中心主任][O:乙二]介绍。", [("湖南省衡阳市", "430400")] * 2),
        (
            "[P:Hengyang] report\nThe [R:deputy director of the Municipal Health Commission], [O:Li Wen], spoke.",
            [("湖南省衡阳市", "430400")],
        ),
        ("[P:重庆市大足区]通报，[P:北京市]、[P:重庆市]都关注\n[R:市疾控中心主任][O:甲一]", [("重庆市", "500000")]),
        ("[P:新疆][P:喀什地区][P:疏附县]\n[R:自治区卫健委主任][O:甲一]", [("新疆维吾尔自治区", "650000")]),
        # open: no place of that level, or several, no unit, a university's or a common word
        ("[P:大足区]通报\n[R:县委书记][O:甲一]", [(None, None)]),
        ("[P:大足区]通报，[P:北京市]、[P:天津市]都关注\n[R:市委书记][O:甲一]", [(None, None)]),
        ("[P:安集海镇]通报\n[R:乡人大主席][O:甲一]", [(None, None)]),
        ("[P:大足区]通报\n[R:主任医师][O:甲一]", [(None, None)]),
        ("[P:大足区]通报\n[R:四川大学教授][O:甲一]", [(None, None)]),
        ("[P:衡阳市]通报\n[R:市场监管局局长][O:甲一]、[R:公安局局长][O:乙二]", [(None, None)] * 2),
        # a site is no place to act for
        ("[S:大足区人民医院][R:院长][O:甲一]", [(None, None)]),
    ],
)
def test_place(marked: str, places: list[tuple[str | None, str | None]]) -> None:
    posts = [post for entity in read(marked).entities for post in entity.posts]
    assert [(post.place, post.place_code) for post in posts] == places


def test_posts_stand_beside_the_roles() -> None:
    people = [e for e in read("[P:大足区]\n[R:区委副书记]、[R:区长][O:甲一]和[O:乙二]。[O:甲一]说").entities if e.type == "OFFICIAL"]
    told = (Post("区委副书记", "区委", "重庆市大足区", "500111"), Post("区长", None, "重庆市大足区", "500111"))
    assert [person.posts for person in people] == [told, told, ()]
    assert [person.roles for person in people] == [("区委副书记", "区长")] * 2 + [()]


def test_posts_are_those_of_the_roles() -> None:
    with pytest.raises(ValueError, match="the posts of '甲一' are not those of its roles"):
        Entity(0, "OFFICIAL", "甲一", 0, 2, 1.0, roles=("区长",), posts=(Post("县长", None, None, None),))
