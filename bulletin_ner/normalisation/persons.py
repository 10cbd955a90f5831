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
    known: dict[str, int] = {}  # a name to the first mention of its person
    plain: dict[str, int] = {}  # the same, blanks aside
    spelt: dict[int, list[str]] = {}  # long romanised names by their number of words
    result = []
    for entity in entities:
        if entity.type == "OFFICIAL":
            name = _key(entity.text)
            if name not in known:
                alike = spelt.setdefault(name.count(" "), []) if _is_long(name) else []
                similar = next((known[other] for other in alike if _alike(other, name)), entity.id)
                known[name] = plain.setdefault(name.replace(" ", ""), similar)
                if _is_long(name):
                    alike.append(name)
            entity = replace(entity, person=known[name])
        result.append(entity)
    return tuple(result)


def _key(text: str) -> str:
    """A name to compare: Simplified without blanks, or lower-case words in order without hyphens."""
    plain = clean(text).text
    if re.search(r"[\u4e00-\u9fff]", plain):
        return re.sub(r"\s", "", plain)
    return " ".join(sorted(re.sub(r"[-'’.]", "", plain).lower().split()))


def _is_long(name: str) -> bool:
    return name.isascii() and " " in name and len(name) >= _LONG_ENOUGH


def _alike(first: str, second: str) -> bool:
    matcher = SequenceMatcher(None, first, second)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE
