"""One person's mentions across a document: the same name, the same name in another order, or a slip in its romanisation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from bulletin_ner.cleaning import clean
from bulletin_ner.schema import Entity

_ALIKE = 0.86
_LONG_ENOUGH = 8  # letters: below, one letter more or less is another name


def link_persons(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """The entities, each OFFICIAL with ``person``: the id of the first mention of the same person."""
    known: list[tuple[str, int]] = []
    result = []
    for entity in entities:
        if entity.type == "OFFICIAL":
            name = _key(entity.text)
            first = next((number for other, number in known if _same(other, name)), entity.id)
            known.append((name, first))
            entity = replace(entity, person=first)
        result.append(entity)
    return tuple(result)


def _key(text: str) -> str:
    """A name to compare: Simplified without blanks, or lower-case words in order without hyphens."""
    plain = clean(text).text
    if re.search(r"[\u4e00-\u9fff]", plain):
        return re.sub(r"\s", "", plain)
    return " ".join(sorted(re.sub(r"[-'’.]", "", plain).lower().split()))


def _same(first: str, second: str) -> bool:
    if first == second or first.replace(" ", "") == second.replace(" ", ""):
        return True
    if not (first.isascii() and second.isascii()) or first.count(" ") != second.count(" "):
        return False
    if min(len(first), len(second)) < _LONG_ENOUGH or " " not in first:
        return False
    return SequenceMatcher(None, first, second).ratio() >= _ALIKE
