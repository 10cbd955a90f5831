from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_ner.normalisation import gazetteer
from bulletin_ner.normalisation.places import PlaceMention, PlaceName, resolve_places


def resolve(marked: str, jurisdiction: str | None = None, year: int | None = None) -> tuple[PlaceName, ...]:
    """Resolve the places marked as [A] (admin) and {B} (site)."""
    text, mentions = "", []
    for part in re.split(r"(\[[^\]]*\]|\{[^}]*\})", marked):
        inner = part[1:-1] if part[:1] in ("[", "{") else part
        if inner != part:
            mentions.append(PlaceMention(inner, len(text), len(text) + len(inner), "site" if part[0] == "{" else "admin"))
        text += inner
    return resolve_places(text, mentions, jurisdiction, year)


@pytest.mark.parametrize(
    ("surface", "code", "name"),
    [
        # whole names, chains, skipped levels
        ("重庆市大足区", "500111", "重庆市大足区"),
        ("大足区", "500111", "重庆市大足区"),
        ("北京市", "110000", "北京市"),
        ("北京市朝阳区", "110105", "北京市朝阳区"),
        ("雁塔区", "610113", "陕西省西安市雁塔区"),
        ("黑龙江省哈尔滨市南岗区", "230103", "黑龙江省哈尔滨市南岗区"),
        ("江苏省昆山市", "320583", "江苏省苏州市昆山市"),
        ("湖北武汉", "420100", "湖北省武汉市"),
        ("吉林省吉林市", "220200", "吉林省吉林市"),
        ("南京鼓楼区", "320106", "江苏省南京市鼓楼区"),
        ("湖北恩施", "422800", "湖北省恩施土家族苗族自治州"),
        ("恩施州利川市", "422802", "湖北省恩施土家族苗族自治州利川市"),
        ("中国广西", "450000", "广西壮族自治区"),
        ("浙江省杭州市西湖区", "330106", "浙江省杭州市西湖区"),
        ("海南省琼海市", "469002", "海南省琼海市"),
        ("湖北省神农架林区", "429021", "湖北省神农架林区"),
        # short forms
        ("重庆", "500000", "重庆市"),
        ("广西", "450000", "广西壮族自治区"),
        ("内蒙古", "150000", "内蒙古自治区"),
        ("新疆", "650000", "新疆维吾尔自治区"),
        ("恩施州", "422800", "湖北省恩施土家族苗族自治州"),
        ("凉山州", "513400", "四川省凉山彝族自治州"),
        ("阿坝州", "513200", "四川省阿坝藏族羌族自治州"),
        ("延边", "222400", "吉林省延边朝鲜族自治州"),
        ("武汉", "420100", "湖北省武汉市"),
        ("昆山", "320583", "江苏省苏州市昆山市"),
        ("石柱县", "500240", "重庆市石柱土家族自治县"),
        ("管城区", "410104", "河南省郑州市管城回族区"),
        ("长沙", "430100", "湖南省长沙市"),
        ("吉林", "220000", "吉林省"),
        ("吉林市", "220200", "吉林省吉林市"),
        ("海南", "460000", "海南省"),
        ("浦东新区", "310115", "上海市浦东新区"),
        # Traditional, with readings in brackets
        ("臺灣", "710000", "台湾省"),
        ("香港", "810000", "香港特别行政区"),
        ("澳門", "820000", "澳门特别行政区"),
        ("豐(fēng)城市", "360981", "江西省宜春市丰城市"),
        ("濟(jì)南市", "370100", "山东省济南市"),
        ("廣東省佛山市順德區", "440606", "广东省佛山市顺德区"),
        # former names
        ("大足县", "500111", "重庆市大足区"),
        ("襄樊", "420600", "湖北省襄阳市"),
        ("襄樊市", "420600", "湖北省襄阳市"),
        ("崇文区", "110101", "北京市东城区"),
        ("蓟县", "120119", "天津市蓟州区"),
        ("中甸县", "533401", "云南省迪庆藏族自治州香格里拉市"),
        # English and pinyin
        ("Dazu District", "500111", "重庆市大足区"),
        ("Chongqing Municipality", "500000", "重庆市"),
        ("Chongqing City", "500000", "重庆市"),
        ("Hengyang", "430400", "湖南省衡阳市"),
        ("Guangxi Zhuang Autonomous Region", "450000", "广西壮族自治区"),
        ("Inner Mongolia Autonomous Region", "150000", "内蒙古自治区"),
        ("Gengma Dai and Wa Autonomous County", "530926", "云南省临沧市耿马傣族佤族自治县"),
        ("Chongqing Yubei", "500112", "重庆市渝北区"),
        ("Heilongjiang Harbin Bayan County", "230126", "黑龙江省哈尔滨市巴彦县"),
        ("Babu district hezhou city", "451102", "广西壮族自治区贺州市八步区"),
        ("Shufu County Kashgar prefecture", "653121", "新疆维吾尔自治区喀什地区疏附县"),
        ("Shaanxi", "610000", "陕西省"),
        ("Shanxi", "140000", "山西省"),
        ("Hohhot", "150100", "内蒙古自治区呼和浩特市"),
        ("Urumqi", "650100", "新疆维吾尔自治区乌鲁木齐市"),
        ("Lhasa", "540100", "西藏自治区拉萨市"),
        ("Harbin", "230100", "黑龙江省哈尔滨市"),
        ("Tibet", "540000", "西藏自治区"),
        ("Xizang Autonomous Region", "540000", "西藏自治区"),
        ("Ili Kazakh Autonomous Prefecture", "654000", "新疆维吾尔自治区伊犁哈萨克自治州"),
        ("Xishuangbanna", "532800", "云南省西双版纳傣族自治州"),
        ("Alxa Left Banner", "152921", "内蒙古自治区阿拉善盟阿拉善左旗"),
        ("Hong Kong", "810000", "香港特别行政区"),
        ("Macao", "820000", "澳门特别行政区"),
        ("Macau", "820000", "澳门特别行政区"),
        ("Taiwan", "710000", "台湾省"),
        ("Pudong New Area", "310115", "上海市浦东新区"),
        ("the City of Shenzhen", "440300", "广东省深圳市"),
        ("Xi 'an City", "610100", "陕西省西安市"),
        # countries
        ("美国", "US", "美国"),
        ("緬甸", "MM", "缅甸"),
        ("阿聯酋", "AE", None),
        ("蒙古国", "MN", None),
        ("星加坡", "SG", "新加坡"),
        ("Holland", "NL", "荷兰"),
        ("義大利", "IT", "意大利"),
        ("刚果（金）", "CD", None),
        ("Kenya", "KE", "肯尼亚"),
        ("USA", "US", "美国"),
        ("People's Republic of China", "CN", "中国"),
        ("South Korea", "KR", "韩国"),
        ("Georgia", "GE", "格鲁吉亚"),
        ("DR Congo", "CD", None),
        ("Republic of Congo", "CG", None),
    ],
)
def test_alone(surface: str, code: str, name: str | None) -> None:
    (place,) = resolve(f"[{surface}]")
    assert (place.code, place.candidates) == (code, ())
    assert name is None or place.name == name


