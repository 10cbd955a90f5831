"""Scores of one set of documents: seqeval for strict spans, scikit-learn for measures, counts for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2
from sklearn.metrics import precision_recall_fscore_support

from bulletin_ner.labels import LabelInventory
from training.evaluation.bootstrap import intervals
from training.evaluation.counts import count_table
from training.evaluation.readings import found_matrix, label_matrix
from training.evaluation.spans import relaxed_counts, tag_pair
from training.links import GoldLinks
from training.values import Pairs, f1_row, score_records, score_values

GROUPS = ("language", "genre", "noise")


def score_pairs(pairs: Pairs, labels: LabelInventory, links: Mapping[str, GoldLinks], resamples: int = 0) -> dict[str, Any]:
    """All scores of the documents as plain numbers; with resamples, a 95 % ``interval`` of each F1 and accuracy over documents."""
    scores: dict[str, Any] = {
        "documents": len(pairs),
        "characters": sum(len(document.text) for document, _ in pairs),
        "entities": strict(pairs, labels),
        "relaxed": relaxed(pairs, labels),
        "measures": measures(pairs, labels),
        "values": score_values(pairs, links),
        "records": score_records(pairs, links),
    }
    if resamples:
        for (section, name), bounds in intervals(count_table(pairs, labels, links), resamples).items():
            rows = scores["records" if section == "links" else section]
            if name in rows:
                rows[name]["interval"] = bounds
    return scores


def score_groups(pairs: Pairs, labels: LabelInventory, links: Mapping[str, GoldLinks], resamples: int) -> dict[str, dict[str, Any]]:
    """`score_pairs` for each language, genre and level of noise by itself, in the order in which they come."""
    groups: dict[str, dict[str, Any]] = {}
    for key in GROUPS:
        groups[key] = {}
        for value in dict.fromkeys(getattr(document, key) for document, _ in pairs):
            own = [pair for pair in pairs if getattr(pair[0], key) == value]
            groups[key][value] = score_pairs(own, labels, links, resamples)
    return groups


def strict(pairs: Pairs, labels: LabelInventory) -> dict[str, Any]:
    """By type and for all, seqeval's strict mode: a span counts where type, start and end are right."""
    if not any(document.entities or bulletin.entities for document, bulletin in pairs):
        return {"all": f1_row(0, 0, 0)}
    tags = [tag_pair(document.entities, bulletin.entities) for document, bulletin in pairs]
    truth, found = ([pair[side] for pair in tags] for side in (0, 1))
    report = classification_report(truth, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    table = {name: _row(report[name]) for name in labels.entity_types if name in report}
    table["all"] = _row(report["micro avg"])
    return table


def relaxed(pairs: Pairs, labels: LabelInventory) -> dict[str, Any]:
    """By type and for all: spans of one type that overlap count, each once."""
    counts = {
        name: np.sum([relaxed_counts(document.entities, bulletin.entities, name) for document, bulletin in pairs], axis=0).tolist()
        for name in labels.entity_types
    }
    counts["all"] = np.sum([(0, 0, 0), *counts.values()], axis=0).tolist()
    return {name: f1_row(*count) for name, count in counts.items()}


def measures(pairs: Pairs, labels: LabelInventory) -> dict[str, Any]:
    """Over sentences: micro, macro over the labels that there are, and each label."""
    if not labels.measures:
        return {name: f1_row(0, 0, 0) for name in ("micro", "macro")}
    truth = np.concatenate([label_matrix(document, labels) for document, _ in pairs])
    found = np.concatenate([found_matrix(document, bulletin, labels) for document, bulletin in pairs])
    table = {}
    for average in ("micro", "macro"):
        columns = precision_recall_fscore_support(truth, found, average=average, zero_division=np.nan)[:3]
        precision, recall, f1 = np.nan_to_num(columns).tolist()
        table[average] = {"precision": precision, "recall": recall, "f1": f1, "support": int(truth.sum())}
    columns = precision_recall_fscore_support(truth, found, average=None, zero_division=0)
    for name, precision, recall, f1, support in zip(labels.measures, *columns, strict=True):
        table[name] = {"precision": float(precision), "recall": float(recall), "f1": float(f1), "support": int(support)}
    return table


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "precision": float(row["precision"]),
        "recall": float(row["recall"]),
        "f1": float(row["f1-score"]),
        "support": int(row["support"]),
    }
