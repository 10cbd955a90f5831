"""What an entity or a record says, in the few words that a table has room for."""

from __future__ import annotations

from bulletin_ner.schema import Entity, Post

_SIGNS = {"about": "~", "over": ">", "under": "<"}
# What begins a formula; full-width signs too, which spreadsheets in East Asian locales take for the others.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def figure(value: object, modifier: str | None) -> str:
    """A value with its modifier's sign: 12, >12000, ~3, 3–5; a question mark where there is none."""
    if value is None:
        return "?"
    told = "–".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return _SIGNS.get(modifier or "exact", "") + told


def plain(number: float) -> str:
    """A number without a needless .0."""
    return str(int(number)) if number == int(number) else str(number)


def details(entity: Entity) -> str:
    """What was read out of an entity besides its text; empty where nothing was."""
    if entity.type == "COUNT":
        return " ".join(part for part in (entity.indicator, entity.aspect, figure(entity.value, entity.modifier), entity.unit) if part)
    if entity.type == "PLACE":
        return " ".join(part for part in (entity.name, entity.code, entity.kind if entity.name is None else None) if part)
    if entity.type == "OFFICIAL":
        return ", ".join(entity.roles)
    return str(entity.value or "")


def _post(post: Post) -> str:
    return ", ".join(part for part in (post.body, post.place, post.place_code) if part)


def spreadsheet_cell(value: object) -> object:
    """A value as one CSV cell, a post as body, place and code; text that a spreadsheet would run as a formula gets a leading apostrophe."""
    if isinstance(value, tuple):
        value = "; ".join(_post(part) if isinstance(part, Post) else part for part in value)
    if isinstance(value, list):
        value = "-".join(map(str, value))
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
