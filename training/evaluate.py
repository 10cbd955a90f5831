"""Score a model against annotated documents; what `bulletin-ner evaluate` and the end of a training run use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bulletin_ner.labels import LabelInventory
from bulletin_ner.schema import Bulletin
from bulletin_ner.tagger import Tagger
from training.documents import AnnotatedDocument
from training.evaluation.bootstrap import differences
from training.evaluation.counts import count_table
from training.evaluation.errors import confusion, entity_errors, measure_errors
from training.evaluation.readings import Reading, read_documents
from training.evaluation.reliability import calibration
from training.evaluation.scores import measures, relaxed, score_groups, score_pairs, strict
from training.links import GoldLinks
from training.values import Pairs

PACKAGE_LABELS = LabelInventory()


def predict_documents(tagger: Tagger, documents: Sequence[AnnotatedDocument]) -> list[Bulletin]:
    """Bulletins of the documents, each read with its own reference date."""
    return [reading.bulletin for reading in read_documents(tagger, documents)]


def score_documents(
    documents: Sequence[AnnotatedDocument],
    predictions: Sequence[Bulletin],
    links: Mapping[str, GoldLinks] | None = None,
    labels: LabelInventory = PACKAGE_LABELS,
) -> dict[str, Any]:
    """All scores as plain numbers: entities strict and relaxed by type, measures micro, macro and by label, values, records, languages.

    ``links``: gold links by document id; without them, codes, roles and records are not scored. ``labels``: those of the model.
    """
    pairs = list(zip(documents, predictions, strict=True))
    scores = score_pairs(pairs, labels, links or {})
    scores["languages"] = {}
    for language in dict.fromkeys(document.language for document in documents):
        own = [pair for pair in pairs if pair[0].language == language]
        table = strict(own, labels)
        types = {name: table[name] for name in labels.entity_types if name in table}
        scores["languages"][language] = {
            "documents": len(own),
            "entities": table["all"],
            "relaxed": relaxed(own, labels)["all"],
            "types": types,
            "measures": measures(own, labels)["micro"],
        }
    return scores


def evaluate_readings(
    readings: Sequence[Reading],
    labels: LabelInventory,
    links: Mapping[str, GoldLinks],
    resamples: int = 200,
    errors: int = 50,
) -> dict[str, Any]:
    """Everything: scores with intervals, the same for each language, genre and noise level, calibration, confusion, the worst errors."""
    pairs = as_pairs(readings)
    return score_pairs(pairs, labels, links, resamples) | {
        "resamples": resamples,
        "groups": score_groups(pairs, labels, links, resamples),
        "calibration": calibration(readings, labels),
        "confusion": confusion(readings, labels),
        "errors": {"entities": entity_errors(readings, errors), "measures": measure_errors(readings, labels, errors)},
    }


def compare_readings(
    first: Sequence[Reading], second: Sequence[Reading], labels: LabelInventory, links: Mapping[str, GoldLinks], resamples: int
) -> dict[str, dict[str, Any]]:
    """By section and name: second minus first, with a paired bootstrap interval."""
    tables = [count_table(as_pairs(readings), labels, links) for readings in (first, second)]
    found: dict[str, dict[str, Any]] = {}
    for (section, name), row in differences(tables[0], tables[1], resamples).items():
        found.setdefault(section, {})[name] = row
    return found


def as_pairs(readings: Sequence[Reading]) -> Pairs:
    return [(reading.document, reading.bulletin) for reading in readings]
