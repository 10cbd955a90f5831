"""The body and the place out of an official's title: 区卫生健康委主任 is of a commission, and acts for the district the text is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bulletin_ner.cleaning import clean
from bulletin_ner.normalisation.gazetteer import load
from bulletin_ner.normalisation.layout import Layout
from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.normalisation.place_forms import read_place
from bulletin_ner.normalisation.place_links import PlaceLinker
from bulletin_ner.normalisation.places import PlaceMention, resolve_places
from bulletin_ner.normalisation.wholes import Wholes
from bulletin_ner.schema import Entity, Post

_HAN = re.compile(r"[\u3400-\u9fff]")
_GRADE = r"第一|首席|常务|执行|高级|资深|名誉|代理?|原|前|署理|新闻|专职|专任|[一二三四]级|主管|主治|总|副"
_HEADED = "部局厅署司处科股室院所队组站段会校园店厂馆行台社团营班区市县州旗盟镇乡村省关"
_TITLE = (
    rf"(?:党委|党组|党工委|党总支|党支部|总支|支部)?(?:{_GRADE})*"
    r"(?:书记|支书|主任|主席|主委|委员(?!会)|常委(?!会)|指挥官?(?!部|中心)|干事|总监|经理|总裁|编辑|[总工兽]\w?\w?师"
    rf"|(?:[{_HEADED}]|秘书|指挥|检察|审判|护士|理事|董事|参谋|[大支中]队|分局|行政)长"
    r"|董事|理事|主管|负责人|发言人|召集人|带头人|专员|巡视员|调研员|研究员|协调员|联络员|指导员|教导员|技术员|议员|成员|组员|教授|医师|医生|护师|护士"
    r"|护理师|药师|技师|技正|督察|专家(?!组)|顾问|干部|助理|秘书|政委|民警|科学家|讲师|大使|代表)"
)
_BODY = (
    r"委员会|委|局|厅|部|署|司|处|科|股|室|办|中心|院|所|站|段|队|组|政府|[省市县区]府|公司|集团|大学|中学|小学|学校|国中|高中|幼儿园|党校|会|社|银行|海关|机构"
    r"|组织|机制|专班|防指|行署|党组|支部|总支|妇联|人大|政协|厂|店|馆|总部|机关|系|团|基地|平台|病区"
)
_HAN_TITLE = re.compile(_TITLE)
_HAN_BODY = (  # a body with a title behind it; the short 民政局长; a body with more words before the title: 卫生局疾病预防技正
    re.compile(rf"(?:署理|原|前)?(.+?(?:{_BODY})|[省市县区]府|妇联|政协|人大)(?={_TITLE})"),
    re.compile(r"(.{2,}[局厅署处科院])(?=长$)"),
    re.compile(r"(.+(?:局|署|厅|医院|中心|大学|委员会|指挥部|政府|公司|海关|[大支]队))(?=.)"),
)
_NOUN = (
    r"commission|committee|bureau|department|dept\.?|ministry|cent(?:er|re)s?|cdc|hospitals?|university|institutes?|office|agency|authority"
    r"|administration|headquarters|council|board|group|association|society|service|school|college|academy|team|force|government|division|branch"
    r"|company|corporation|union|federation|organi[sz]ation|unit|laborator(?:y|ies)|station|congress|secretariat|clinic|directorate|foundation"
    r"|cabinet|parliament|assembly|brigade|squadron|faculty|section|programme|program|embassy|police|customs|network"
)
_ACRONYM = r"(?!(?:CECM|MEC|MMC|C[EFT]O|ADC|MP|MLA)\b)[A-Z]{2,7}(?:-[A-Z]{2,})?"
_IS_BODY = re.compile(rf"\b(?:(?i:{_NOUN})|{_ACRONYM})\b")
_OF = re.compile(r"(?:\s+(?:of|at|for|with|from|in)\s+|,\s*)(?:the\s+)?", re.I)
_TITLE_FIRST = re.compile(
    r"(?:the\s+)?(?:(?:executive|deputy|vice|assistant|acting|senior|chief|first|associate|political|general|party|on-site)[\s-]+)*"
    r"(?:director|secretary|head|chief|chair\w*|member|minister|commander|leader|captain|president|principal|commissar|manager|magistrate|mayor"
    r"|governor|administrator|commissioner|officer|spokes\w+|executive|general|deputy|physician|researcher|professor|doctor)\b",
    re.I,
)
_BODY_FIRST = re.compile(
    rf"(?:the\s+)?((?:.+\s(?i:{_NOUN})|{_ACRONYM}))(?:['’]s)?\s+(?!(?:of|for|at|in|with)\b)[A-Za-z-]+(?:\s[A-Za-z-]+){{0,3}}"
)
_GOVERNS = re.compile(
    r"\b(?:mayor(?:ess)?|governor|magistrate|premier|head|chief|secretary|president|minister)\b[\w\s-]* of (?:the )?(?=[A-Z])", re.I
)
_SCHOOL = re.compile(r"大学|学院|附属|\b(?:university|college)\b", re.I)
_OFFICE = re.compile(r"(?:[办辦]|[办辦]事[处處]|委[会會]|委[员員][会會])$")
_PARTY = re.compile(r"^(?:中共|共青团)")
_OWN = re.compile(
    r"^(?:[我本全])?(?:(?:原|前|常务|代|署理)?副?)(自治[区州县]|地区|[省市区县州旗镇乡])(?!场|域|容|块|间|村|民代|政(?!府|协|法|务))"
)
_OWN_ENGLISH = re.compile(r"\b(district|county|city|municipal|provinc(?:e|ial)|prefectur(?:e|al)|town(?:ship)?|mayor)\b", re.I)
_UNITS = {
    "自治区": "province", "自治州": "prefecture", "自治县": "county", "地区": "prefecture",
    "省": "province", "市": "city", "区": "district", "县": "county", "州": "prefecture", "旗": "county", "镇": "town", "乡": "town",
    "municipal": "city", "mayor": "city", "provincial": "province", "prefectural": "prefecture", "township": "town",
}  # fmt: skip
_TOUCHES = re.compile(r"[ \u3000]*(?:的|['’]s\s+)?")
_WORD = re.compile(r"[A-Za-z'’-]+")
_WINDOW = 5  # words, and a place's name in Chinese
_LONGEST = 20


def body_of(role: str) -> str | None:
    """The organisation that a title names, as it is written there; None for a bare title (主任) and for a government post (副区长)."""
    if not _HAN.search(role):
        return _english_body(role)
    cleaned = clean(role)
    if _HAN_TITLE.match(cleaned.text):
        return None
    found = next(filter(None, (pattern.match(cleaned.text) for pattern in _HAN_BODY)), None)
    return role[cleaned.starts[found.start(1)] : cleaned.starts[found.end(1)]].strip() if found else None


def _english_body(role: str) -> str | None:
    """What follows `director of`, from the first noun of an organisation on; else what stands before `director`."""
    joints = list(_OF.finditer(role))
    ends = [*(joint.start() for joint in joints[1:]), len(role)]
    tails = [role[joint.end() :] for joint, end in zip(joints, ends, strict=False) if _IS_BODY.search(role[joint.end() : end])]
    before = None if _TITLE_FIRST.match(role) else _BODY_FIRST.fullmatch(role)
    body = before[1] if before else next(iter(tails), "")
    return body.strip() if not role.isupper() and (" " in body or re.fullmatch(_ACRONYM, body)) else None


@dataclass(frozen=True)
class _Named:
    """A place's name within the text."""

    start: int
    end: int