@pytest.mark.parametrize(
    ("surface", "level", "candidates"),
    [
        ("鼓楼区", "county", ("320106", "320302", "350102", "410204")),
        ("城关区", "county", ("540102", "620102")),
        ("朝阳区", "county", ("110105", "220104")),
        ("城关镇", "township", ()),
        ("天生街道", "township", ()),
        ("朝阳街道奔月路社区", "village", ()),
        ("大连湾街道", "township", ()),
        ("同兴村", "village", ()),
        ("高新区", None, ()),
        ("经开区", None, ()),
        ("雄安新区", None, ()),
        ("两江新区", None, ()),
        ("Dazu Distrct", None, ()),
        ("Shima Town", "township", ()),
        ("Dajing Town Shangquan Village", "village", ()),
        ("Suzhou", None, ("320500", "341300", "620902")),
        ("Qi County", "county", ("140727", "410221", "410622")),
        ("Kisumu County", None, ()),
        ("England", None, ()),
        ("莱芜市", "prefecture", ("371200",)),
        # another unit bore the name
        ("双桥区", "county", ("130802", "500111")),
        ("Ji County", "county", ("120119", "141028")),
        ("新华区", "county", ("130105", "130902", "410402", "460103")),
        # one name of two countries
        ("Congo", "country", ("CD", "CG")),
        ("剛果", "country", ("CD", "CG")),
        ("Georgia, US", None, ()),
    ],
)
def test_open(surface: str, level: str | None, candidates: tuple[str, ...]) -> None:
    (place,) = resolve(f"[{surface}]")
    assert (place.code, place.level, place.candidates) == (None, level, candidates)


