"""Texts whose spans are marked as in the corpus, normalised."""

from __future__ import annotations

import re

from bulletin_ner.normalisation.document import Normalised, normalise
from bulletin_ner.normalisation.links import Linker
from bulletin_ner.schema import Entity
from bulletin_ner.segmentation import sentences

MARK = re.compile(r"\[([PSCDOR]):([^|\]]*)(?:\|(\w+) ?(\w*))?\]")
TYPES = {"P": "PLACE", "S": "PLACE", "C": "COUNT", "D": "DATE", "O": "OFFICIAL", "R": "ROLE"}


def read(marked: str, linker: Linker | None = None) -> Normalised:
    """Normalise a text whose spans are marked as in the corpus: [P:place], [C:3例|confirmed_cases new], [D:date]."""
    text, entities, position = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[position : match.start()]
        kind = {"P": "admin", "S": "site"}.get(match[1])
        aspect = (match[4] or "unspecified") if match[1] == "C" else None
        start = len(text)
        text += match[2]
        entities.append(
            Entity(len(entities), TYPES[match[1]], match[2], start, len(text), 0.9, kind=kind, indicator=match[3], aspect=aspect)
        )
        position = match.end()
    text += marked[position:]
    return normalise(text, sentences(text), entities, None, linker)


def rows(marked: str) -> list[tuple[object, ...]]:
    return [(record.indicator, record.value, record.place, record.date) for record in read(marked).records]
