"""The worst errors, each in its sentence: what was given and is wrong, the surest first, and what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bulletin_ner.labels import LabelInventory
from bulletin_ner.segmentation import sentences
from training.evaluation.readings import Reading, found_matrix, label_matrix
from training.evaluation.spans import Match, match_spans


def confusion(readings: Sequence[Reading], labels: LabelInventory) -> dict[str, Any]:
    """Gold type by found type, ``matrix`` (types + 1, types + 1); the last row is what is spurious, the last column what was missed.

    Every span counts once: equal spans belong together, then those that overlap, whatever their types.
    """
    types = labels.entity_types
    place = {name: index for index, name in enumerate(types)}
    matrix = np.zeros((len(types) + 1, len(types) + 1), int)
    for reading in readings:
        for match in match_spans(reading.document.entities, reading.bulletin.entities):
            row = place[match.gold.type] if match.gold else len(types)
            matrix[row, place[match.found.type] if match.found else len(types)] += 1
    return {"types": list(types), "matrix": matrix.tolist()}


def entity_errors(readings: Sequence[Reading], most: int) -> list[dict[str, Any]]:
    """Wrong spans, the most certain first, then missed ones in the order of the texts; at most ``most`` of each ``kind``.

    ``kind``: ``boundary`` (the type is right), ``type``, ``spurious``, ``missed``.
    """
    found = []
    for reading in readings:
        spans = sentences(reading.document.text)
        for match in match_spans(reading.document.entities, reading.bulletin.entities):
            if match.kind != "right":
                found.append(_entity(match, reading, spans))
    return _worst(found, most)


def measure_errors(readings: Sequence[Reading], labels: LabelInventory, most: int) -> list[dict[str, Any]]:
    """Wrong measures, the most certain first, and missed ones, the least likely first; at most ``most`` of each ``kind``."""
    found = []
    for reading in readings:
        document = reading.document
        truth, given = label_matrix(document, labels), found_matrix(document, reading.bulletin, labels)
        for row, column in np.argwhere(truth != given).tolist():
            sentence = document.sentences[row]
            found.append(
                {
                    "kind": "spurious" if given[row, column] else "missed",
                    "label": labels.measures[column],
                    "score": round(float(reading.probabilities[row, column]), 4),
                    "gold": list(sentence.labels),
                    "document": document.id,
                    "start": sentence.start,
                    "sentence": document.text[sentence.start : sentence.end],
                }
            )
    return _worst(found, most)


def _entity(match: Match, reading: Reading, spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
    text = reading.document.text
    shown = match.found or match.gold
    assert shown is not None
    first, last = next(((a, b) for a, b in spans if a <= shown.start < b), (shown.start, shown.end))
    last = max(last, shown.end)
    return {
        "kind": match.kind,
        "type": shown.type,
        "score": match.found.score if match.found else None,
        "gold": f"{match.gold.type} {text[match.gold.start : match.gold.end]}" if match.gold and match.found else None,
        "document": reading.document.id,
        "start": shown.start,
        "before": text[first : shown.start],
        "text": text[shown.start : shown.end],
        "after": text[shown.end : last],
    }


def _worst(errors: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The surest wrong ones first; the missed behind them, those with the least score first."""
    kept: list[dict[str, Any]] = []
    for kind in ("spurious", "type", "boundary", "missed"):
        own = [error for error in errors if error["kind"] == kind]
        own.sort(key=lambda error: (error["score"] or 0) * (1 if error["kind"] == "missed" else -1))
        kept += own[:most]
    return kept
