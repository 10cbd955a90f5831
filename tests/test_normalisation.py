from __future__ import annotations

from bulletin_ner.normalisation.roles import join_roles
from bulletin_ner.schema import Entity


def _roles(text: str, *spans: tuple[str, str]) -> list[tuple[str, ...]]:
    entities, position = [], 0
    for number, (kind, surface) in enumerate(spans):
        start = text.index(surface, position)
        position = start + len(surface)
        entities.append(Entity(number, kind, surface, start, position, 1.0))
    return [entity.roles for entity in join_roles(text, entities) if entity.type == "OFFICIAL"]


def test_roles() -> None:
    assert _roles("县长周明远出席", ("ROLE", "县长"), ("OFFICIAL", "周明远")) == [("县长",)]
    assert _roles("周明远（县长）", ("OFFICIAL", "周明远"), ("ROLE", "县长")) == [("县长",)]
    assert _roles("Li Wen, mayor of Anxi, said", ("OFFICIAL", "Li Wen"), ("ROLE", "mayor of Anxi")) == [("mayor of Anxi",)]
    text = "县领导甲一、乙二和丙三"
    assert _roles(text, ("ROLE", "县领导"), ("OFFICIAL", "甲一"), ("OFFICIAL", "乙二"), ("OFFICIAL", "丙三")) == [("县领导",)] * 3
    assert _roles(
        "县委书记、县长周明远。周明远说", ("ROLE", "县委书记"), ("ROLE", "县长"), ("OFFICIAL", "周明远"), ("OFFICIAL", "周明远")
    ) == [
        ("县委书记", "县长"),
        (),
    ]


def test_roles_before_honorifics_and_between_two_officials() -> None:
    text = "said Head of Department Dr Pieter Hendrikse"
    assert _roles(text, ("ROLE", "Head of Department"), ("OFFICIAL", "Pieter Hendrikse")) == [("Head of Department",)]
    text = "省委副书记、省长王一，市委副书记、市长周二出席"
    spans = [("ROLE", "省委副书记"), ("ROLE", "省长"), ("OFFICIAL", "王一"), ("ROLE", "市委副书记"), ("ROLE", "市长"), ("OFFICIAL", "周二")]
    assert _roles(text, *spans) == [("省委副书记", "省长"), ("市委副书记", "市长")]
    text = "Li Wen, mayor, and Zhang Hua, deputy mayor"
    spans = [("OFFICIAL", "Li Wen"), ("ROLE", "mayor"), ("OFFICIAL", "Zhang Hua"), ("ROLE", "deputy mayor")]
    assert _roles(text, *spans) == [("mayor",), ("deputy mayor",)]
