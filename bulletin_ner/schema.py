"""The result types: a Bulletin and what is in it. Frozen, self-checking, with the JSON of the contract."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from typing import Any, Literal

from bulletin_ner.labels import ASPECTS, INDICATORS, check_label
from bulletin_ner.oxcgrt import OxcgrtRow, oxcgrt_rows


@dataclass(frozen=True)
class Post:
    """What one of an official's roles says: its text, the body and the place that it is of.

    ``body``: the organisation as the role names it, None for a bare title or a government post (副区长). ``place`` and ``place_code``: the
    administrative place it acts for, as in a PLACE: named in the role or touching it before, for 区 or 我市 the document's own, else None.
    """

    role: str
    body: str | None
    place: str | None
    place_code: str | None


@dataclass(frozen=True)
class Entity:
    """A named place, count, date, official or role, or a type of the model's own.

    ``start`` and ``end`` are half-open code-point offsets into the text as given; ``score`` is the model's probability, 0 to 1.
    Fields that the type does not have are None (``roles``: empty): COUNT has value (number or [low, high]), modifier, unit, indicator and
    aspect; DATE has value (ISO 8601 text); PLACE has kind, code (GB/T 2260, or ISO 3166-1 of a country), name (the official chain), level,
    parents and, where the code stays open, candidates; OFFICIAL has roles, posts (one for each role, in their order) and person, the id of
    the same person's first mention.
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
    level: str | None = None
    parents: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()
    person: int | None = None

    def __post_init__(self) -> None:
        check_label(self.type, "entity type")
        if not 0 <= self.start < self.end or self.end - self.start != len(self.text):
            raise ValueError(f"offsets {self.start}:{self.end} do not fit the text {self.text!r}")
        if self.posts and tuple(post.role for post in self.posts) != self.roles:
            raise ValueError(f"the posts of {self.text!r} are not those of its roles {', '.join(self.roles)}")


@dataclass(frozen=True)
class Measure:
    """A control measure that one sentence reports; a sentence with several measures has several of these."""

    label: str
    score: float
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        check_label(self.label, "measure")


@dataclass(frozen=True)
class Record:
    """A row: an indicator's value, the place and the date or reporting window (ISO 8601) that it holds for, and its sentence's offsets.

    ``value``: a number, [low, high], or None where the form has none. ``entity`` is the COUNT's id, None for an explicit zero in words;
    ``place_entity`` and ``date_entity`` are the ids of the mentions it was linked to. ``disease`` is the one named nearest before,
    ``origin`` "imported" or "local" where the figure's clause says so; None where nothing is told.
    """

    indicator: str
    aspect: str
    value: float | int | list[float | int] | None
    modifier: str
    unit: str | None
    place: str | None
    place_code: str | None
    date: str | None
    disease: str | None
    origin: str | None
    entity: int | None
    place_entity: int | None
    date_entity: int | None
    start: int
    end: int
    score: float

    def __post_init__(self) -> None:
        if self.indicator not in INDICATORS or self.aspect not in ASPECTS:
            raise ValueError(f"a record's indicator and aspect cannot be {self.indicator!r}, {self.aspect!r}")


@dataclass(frozen=True)
class Inconsistency:
    """A warning: ``kind`` is breakdown, total or conflict; ``records`` are indices into the Bulletin's records."""

    kind: str
    message: str
    records: tuple[int, ...]


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
    warnings: tuple[Inconsistency, ...] = ()

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
            for name in ("parents", "candidates", "roles", "posts"):
                entity[name] = list(entity[name])
        for warning in fields["warnings"]:
            warning["records"] = list(warning["records"])
        for name in ("entities", "measures", "records", "warnings"):
            fields[name] = list(fields[name])
        return fields

    def to_json(self, indent: int | None = None) -> str:
        """The contract's JSON text; Chinese characters stand as themselves."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_frame(self, kind: Literal["records", "entities", "measures"] = "records") -> Any:
        """Records, entities or measures as a pandas DataFrame, a row each, columns as in `Record`, `Entity`, `Measure`.

        Ids and offsets are Int64, pandas' integers that may be missing.
        An ImportError says how to get pandas, a ValueError names an unknown kind.
        """
        types: dict[str, type] = {"records": Record, "entities": Entity, "measures": Measure}
        if kind not in types:
            raise ValueError(f"kind {kind!r} is none of {', '.join(types)}")
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_frame() needs pandas: pip install 'bulletin-ner[pandas]'") from error
        rows = [asdict(row) for row in getattr(self, kind)]
        columns = dataclass_fields(types[kind])
        frame = pandas.DataFrame(rows, columns=[field.name for field in columns])
        return frame.astype({field.name: "Int64" for field in columns if field.type in ("int", "int | None")})

    def to_oxcgrt(self) -> tuple[OxcgrtRow, ...]:
        """The measures as rows for coders of OxCGRT: code, date, place, scope and sentence; docs/taxonomy.md says by which rules."""
        return oxcgrt_rows(self)

    def to_html(self) -> str:
        """A page of its own with the text, entities, measures, records and warnings; everything escaped, no script, nothing loaded."""
        from bulletin_ner.html_view import as_html  # it shows Bulletins, so it comes after them

        return as_html([("", self)])

    def _repr_html_(self) -> str:
        """What a notebook shows: the head of a long bulletin, with a line that says what is left out."""
        from bulletin_ner.html_view import as_cell

        return as_cell(self)
