"""Longer place names in training: a district before its town, a town before its village or site, a village behind its town.

Local bulletins write such chains without a break, and each is one PLACE; few documents hold many of them.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

# From the top down; the last word of a name tells its level.
_LEVELS = {
    "city": re.compile(r"[^区區县縣镇鎮乡鄉道]{1,4}[市州盟]"),
    "county": re.compile(r"[^市省州镇鎮乡鄉道村社]{1,5}[区區县縣旗]"),
    "town": re.compile(r"[^市省州区區县縣村社]{1,5}(?:街道|[镇鎮乡鄉]|苏木)"),
    "village": re.compile(r"[^市省州区區县縣镇鎮乡鄉道]{1,5}(?:社区|社區|村|嘎查)"),
    "site": re.compile(r"[^市省州区區县縣镇鎮乡鄉道村]{3,12}"),
}
_ABOVE = {
    "county": ("city",),
    "town": ("county", "city county"),
    "village": ("town", "county town"),
    "site": ("town", "county", "county town"),
}


def level_of(name: str, kind: str | None) -> str | None:
    """The level of a Chinese name that is no chain yet, None for any other name."""
    if kind == "site":
        return "site" if _LEVELS["site"].fullmatch(name) else None
    return next((level for level, pattern in _LEVELS.items() if level != "site" and pattern.fullmatch(name)), None)


def collect_levels(places: Mapping[tuple[str, str | None, str], Iterable[str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Names by language and level, from names by language, kind and last character."""
    found = defaultdict(set)
    for (language, kind, _), names in places.items():
        if language != "en":
            for name in names:
                level = level_of(name, kind)
                if level is not None and level != "site":
                    found[language, level].add(name)
    return {key: tuple(sorted(names)) for key, names in found.items()}


def extend(name: str, kind: str | None, language: str, levels: Mapping[tuple[str, str], tuple[str, ...]], generator: random.Random) -> str:
    """The name as part of a longer chain of the same kind, or itself where none can be made."""
    level = level_of(name, kind)
    if level == "town" and generator.random() < 0.5 and levels.get((language, "village")):
        return name + generator.choice(levels[language, "village"])
    if level not in _ABOVE:
        return name
    wanted = generator.choice(_ABOVE[level]).split()
    if any(not levels.get((language, above)) for above in wanted):
        return name
    return "".join(generator.choice(levels[language, above]) for above in wanted) + name
