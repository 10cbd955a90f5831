"""Who speaks where in the record of a press conference."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from bulletin_ner.normalisation.lines import Lines
from bulletin_ner.schema import Entity

_SPEAKS = re.compile(
    r"[^，。：:,.\n]{0,8}?(?:[：:】]|答|表示|[说說]|介[绍紹]|指出|通[报報])|,?\s*(?:said|says|told|reported|introduced|explained|answered)\b",
    re.IGNORECASE,
)
_OPENING = " \u3000【「“\"'、，,—"
_GAP = 4  # characters of opening marks before a speaker's title and name


class Turns:
    """The turns of one text: from a line that begins with an official who speaks, with his title or without, to the next such line.

    ``entities``: all of the document, in order.
    """

    def __init__(self, text: str, lines: Lines, entities: Iterable[Entity]) -> None:
        self._starts: list[int] = []
        self._speakers: list[str] = []
        reached = 0  # where the line still holds nothing but titles
        for entity in entities:
            if entity.type not in ("ROLE", "OFFICIAL"):
                continue
            reached = max(reached, lines.start(entity.start))
            if entity.start - reached > _GAP or text[reached : entity.start].strip(_OPENING):
                continue
            reached = entity.end
            if entity.type == "OFFICIAL" and _SPEAKS.match(text, entity.end):
                self._starts.append(lines.start(entity.start))
                self._speakers.append(entity.text)

    def speaker(self, offset: int) -> str | None:
        """Who speaks at an offset, by name; None before the first turn, where the reporter does."""
        index = bisect_right(self._starts, offset)
        return self._speakers[index - 1] if index else None
