"""What a place does where it stands: a case came from there, it is one of a list, part of a bracket behind a figure, or of a chain."""

from __future__ import annotations

import re
from itertools import pairwise

from bulletin_ner.normalisation.mentions import Mentions
from bulletin_ner.schema import Entity

# Where somebody came from or went to is not where the case is told.
_FROM = re.compile(
    r"(?:自|从|從|由|赴|往|去|到|至|[到去][过過]|途经|途經|前往|旅居|抵达|抵達|返回|接触|接觸|[经經]|为|為|(?<!的)是|籍贯|户籍|[与與][“「]?|除|邻|鄰"
    r"|\bfrom|\bto|\bvia|\bvisited|\bleft|\breturn\w*)\s*(?:the )?$",
    re.I,
)
_CAME = re.compile(
    r"\s*(?:等地?)?(?:[及和](?:外|省外|境外|其他|其它)?[省市县縣地]?)?(?:返|来|來|回|籍|输入|輸入|旅居|旅行|入境|飞|飛|方向|务工|務工"
    r"|接触|接觸|至|人[，,。]|流行(?![性病])|毒株|病例有|关联|關聯|支?援|以外|之外|人员|人員|的客)"
)
_IMPORTED = re.compile(r"[输輸移]入[^，。；、]*$")
_LIST = re.compile(r"\s*(?:、|和|及|与|與|以及|,? and (?:the )?|, (?:the )?)\s*")
_GOES_ON = re.compile(r",? and |, [A-Z][\w ]+,? and ")
_CHAIN = re.compile(
    r"(?:, | in (?:the )?(?:(?:north|south|east|west|central)\w* )?| at (?:the )?| of (?:the )?|['’]s "
    r"|, (?:a|an|the|capital)\b[^,.;]{0,60}? (?:in|of) (?:the )?(?:(?:north|south|east|west|central)\w* )?)"
)
_SHORT_FORM = re.compile(r" ?[(（]")
_CLOSES = re.compile("[）)]")
_IMPORTED_FROM = re.compile(r"[输輸]入性?[:：][^，。；;]*$")
_REACH = 2000  # characters of an enumeration that are looked at
_BRACKET = 100  # characters back to where the bracket of a figure opens


class PlaceRoles:
    """Over all places and figures of a text, in order; sets of entity ids."""

    def __init__(self, text: str, places: Mentions, figures: Mentions) -> None:
        self._text = text
        self._places = places
        self._figures = figures
        self._position = {place.id: index for index, place in enumerate(places)}
        self.listed = self._listed()
        bracketed = [(place, opened) for place in places if (opened := self._opened(place)) >= 0]
        self._bracket = {place.id: opened for place, opened in bracketed}
        self.enclosed = {place.id: end for place, _ in bracketed if (end := self._closing(place)) is not None}  # to where it is closed
        self.parts = {place.id for place, opened in bracketed if self._broken_down(opened)}  # behind a figure: 9例（甲镇7例、乙镇2例）
        # in a bracket, or behind a colon, where the cases came from: 输入6例（柬埔寨4例、泰国2例）
        self.imported = {p.id for p, opened in bracketed if _IMPORTED.search(text[max(0, opened - _BRACKET) : opened])}
        if "输入" in text or "輸入" in text:
            self.imported |= {p.id for p in places if _IMPORTED_FROM.search(text[max(0, p.start - _BRACKET) : p.start])}
        self.origin = self.imported | {place.id for place in places if self._is_origin(place)}
        for before, place in reversed(list(pairwise(places))):
            if place.id in self.origin and before.id in self.listed and _LIST.fullmatch(text[before.end : place.start]):
                self.origin.add(before.id)
        for before, place in pairwise(places):
            if before.id in self.origin and _CHAIN.fullmatch(text[before.end : place.start]):
                self.origin.add(place.id)

    def chain_head(self, place: Entity) -> Entity:
        """`Lakehurst Manor in Barrie`, `Yubei District, Chongqing`, `Central Station (CS)`: the first of them,
        but no country of a part of it (`China's Hubei Province`)."""
        named = place
        index = self._position[place.id]
        while index and place.id not in self.listed:
            before = self._places[index - 1]
            gap = self._text[before.end : place.start]
            short = _SHORT_FORM.fullmatch(gap) and place.text.isupper()
            if not (_CHAIN.fullmatch(gap) or short) or before.id in self.origin:
                break
            place, index = before, index - 1
        return named if place.level == "country" else place

    def _listed(self) -> set[int]:
        """Places that stand in an enumeration; two with a comma between, in English, are a place and what it lies in,
        unless both are of one kind."""
        listed = set()
        for before, place in pairwise(self._places):
            gap = self._text[before.end : place.start]
            if _LIST.fullmatch(gap) and (gap != ", " or _alike(before, place) or _GOES_ON.match(self._text, place.end, place.end + _REACH)):
                listed |= {before.id, place.id}
        return listed

    def _is_origin(self, place: Entity) -> bool:
        index = self._position[place.id]
        joined = index and _LIST.fullmatch(self._text[self._places[index - 1].end : place.start])  # 甲村与乙村
        return bool(not joined and _FROM.search(self._text[max(0, place.start - 14) : place.start])) or self.came(place)

    def came(self, place: Entity) -> bool:
        """Whether the words behind a place say that somebody came from there: 广州返, 武汉输入."""
        return _CAME.match(self._text, place.end) is not None

    def _opened(self, place: Entity) -> int:
        """Where the bracket opens that a place stands in; -1 where in none."""
        start = max(0, place.start - _BRACKET)
        opened = max(self._text.rfind("（", start, place.start), self._text.rfind("(", start, place.start))
        closed = opened >= 0 and _CLOSES.search(self._text, opened, place.start)
        return -1 if closed else opened

    def _closing(self, place: Entity) -> int | None:
        """Where the bracket that a place stands in is closed again."""
        closed = _CLOSES.search(self._text, place.end, place.end + _BRACKET)
        return closed.end() if closed else None

    def _broken_down(self, opened: int) -> bool:
        """Whether a bracket stands right behind a figure."""
        figure = self._figures.last(opened)
        return figure is not None and not self._text[figure.end : opened].strip()

    def owner(self, place: Entity, offset: int) -> Entity:
        """For a place in a bracket that is closed before ``offset`` the one that the bracket stands behind: `Nyandeni (Libode): 390`."""
        if self.enclosed.get(place.id, offset + 1) > offset:
            return place
        opened = self._bracket[place.id]
        before = self._places.last(opened)
        return before if before is not None and not self._text[before.end : opened].strip() else place


def _alike(one: Entity, other: Entity) -> bool:
    """Whether two places are of one level, or of one kind by their last words: Qiaozi Town, Miaocheng Town."""
    last, word = one.text.split(), other.text.split()
    return (one.level is not None and one.level == other.level) or (
        min(len(last), len(word)) > 1 and last[-1] == word[-1] and word[-1][0].isupper()
    )
