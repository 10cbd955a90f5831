"""CoronaNet's English descriptions as partial documents with weak measure labels, through the mapping written here.

A description's types say what it holds, not where. A description of one sentence takes all its labels. One of several sentences is kept
only where all its types map to the same labels and every sentence has a cue word of each; all others are left out, and so is a
description with a type that says nothing certain (``None``). The labels are weak: coders typed policies, not sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, GoldSentence

SOURCE = "CoronaNetDataScience/corona_tscs at 06a8d9e (GitHub, CC BY 4.0), reduced to rows {text, types, date, province, city} for China"

_SCHOOLS = r"(?:Higher education|Preschool|Primary Schools|Secondary Schools)"

# (type, pattern for the start of the sub-type, labels): the first row that fits holds. None: no certain label.
MAPPING: tuple[tuple[str, str, tuple[str, ...] | None], ...] = (
    ("Anti-Disinformation Measures", "", ("PUBLIC_COMMUNICATION",)),
    ("COVID-19 Vaccines", "Administering|Distribution|Regulatory approval", ("VACCINATION",)),
    ("COVID-19 Vaccines", "", None),  # purchase, gifts, research, proof of vaccination at a door
    ("Closure and Regulation of Schools", "", ("SCHOOL_MEASURES",)),
    ("Curfew", "", ("AREA_LOCKDOWN",)),
    ("Declaration of Emergency", "", ("GOVERNANCE",)),
    ("External Border Restrictions", "Total border|Visa|Other|$", ("TRAVEL_CONTROL",)),
    ("External Border Restrictions", "Travel History Form", ("TRAVEL_CONTROL", "ARRIVAL_SCREENING")),
    ("External Border Restrictions", "", ("TRAVEL_CONTROL", "ENTRY_CHECK")),  # certificates, screenings, tests, proofs, 2G, 3G
    ("Internal Border Restrictions", "Total border|Other|$", ("TRAVEL_CONTROL",)),
    ("Internal Border Restrictions", "Travel History Form", ("TRAVEL_CONTROL", "ARRIVAL_SCREENING")),
    ("Internal Border Restrictions", "", ("TRAVEL_CONTROL", "ENTRY_CHECK")),
    ("Health Monitoring", "Who a person has", ("CONTACT_TRACING",)),
    ("Health Monitoring", "", None),  # health codes, registration, home monitoring, risk levels
    ("Health Resources", "Doctors|Nurses|Health Volunteers|Other Heath Staff|Unspecified Health Staff", ("MOBILISATION",)),
    ("Health Resources", "Hospitals|Temporary Medical", ("HEALTHCARE",)),
    ("Health Resources", "Temporary Quarantine", ("QUARANTINE_ISOLATION",)),
    ("Health Resources", "Public Testing|Thermal cyclers", ("TESTING",)),
    ("Health Resources", "Non-COVID-19 Vaccines", ("VACCINATION",)),
    ("Health Resources", "Health Insurance|Hand Sanitizer|Ventilators|Syringes", ("SUPPLY_RELIEF",)),
    ("Health Resources", "", None),  # masks worn or delivered, test kits, drugs, "other" and "unspecified"
    ("Health Testing", "", ("TESTING",)),
    ("Hygiene", "Burial", None),
    ("Hygiene", "", ("DISINFECTION",)),
    ("Lockdown", "", ("AREA_LOCKDOWN",)),
    ("New Task Force, Bureau or Administrative Configuration", "New Task Force", ("GOVERNANCE",)),
    ("New Task Force, Bureau or Administrative Configuration", "", None),
    ("Other Policy Not Listed Above", "", None),
    ("Public Awareness Measures", "Disseminating|Both", ("PUBLIC_COMMUNICATION",)),
    ("Public Awareness Measures", "", None),  # gathering information: reports from residents, duties to report, figures
    ("Quarantine", "", ("QUARANTINE_ISOLATION",)),
    ("Restriction and Regulation of Businesses", "Transportation", None),  # transport suspended, or its firms
    ("Restriction and Regulation of Businesses", "Pharmacies|Private health", None),  # sales of fever drugs, or opening hours
    ("Restriction and Regulation of Businesses", "", ("BUSINESS_RESTRICTION",)),
    ("Restriction and Regulation of Government Services", "Tourist|Parks|Public (?:libraries|museums)", ("BUSINESS_RESTRICTION",)),
    ("Restriction and Regulation of Government Services", "Regulations on government meetings", ("GATHERING_LIMIT",)),
    ("Restriction and Regulation of Government Services", "", None),  # services stopped, moved online, extended
    ("Restrictions of Mass Gatherings", "", ("GATHERING_LIMIT",)),
    ("Social Distancing", rf"Wearing Masks inside {_SCHOOLS}", ("PERSONAL_PROTECTION", "SCHOOL_MEASURES")),
    ("Social Distancing", rf"Keeping a distance .* at {_SCHOOLS}", ("PERSONAL_PROTECTION", "SCHOOL_MEASURES")),
    ("Social Distancing", "Wearing Masks|Other Mask|Keep(?:ing)? a distance", ("PERSONAL_PROTECTION",)),
    ("Social Distancing", "Restrictions (?:on )?ridership|Restrictions on +private vehicles", ("TRAVEL_CONTROL",)),
    ("Social Distancing", "Restrictions on visiting hospitals", ("HEALTHCARE",)),
    ("Social Distancing", "Restrictions on visiting (?:nursing|other group)|Closing/suspending", ("VULNERABLE_SUPPORT",)),
    ("Social Distancing", "", None),
)

# A word that every sentence needs where a label is spread over several; a label without one is never spread.
CUES = {
    "TESTING": r"\btest|nucleic acid|\bPCR\b|sampl",
    "CONTACT_TRACING": r"close contact|\btrac(?:e|ing)|epidemiological (?:investigation|survey)",
    "QUARANTINE_ISOLATION": r"quarantin|isolat|medical observation",
    "PERSONAL_PROTECTION": r"\bmasks?\b|hand ?washing|wash(?:ing)? (?:their )?hands|distanc",
    "DISINFECTION": r"disinfect|ventilat|steriliz|medical waste",
    "SCHOOL_MEASURES": r"\bschool|kindergarten|universit|college",
    "VACCINATION": r"vaccin|booster|\bdoses?\b",
}


@dataclass(frozen=True)
class PartialDocument:
    """A document annotated in part: complete for ``types`` outside the stretches ``unknown``, and for measures where ``measures``.

    What is neither has no decision: leave it out of the loss and of every score.
    """

    document: AnnotatedDocument
    types: tuple[str, ...]
    measures: bool
    unknown: tuple[tuple[int, int], ...] = ()


def measures(kind: str, subtype: str) -> tuple[str, ...] | None:
    """Labels of a coded type, None where it says nothing certain; a ValueError names a type that the mapping lacks."""
    for name, pattern, labels in MAPPING:
        if name == kind and re.match(pattern, subtype):
            return labels
    raise ValueError(f"type {kind!r} is none of CoronaNet's: {', '.join(dict.fromkeys(name for name, _, _ in MAPPING))}")


def load_coronanet(path: Path) -> list[PartialDocument]:
    """Descriptions whose sentences can be labelled, no entities; a ValueError names the file and line of a faulty row."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file. The texts are not part of this project; get them from {SOURCE}")
    documents: dict[str, PartialDocument] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                found = _document(json.loads(line), f"coronanet-{number}")
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: not a row of CoronaNet ({error!r})") from error
            if found is not None:
                documents.setdefault(found.document.text, found)
    return list(documents.values())


def _document(row: dict[str, Any], identity: str) -> PartialDocument | None:
    text: str = row["text"]
    mapped = [measures(kind, subtype) for kind, subtype in row["types"]]
    spans = sentences(text)
    certain = [labels for labels in mapped if labels is not None]
    if not spans or not certain or len(certain) < len(mapped):
        return None
    labels = tuple(sorted({label for own in certain for label in own}))
    if len(spans) > 1 and not (len(set(certain)) == 1 and _in_all(labels, [text[start:end] for start, end in spans])):
        return None
    place = "/".join(part for part in ("China", row["province"], row["city"]) if part)
    labelled = tuple(GoldSentence(start, end, labels) for start, end in spans)
    document = AnnotatedDocument(
        text=text,
        id=identity,
        language="en",
        genre="policy_description",
        disease="covid-19",
        place=place,
        family=identity,
        noise="none",
        reference_date=row["date"] or None,
        entities=(),
        sentences=labelled,
    )
    return PartialDocument(document, types=(), measures=True)


def _in_all(labels: Iterable[str], texts: list[str]) -> bool:
    return all(label in CUES and all(re.search(CUES[label], text, re.IGNORECASE) for text in texts) for label in labels)
