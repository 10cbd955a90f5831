"""The label inventory: what the annotation guidelines name, in one place and one order.

The order of each tuple is part of a saved model; append, never reorder.
"""

from __future__ import annotations

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
