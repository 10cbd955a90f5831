"""The label inventory: what the annotation guidelines name, in one place and one order.

The order of each tuple is part of a saved model; append, never reorder. A model may have entity types and measures of its own
(`LabelInventory`); indicators, aspects, place kinds and modifiers are the package's in every model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ENTITY_TYPES: tuple[str, ...] = ("PLACE", "COUNT", "DATE", "OFFICIAL", "ROLE")

PLACE_KINDS: tuple[str, ...] = ("admin", "site")

# Indicators whose figures describe the epidemic itself; only these carry an aspect.
EPIDEMIC_INDICATORS: tuple[str, ...] = (
    "infections",
    "suspected_cases",
    "confirmed_cases",
    "asymptomatic_infections",
    "severe_cases",
    "hospitalised",
    "deaths",
    "recoveries",
    "close_contacts",
    "secondary_contacts",
    "quarantined",
    "released",
    "tests",
    "vaccinations",
)

INDICATORS: tuple[str, ...] = EPIDEMIC_INDICATORS + (
    "personnel",
    "vehicles",
    "facilities",
    "areas",
    "population",
    "supplies",
    "funds",
    "activities",
    "rate",
    "other",
)

ASPECTS: tuple[str, ...] = ("new", "cumulative", "current", "planned", "unspecified")

MODIFIERS: tuple[str, ...] = ("exact", "about", "over", "under")

MEASURES: tuple[str, ...] = (
    "TESTING",
    "CONTACT_TRACING",
    "QUARANTINE_ISOLATION",
    "HEALTHCARE",
    "AREA_LOCKDOWN",
    "TRAVEL_CONTROL",
    "ARRIVAL_SCREENING",
    "ENTRY_CHECK",
    "PERSONAL_PROTECTION",
    "DISINFECTION",
    "GATHERING_LIMIT",
    "BUSINESS_RESTRICTION",
    "SCHOOL_MEASURES",
    "VACCINATION",
    "DRUG_MONITORING",
    "COLD_CHAIN",
    "PUBLIC_COMMUNICATION",
    "SUPPLY_RELIEF",
    "VULNERABLE_SUPPORT",
    "GOVERNANCE",
    "MOBILISATION",
    "PREPAREDNESS",
)

LANGUAGES: tuple[str, ...] = ("zh-Hans", "zh-Hant", "en")

_NAME = re.compile(r"\w[\w-]*")
# O is the tag of no entity; the others head the rows of sums in tables of scores.
_RESERVED = ("O", "all", "micro", "macro")


def check_label(name: str, what: str) -> None:
    """A ValueError where ``name`` cannot be an entity type or a measure label (``what`` says which of them)."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _RESERVED:
        raise ValueError(f"{what} {name!r}: a label is letters, digits, _ and -, and none of {', '.join(_RESERVED)}")


@dataclass(frozen=True)
class LabelInventory:
    """What one model tells apart, in the order of its weights; the package's own unless a config says otherwise.

    Values, roles and records are made for the package's entity types; a type of another name has its span, text and score.
    """

    entity_types: tuple[str, ...] = ENTITY_TYPES
    measures: tuple[str, ...] = MEASURES

    def __post_init__(self) -> None:
        for what, names in (("entity type", self.entity_types), ("measure", self.measures)):
            for name in names:
                check_label(name, what)
                if names.count(name) > 1:
                    raise ValueError(f"{what} {name!r} stands twice")
        if not self.entity_types and not self.measures:
            raise ValueError("no entity types and no measures: nothing to tell apart")
