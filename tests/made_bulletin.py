"""Bulletins made without a model, in a module of its own: what imports it needs no torch."""

from __future__ import annotations

from bulletin_ner import Bulletin, Entity, Record
from bulletin_ner.schema import Inconsistency, Measure, Post


def bulletin(number: int, model: str = "m@1", date: str | None = "2022-11-12") -> Bulletin:
    """Three entities, one measure, a record of a figure and one of an explicit zero."""
    text = f"甲县报告确诊{number}例，无死亡病例，县长周明远通报。"
    start = text.index("周明远")
    posts = (Post("县长", None, "乙省丙市甲县", "999999"), Post("组长", "指挥部", None, None))
    entities = (
        Entity(0, "PLACE", "甲县", 0, 2, 0.9, kind="admin", parents=("乙省", "丙市")),
        Entity(1, "COUNT", f"{number}例", 6, 7 + len(str(number)), 0.9, value=number, indicator="confirmed_cases", aspect="new"),
        Entity(2, "OFFICIAL", "周明远", start, start + 3, 0.9, roles=("县长", "组长"), posts=posts),
    )
    figure = Record("confirmed_cases", "new", number, "exact", "例", "甲县", None, "2022-11-11", None, None, 1, 0, None, 0, len(text), 0.9)
    zero = Record("deaths", "new", 0, "exact", None, "甲县", None, "2022-11-11", None, "local", None, 0, None, 0, len(text), 1.0)
    measures = (Measure("GOVERNANCE", 0.8, 0, len(text), text),)
    return Bulletin(text, "zh-Hans", date, model, entities, measures, (figure, zero), (Inconsistency("total", "甲", (0, 1)),))
