"""The 22 measures: names and definitions in English and Chinese, and their codes in the taxonomies of the field. See docs/taxonomy.md."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMES: tuple[str, ...] = ("oxcgrt", "who_phsm", "hit_covid", "coronanet")

_DATA = Path(__file__).parent / "data" / "taxonomy.json"


@dataclass(frozen=True)
class Code:
    """A code in one scheme; ``note`` says what part of the measure it is for, or how far it fits; None where it simply fits.

    A code of HIT-COVID with a * stands for all that match it.
    """

    code: str
    note: str | None


@dataclass(frozen=True)
class Equivalents:
    """A measure's codes in one scheme; ``remark`` says what has no equivalent there."""

    codes: tuple[Code, ...]
    remark: str | None


@dataclass(frozen=True)
class MeasureType:
    """One of the 22 labels. Names and definitions by "en" and "zh"; ``elsewhere``: other labels and what goes to them."""

    label: str
    name: Mapping[str, str]
    definition: Mapping[str, str]
    elsewhere: Mapping[str, str]
    equivalents: Mapping[str, Equivalents]

    def codes(self, scheme: str) -> tuple[str, ...]:
        """The bare codes of a scheme; empty where there is no equivalent. A ValueError names an unknown scheme."""
        if scheme not in SCHEMES:
            raise ValueError(f"scheme {scheme!r} is none of {', '.join(SCHEMES)}")
        return tuple(code.code for code in self.equivalents[scheme].codes)


@dataclass(frozen=True)
class OxcgrtIndicator:
    """An indicator of OxCGRT: its names by "en" and "zh", and what each level above 0 means where the codebook's levels are few words."""

    code: str
    name: Mapping[str, str]
    levels: Mapping[int, str]


def measure_type(label: str) -> MeasureType | None:
    """What is known of a measure label; None for one of a model's own."""
    return measure_types().get(label)


@functools.lru_cache(maxsize=1)
def measure_types() -> Mapping[str, MeasureType]:
    """All measures by label, in the order of `labels.MEASURES`."""
    return {row["label"]: _measure(row) for row in _content()["measures"]}


@functools.lru_cache(maxsize=1)
def oxcgrt_indicators() -> Mapping[str, OxcgrtIndicator]:
    """OxCGRT's indicators by code: C1 to C8, E1 to E4, H1 to H8, V1 to V4."""
    return {
        code: OxcgrtIndicator(code, row["name"], {int(level): text for level, text in row["levels"].items()})
        for code, row in _content()["oxcgrt"].items()
    }


def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return content


def _measure(row: Mapping[str, Any]) -> MeasureType:
    equivalents = {scheme: Equivalents(tuple(Code(**code) for code in row["codes"][scheme]), row["none"].get(scheme)) for scheme in SCHEMES}
    return MeasureType(row["label"], row["name"], row["definition"], row["elsewhere"], equivalents)
