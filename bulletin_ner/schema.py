"""The result types: a Bulletin and what is in it. Frozen, self-checking, with the JSON of the contract."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from bulletin_ner.labels import ENTITY_TYPES, MEASURES


@dataclass(frozen=True)
class Entity:
    """A named place, count, date, official or role.

    ``start`` and ``end`` are half-open code-point offsets into the text as given; ``score`` is the model's probability, 0 to 1.
    Fields that the type does not have are None (``roles``: empty): COUNT has value (number or [low, high]), modifier, unit, indicator and
    aspect; DATE has value (ISO 8601 text); PLACE has kind, code and name; OFFICIAL has roles.
    """

    id: int
    type: str
    text: str
    start: int
    end: int
    score: float
    value: float | int | list[float | int] | str | None = None
    modifier: str | None = None
    unit: str | None = None
    indicator: str | None = None
    aspect: str | None = None
    kind: str | None = None
    code: str | None = None
    name: str | None = None
    roles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.type not in ENTITY_TYPES:
            raise ValueError(f"entity type {self.type!r} is none of {', '.join(ENTITY_TYPES)}")
        if not 0 <= self.start < self.end or self.end - self.start != len(self.text):
            raise ValueError(f"offsets {self.start}:{self.end} do not fit the text {self.text!r}")


@dataclass(frozen=True)
class Measure:
    """A control measure that one sentence reports; a sentence with several measures has several of these."""

    label: str
    score: float
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if self.label not in MEASURES:
            raise ValueError(f"measure {self.label!r} is none of {', '.join(MEASURES)}")


@dataclass(frozen=True)
class Record:
    """A row: an indicator's value with the place and date it holds for; ``entity`` is the COUNT's id."""

    indicator: str
    aspect: str
    value: float | int | list[float | int] | None
    modifier: str
    unit: str | None
    place: str | None
    place_code: str | None
    date: str | None
    entity: int | None
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Bulletin:
    """What was read out of one text. Entities are in order and do not overlap."""

    text: str
    language: str
    reference_date: str | None
    model: str
    entities: tuple[Entity, ...]
    measures: tuple[Measure, ...]
    records: tuple[Record, ...]

    def __post_init__(self) -> None:
        end = 0
        for entity in self.entities:
            if entity.start < end or self.text[entity.start : entity.end] != entity.text:
                raise ValueError(f"entity {entity.id} ({entity.text!r}) is not at {entity.start} of the text, or overlaps")
            end = entity.end

    def to_dict(self) -> dict[str, Any]:
        """The contract's JSON object, as plain dicts and lists; every entity has every key."""
        fields = asdict(self)
        for entity in fields["entities"]:
            entity["roles"] = list(entity["roles"])
        for name in ("entities", "measures", "records"):
            fields[name] = list(fields[name])
        return fields

    def to_json(self, indent: int | None = None) -> str:
        """The contract's JSON text; Chinese characters stand as themselves."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)