class Posts:
    """The posts of a document's ROLEs. ``entities``: all, in order, the PLACEs with names and codes; ``year`` of publication."""

    def __init__(self, text: str, sentences: Sequence[tuple[int, int]], entities: Sequence[Entity], year: int | None) -> None:
        self._text = text
        self._sentences = sentences
        self._entities = entities
        self._places = Mentions(entity for entity in entities if entity.type == "PLACE")
        self._year = year
        self._known: dict[str, Mentions] = {}
        self._texts = {place.text for place in self._places if place.kind != "site"}

    def of(self, roles: Sequence[Entity]) -> Mapping[int, Post]:
        """The post of each ROLE, by its id."""
        named = {role.id: found for role in roles if (found := self._named(role)) is not None}
        spans = list(dict.fromkeys(named.values()))
        mentions = [PlaceMention(p.text, p.start, p.end, p.kind) for p in self._places]
        mentions += [PlaceMention(self._text[span.start : span.end], span.start, span.end, "admin") for span in spans]
        resolved = resolve_places(self._text, mentions, year=self._year)[len(self._places) :] if spans else ()
        by_span = dict(zip(spans, resolved, strict=True))
        posts = {}
        for role in roles:
            place: tuple[str | None, str | None] = (None, None)
            if role.id in named:
                told = by_span[named[role.id]]
                place = told.name, told.code
            elif (own := self._touching(role) or self._own(role)) is not None:
                place = own.name or clean(own.text).text, own.code
            posts[role.id] = Post(role.text, body_of(role.text), *place)
        return posts

    def _named(self, role: Entity) -> _Named | None:
        """Where the title itself names an administrative place."""
        windows = self._han_windows(role.text) if _HAN.search(role.text) else _english_windows(role.text)
        for start, end in windows:
            if self._is_place(role.text[start:end], role.text):
                return _Named(role.start + start, role.start + end)
        governed = _GOVERNS.search(role.text)
        if governed is not None and not _IS_BODY.search(role.text, governed.end()) and not _OWN_ENGLISH.search(role.text, governed.end()):
            return _Named(role.start + governed.end(), role.end)
        return None

    def _han_windows(self, role: str) -> Iterator[tuple[int, int]]:
        party = _PARTY.match(role)
        start = party.end() if party else 0
        for end in range(min(len(role), start + _LONGEST), start + 1, -1):
            if role[end : end + 1] not in ("长", "長") and not _OFFICE.search(role, start, end):  # 白马镇镇|长, 文昌街道|办事处
                yield start, end

    def _is_place(self, name: str, role: str) -> bool:
        reading = read_place(name)
        if reading.rest and not reading.level:
            return False
        if reading.full or reading.chained or name in self._texts:
            return bool(reading.units or name in self._texts)
        if reading.level and _HAN.search(name):
            return len(clean(name).text) > 2  # 城关镇, not 镇
        high = {load().units[unit].level for unit in reading.units} & {"country", "province", "prefecture"}
        return bool(high) and not _SCHOOL.search(role)

    def _touching(self, role: Entity) -> Entity | None:
        place = self._places.last(role.start)
        return place if place and place.kind != "site" and _TOUCHES.fullmatch(self._text, place.end, role.start) else None

    def _own(self, role: Entity) -> Entity | None:
        """For 区, 我市, `district` the document's own place of that level."""
        han = bool(_HAN.search(role.text))
        told = _OWN.match(_PARTY.sub("", clean(role.text).text)) if han else _OWN_ENGLISH.search(role.text)
        place = self._wholes.own(_UNITS.get(told[1].lower(), told[1].lower())) if told else None
        if told and place and told[1] in "镇乡" and not clean(place.text).text.endswith(told[1]):
            return None  # a township's head is no town's
        return place

    @cached_property
    def _wholes(self) -> Wholes:
        return PlaceLinker(Layout(self._text, self._sentences), self._entities).wholes


def _english_windows(role: str) -> Iterator[tuple[int, int]]:
    """Runs of words that begin with a capital, the longest first."""
    words = list(_WORD.finditer(role))
    for size in range(min(_WINDOW, len(words)), 0, -1):
        for first in range(len(words) - size + 1):
            if words[first][0][0].isupper():
                yield words[first].start(), words[first + size - 1].end()
