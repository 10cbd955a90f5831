"""The gazetteer: divisions of China with their GB/T 2260 codes and former names, and countries; read once from the data files."""

from __future__ import annotations

import functools
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

LEVELS = ("country", "province", "prefecture", "county", "township", "village")
_DATA = Path(__file__).parent.parent / "data"
_MUNICIPALITIES = ("11", "12", "31", "50")
_TITLES = ("自治州", "自治县", "自治旗", "特区", "林区", "地区", "自治区", "族区")


@dataclass(frozen=True)
class Unit:
    """A country, or a division of China from province to county.

    ``id`` is its code; with ``@`` and its last year where the name is former, with its name where GB/T 2260 has no code (below Taiwan,
    Hong Kong and Macao). ``now`` is the id of what it is today, None where it was dissolved without one heir.
    """

    id: str
    name: str
    level: str
    now: str | None

    def __post_init__(self) -> None:
        if self.level not in LEVELS[:4]:
            raise ValueError(f"level {self.level!r} of {self.id} is none of {', '.join(LEVELS[:4])}")

    @property
    def code(self) -> str | None:
        """The ISO 3166-1 or GB/T 2260 code, a former unit's own; None below Taiwan, Hong Kong and Macao."""
        return None if ":" in self.id else self.id.split("@")[0]


class Hit(NamedTuple):
    """A unit that bears a form; ``full``: with its own suffix; ``typed``: an English form that holds only with a type word."""

    unit: Unit
    full: bool
    typed: bool = False


class Gazetteer:
    """Looks up forms: ``chinese`` by exact zh-Hans text, ``english`` by the letters of a name without its type word."""

    def __init__(self, lines: list[str]) -> None:
        self.units: dict[str, Unit] = {}
        self.chinese: dict[str, list[Hit]] = defaultdict(list)
        self.english: dict[str, list[Hit]] = defaultdict(list)
        for line in lines:
            code, name, shorts, keys, years, now = line.rstrip("\n").split("\t")
            identity = f"{code}@{years[-4:]}" if years else code
            unit = self.units[identity] = Unit(identity, name, _level(code), (now or None) if years else code)
            # A dissolved unit keeps its whole name only; the first short form is the bare name.
            forms = shorts.split(",") if shorts and unit.now else []
            for number, form in enumerate(forms):
                self.chinese[form].append(Hit(unit, number > 0 and form[-1] in "州县旗"))
            if forms and name.endswith(_TITLES) and (titled := forms[0] + ("自治区" if name.endswith("自治区") else name[-1])) not in forms:
                self.chinese[titled].append(Hit(unit, True))
            self.chinese[name].append(Hit(unit, True))
            for key in keys.split(",") if keys else ():
                self.english[key.rstrip("-")].append(Hit(unit, False, key.endswith("-")))
        self.longest = max(map(len, self.chinese))

    def ancestors(self, identity: str) -> tuple[str, ...]:
        """Ids of the units above one, the largest first; China itself is not among them."""
        code, *names = identity.split("@")[0].split(":")
        if not code.isdigit():
            return ()
        above = [f"{code[:2]}0000", f"{code[:4]}00"] if not names else [code, *(":".join([code, *names[:n]]) for n in range(1, len(names)))]
        return tuple(other for other in above if other in self.units and other != identity)

    def area(self, identity: str) -> str:
        """The prefecture of a unit, or what stands for it: a municipality, a special region, the unit itself."""
        code, *names = identity.split("@")[0].split(":")
        if not code.isdigit():
            return identity
        if code[:2] in _MUNICIPALITIES or code[:2] in ("81", "82"):
            return f"{code[:2]}0000"
        if names:
            return f"{code}:{names[0]}"
        return f"{code[:4]}00" if f"{code[:4]}00" in self.units else identity

    def root(self, identity: str) -> str:
        """The province of a unit, or the country."""
        return f"{identity[:2]}0000" if identity[:2].isdigit() else identity

    def chain(self, identity: str) -> tuple[str, ...]:
        """The official names from the province down to the unit."""
        return tuple(self.units[other].name for other in (*self.ancestors(identity), identity))


def letters(spelling: str) -> str:
    """The letters of an English name, small and without accents: `Xi'an`, `Xi 'an` and `xian` have them in common."""
    plain = unicodedata.normalize("NFKD", spelling).lower()
    return "".join(char for char in plain if "a" <= char <= "z")


@functools.lru_cache(maxsize=1)
def load() -> Gazetteer:
    """The gazetteer of the package's data, read at the first call."""
    lines: list[str] = []
    for name in ("divisions.tsv", "countries.tsv"):
        with (_DATA / name).open(encoding="utf-8") as rows:
            lines += [row for row in rows if not row.startswith("#")]
    return Gazetteer(lines)


def _level(code: str) -> str:
    if code.isalpha():
        return "country"
    if ":" in code:
        return "prefecture" if code.startswith("71") and code.count(":") == 1 else "county"
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"
