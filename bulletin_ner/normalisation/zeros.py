"""Explicit zeros in words: 无新增确诊病例, 零新增, no new deaths. A figure 0例 is a COUNT and none of these."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bulletin_ner.cleaning import clean

# In this order: the first that fits a piece of text wins.
_CHINESE = {
    "asymptomatic_infections": r"无症状(?:感染者|病例|者|感染)?",
    "suspected_cases": r"疑似(?:病例|个案|患者)?",
    "severe_cases": r"(?:重症|危重症|危重|重型|危重型)(?:病例|个案|患者|病人)?",
    "deaths": r"(?:死亡|病亡|病死)(?:病例|个案|者)?",
    "recoveries": r"(?:治愈(?:出院)?|出院|康复)(?:病例|个案|患者|者)?",
    "hospitalised": r"(?:住院|在院)(?:治疗)?(?:病例|患者|病人|个案)?",
    "confirmed_cases": r"(?:确诊|确认)(?:病例|个案|患者|者)?",
    "close_contacts": r"(?:密切接触者|密接(?:者)?)",
    "infections": r"(?:阳性(?:感染者|病例|个案|人员|样本)?|感染者?(?:病例)?|病例|个案|患者|疫情)",
}
_QUALIFIER = (
    r"(?:新型冠状病毒(?:感染的|感染)?(?:性)?(?:肺炎)?|新冠(?:肺炎|病毒)?(?:感染)?|本土|本地|境外(?:输入)?|输入性?|省外输入|社区|社会面|聚集性|继发"
    r"|医务人员|医护人员|登革热|院内|其他|的|相关)*"
)
_NEGATION = re.compile(
    r"(?:(?<![毫别从本])无(?!症状)|(?<!基本)没有|未(?:有|报告|发现|出现|检出|再)?|零(?=新增|死亡|重症|确诊))"
    r"(?:再|有|报告|发现|出现|检出|接到)*"
    r"(?P<new>(?:新增|新发|新的|新出现|新(?![型冠]))?)"
)
_KIND = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _CHINESE.items()))
_ITEM = re.compile(rf"(?:新增|新发|新的|新(?![型冠]))?{_QUALIFIER}")
_JOIN = re.compile(r"(?:[、和及与或]|以及)(?:新增)?")
# What is only a condition, a goal or a system tells no fact.
_NIL = re.compile(r"(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _CHINESE.items()) + r")(?:数|人数)?(?:均|都)?(?:为|是)零")
_CONDITION = re.compile(
    r"方可|可(?:降|解|转|恢复|复|以解)|即可|如(?:果)?无|若(?:无|连续)|直(?:至|到)|才(?:能|可)|条件|为什么|是否|力争|确保|实现|努力|才会|不得|之前|降为|的降"
)

_ENGLISH = {
    "asymptomatic_infections": r"asymptomatic(?: infections?| cases?| carriers?| infected persons?)?",
    "suspected_cases": r"suspected(?: cases?)?",
    "severe_cases": r"(?:severe|serious|critical|critically ill)(?: cases?| patients?)?",
    "deaths": r"(?:deaths?|fatalit(?:y|ies)|deceased cases?)",
    "recoveries": r"(?:discharges?|discharged(?: cases?| patients?)?|recover(?:y|ies)|recovered cases?)",
    "hospitalised": r"hospitali[sz]ations?",
    "confirmed_cases": r"confirmed(?: cases?)?",
    "close_contacts": r"close contacts?",
    "infections": r"(?:infections?|infected persons?|positives?(?: cases?)?|cases?)",
}
_KIND_EN = re.compile(r"\b(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _ENGLISH.items()) + r")\b", re.I)
_QUALIFIER_EN = (
    r"(?:(?:locally transmitted|locally acquired|local|imported|indigenous|domestic|community|COVID-19|coronavirus|dengue|measles|mpox"
    r"|cholera|influenza|positive|human|linked|related|of|the|newly|laboratory)\s+)*"
)
_NEGATION_EN = re.compile(r"\b(?:no|zero|nil|without)\s+(?P<new>(?:any\s+)?(?:new(?:ly)?|further|additional|more|other)\s+)?", re.I)
_ITEM_EN = re.compile(_QUALIFIER_EN, re.I)
_JOIN_EN = re.compile(r"\s*(?:,|/|\band\b|\bor\b|\bnor\b)\s*(?:\b(?:and|or)\b\s*)?(?:new\s+)?", re.I)
_CONDITION_EN = re.compile(r"\b(?:if|until|unless|once|provided|goal|aim|target|strive|ensure|so that|in order)\b|\bafter no\b", re.I)
# "no cases" alone is a figure only where something is told of cases: reported, found, recorded, there are.
_TOLD_EN = re.compile(r"\b(?:report|record|found|detect|had|have|has|there (?:are|is|were|was)|register|confirm|with no)", re.I)

_NOBODY_EN = re.compile(r"\bno(?:body| one| patients?) (?:has |have |had )?(?:died|been killed)\b", re.I)

_NEW_BEFORE = re.compile(r"新增[^，。；]*$")
_ENDS = re.compile(r"[，。；;、,）)：:]|$|的")
_REACH = 2000  # characters of a clause on either side of a negation; a page without punctuation is no clause
_ASPECTS = {"deaths": "cumulative", "recoveries": "cumulative", "severe_cases": "current", "hospitalised": "current"}


@dataclass(frozen=True)
class Zero:
    """An indicator that a sentence says to be zero; ``start`` is where it says so, an offset into the sentence as given."""

    indicator: str
    aspect: str
    start: int


def find_zeros(sentence: str) -> tuple[Zero, ...]:
    """The explicit zeros in words of one sentence (as given, noise included), each indicator once, in order."""
    cleaned = clean(sentence)
    text = cleaned.text
    english = not re.search(r"[\u4e00-\u9fff]", text)
    negation, item, kind, join, condition = (
        (_NEGATION_EN, _ITEM_EN, _KIND_EN, _JOIN_EN, _CONDITION_EN) if english else (_NEGATION, _ITEM, _KIND, _JOIN, _CONDITION)
    )
    told = english and _TOLD_EN.search(text) is not None
    found: dict[str, Zero] = {}
    for match in negation.finditer(text):
        before = re.split(r"[。；;]" if not english else r"[;]", text[max(0, match.start() - _REACH) : match.start()])[-1]
        after = re.split(r"[，。；;,]", text[match.start() : match.start() + _REACH], maxsplit=1)[0]
        if condition.search(before + after):
            continue
        new = bool(match["new"])
        for name in _listed(text, match.end(), item, kind, join, new):
            if english and name == "infections" and not new and not told:
                continue
            aspect = "new" if new else _ASPECTS.get(name, "unspecified")
            found.setdefault(name, Zero(name, aspect, cleaned.starts[match.start()]))
    for match in _NIL.finditer(text):  # 新增病例为零
        name = str(match.lastgroup)
        new = bool(_NEW_BEFORE.search(text[max(0, match.start() - _REACH) : match.start()]))
        found.setdefault(name, Zero(name, "new" if new else _ASPECTS.get(name, "unspecified"), cleaned.starts[match.start()]))
    for match in _NOBODY_EN.finditer(text):
        found.setdefault("deaths", Zero("deaths", "cumulative", cleaned.starts[match.start()]))
    return tuple(sorted(found.values(), key=lambda zero: zero.start))


def _listed(text: str, position: int, item: re.Pattern[str], kind: re.Pattern[str], join: re.Pattern[str], new: bool) -> list[str]:
    """The indicators named one after another from ``position``; after 新增 or 'new' a kind may be left out: infections."""
    names: list[str] = []
    while True:
        head = item.match(text, position)
        start = head.end() if head else position
        match = kind.match(text, start)
        if match is None and start > position:  # a qualifier that was itself the kind's beginning
            match = kind.match(text, position)
        if match is None:
            if new and not names and _ENDS.match(text, start):
                names.append("infections")
            return names
        names.append(str(match.lastgroup))
        following = join.match(text, match.end())
        if following is None or following.end() == match.end():
            return names
        position = following.end()