@pytest.mark.parametrize(
    ("marked", "codes"),
    [
        # a parent beside the name
        ("[Yubei District], [Chongqing]", ["500112", "500000"]),
        ("return to [Qi County], [Kaifeng]?", ["410221", "410200"]),
        ("[Chaoyang District] of [Beijing]", ["110105", "110000"]),
        ("[南京]的[鼓楼区]", ["320100", "320106"]),
        ("[鼓楼区]（[徐州]）", ["320302", "320300"]),
        # the place that the document is about
        ("[福州市]通报。[鼓楼区]3例，[仓山区]1例，其中1例从[南京]来，住[鼓楼区]。", ["350100", "350102", "350104", "320100", "350102"]),
        ("[雁塔区]、[碑林区]、[新城区]、[莲湖区]", ["610113", "610103", "610102", "610104"]),
        ("[重庆市]新增：[大足]2例，[江北区]1例", ["500000", "500111", "500105"]),
        ("[江苏省][南通市]报告，[通州区]1例", ["320000", "320600", "320612"]),
        ("[上海市][普陀区]", ["310000", "310107"]),
        ("[杭州]新增5例。[西湖区]2例", ["330100", "330106"]),
        ("[Baoshan District] and [Putuo District] have started", ["310113", "310107"]),
        ("The progress in [Dazu District], [Chongqing] ([Dazu County])", ["500111", "500000", "500111"]),
        ("[长春市]：[朝阳区]、[朝阳]", ["220100", "220104", "220104"]),
        # neighbours, in a text that is about no single place
        ("[南京市]新增3例，[鼓楼区]2例。[福州市]新增2例，[鼓楼区]1例。", ["320100", "320106", "350100", "350102"]),
        # former names, where the text speaks for them
        ("[Ji County], [Tianjin]", ["120119", "120000"]),
        ("[Fuyang City], [Hangzhou]", ["330111", "330100"]),
        ("[Fuyang City], [Anhui]", ["341200", "340000"]),
        ("[重庆市]报告，[双桥区]1例", ["500000", "500111"]),
        ("[承德市]报告，[双桥区]1例", ["130800", "130802"]),
        ("[海口市][新华区]", ["460100", None]),
        ("[Hangzhou]: a man from [Fuyang City]", ["330100", None]),
        # an American state is no country
        ("In [Georgia], [US], and in all of [Georgia]", [None, "US", None]),
        ("the [US] state of [Georgia]", ["US", None]),
        ("[France], [US], [Georgia] and [Armenia]", ["FR", "US", "GE", "AM"]),
        # an enumeration speaks for none of its members
        ("[南京]、[福州]报告病例，[鼓楼区]3例", ["320100", "350100", None]),
        ("[Nanjing], [Shanghai] and [Xuzhou] met, [Gulou District] 3", ["320100", "310000", "320300", None]),
        ("[南京]、[上海]报告病例，[鼓楼区]3例", ["320100", "310000", "320106"]),
        # what the document does not decide
        ("[江苏省]通报，[鼓楼区]1例", ["320000", None]),
        ("[Haizhu District] closed, residents of [Kangle] stay", ["440105", None]),
        ("[Dazu County] reported", [None]),
        ("[Changchun], [Chaoyang], [Jilin] and [Beijing]", ["220100", None, "220000", "110000"]),
        # enumerations share the suffix
        ("[攀枝花市][东]、[西区]", ["510400", "510402", "510403"]),
        ("[成都市][成华]、[锦江区]", ["510100", "510108", "510104"]),
        # sites and small places; a town's short name is no county
        ("{大足区人民医院}", [None]),
        ("[重庆市北碚区天生街道]", [None]),
        ("[武汉市]：[和平街道]。[和平]两例", ["420100", None, None]),
        ("[臺北市][中山區]，[中正區]", [None, None, None]),
        ("[香港]：[東區]、[北區]", ["810000", None, None]),
    ],
)
def test_in_the_document(marked: str, codes: list[str | None]) -> None:
    assert [place.code for place in resolve(marked)] == codes


@pytest.mark.parametrize(
    ("jurisdiction", "code"),
    [
        ("江苏省/徐州市", "320302"),
        ("350100", "350102"),
        ("南京市", "320106"),
        ("河南省/开封市/鼓楼区", "410204"),
        ("江苏省", None),
        ("nowhere", None),
    ],
)
def test_jurisdiction(jurisdiction: str, code: str | None) -> None:
    assert resolve("今天，[鼓楼区]新增3例", jurisdiction)[0].code == code


def test_jurisdiction_by_a_former_name() -> None:
    assert resolve("[城关镇]，[双桥区]", "重庆市/双桥区")[1].code == "500111"


@pytest.mark.parametrize(
    ("marked", "year", "codes"),
    [
        ("[双桥区]", 2011, [None]),
        ("[双桥区]", 2022, ["130802"]),
        ("[Fuyuan County] is well", 2014, [None]),
        ("[Fuyuan County] is well", 2022, ["530325"]),
        # the text outdoes the year
        ("[重庆市]报告，[双桥区]1例", 2022, ["500000", "500111"]),
        ("[重庆市]报告，[承德]的[双桥区]1例", 2022, ["500000", "130800", "130802"]),
        ("[重庆市]报告，一人从[承德市]来，住[双桥区]", 2022, ["500000", "130800", "130802"]),
        ("[Ji County], [Tianjin]", 2022, ["120119", "120000"]),
        ("[Hangzhou]: a man from [Fuyang City]", 2022, ["330100", "341200"]),
    ],
)
def test_year(marked: str, year: int, codes: list[str | None]) -> None:
    assert [place.code for place in resolve(marked, year=year)] == codes


def test_what_a_name_says() -> None:
    assert resolve("[广东省广州市海珠区]") == (PlaceName("广东省广州市海珠区", "440105", "county", ("广东省", "广州市")),)
    assert resolve("[重庆市北碚区天生街道]") == (PlaceName("重庆市北碚区天生街道", None, "township", ("重庆市", "北碚区")),)
    assert resolve("[武隆区白马镇]") == (PlaceName("重庆市武隆区白马镇", None, "township", ("重庆市", "武隆区")),)
    assert resolve("{青川县人民医院}") == (PlaceName("青川县人民医院"),)
    assert resolve("[板橋區]，[臺灣]")[0] == PlaceName("台湾省新北市板桥区", None, "county", ("台湾省", "新北市"))
    assert resolve("") == ()


def test_order_is_the_callers() -> None:
    text = "武汉、北京"
    mentions = [PlaceMention("北京", 3, 5, "admin"), PlaceMention("武汉", 0, 2, "admin")]
    assert [place.code for place in resolve_places(text, mentions)] == ["110000", "420100"]


def test_types_check_themselves() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        PlaceMention("北京", 0, 3, "admin")
    with pytest.raises(ValueError, match="level"):
        PlaceName("北京市", "110000", "capital")
    with pytest.raises(ValueError, match="candidates"):
        PlaceName("北京市", "110000", "province", (), ("110000",))
    with pytest.raises(ValueError, match="level"):
        gazetteer.Unit("110000", "北京市", "city", None)


def test_data_is_sound() -> None:
    places = gazetteer.load()
    present = [unit for unit in places.units.values() if unit.id.isdigit()]
    assert len(present) == 34 + 333 + 2846
    for unit in places.units.values():
        assert unit.now is None or unit.now in places.units and "@" not in unit.now
        assert all(other in places.units for other in places.ancestors(unit.id))


def test_loads_quickly() -> None:
    def seconds() -> float:
        gazetteer.load.cache_clear()
        start = time.process_time()
        gazetteer.load()
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.3  # 0.03 on a quiet machine


@given(st.text(max_size=40), st.lists(st.text(max_size=8), max_size=5), st.text(max_size=10))
def test_any_text(before: str, names: list[str], jurisdiction: str) -> None:
    text, mentions = before, []
    for number, name in enumerate(names):
        mentions.append(PlaceMention(name, len(text), len(text) + len(name), ("admin", "site", None)[number % 3]))
        text += name + "，"
    assert len(resolve_places(text, mentions, jurisdiction)) == len(names)


@given(st.lists(st.sampled_from("重庆市大足区东西县省朝阳鼓楼街道镇村、，（）aA'.Qi County District of City Town 的"), max_size=14))
def test_any_pieces_of_names(pieces: list[str]) -> None:
    name = "".join(pieces)
    (place,) = resolve_places(name, [PlaceMention(name, 0, len(name), "admin")])
    assert place.code is None or not place.candidates
