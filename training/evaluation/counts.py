"""Hits, extra and missed of every figure in each document: the sums of any sample of documents give that sample's scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bulletin_ner.labels import LabelInventory
from bulletin_ner.schema import Bulletin
from training.documents import AnnotatedDocument
from training.evaluation.readings import found_matrix, label_matrix
from training.evaluation.spans import relaxed_counts, strict_counts
from training.links import GoldLinks
from training.values import Pairs, count_records, count_values

Row = tuple[str, str]  # the section of the scores and the name in it: ("entities", "PLACE")


@dataclass(frozen=True)
class CountTable:
    """``counts``: int, (documents, rows, 3) of hits, extra and missed. A row of accuracies has right, 0 and wrong."""

    rows: tuple[Row, ...]
    counts: np.ndarray
    accuracies: frozenset[Row]

    def figures(self, sums: np.ndarray) -> np.ndarray:
        """F1 or accuracy of each of `names`, (..., names), from summed counts (..., rows, 3); NaN where there is nothing to score."""
        hits, extra, missed = np.moveaxis(sums, -1, 0).astype(float)
        single = _ratio(2 * hits, 2 * hits + extra + missed)
        flat = np.array([row in self.accuracies for row in self.rows])
        single[..., flat] = _ratio(hits, hits + missed)[..., flat]
        parts = [single]
        for section in ("entities", "relaxed"):
            own = self._of(section)
            parts.append(_f1(hits[..., own], extra[..., own], missed[..., own]))
        own = self._of("measures")
        parts.append(_f1(hits[..., own], extra[..., own], missed[..., own]))
        known = np.isfinite(single[..., own])  # the macro average is over the labels that there are
        parts.append(_ratio(np.nan_to_num(single[..., own]).sum(-1, keepdims=True), known.sum(-1, keepdims=True).astype(float)))
        return np.concatenate(parts, axis=-1)

    @property
    def names(self) -> tuple[Row, ...]:
        return (*self.rows, ("entities", "all"), ("relaxed", "all"), ("measures", "micro"), ("measures", "macro"))

    def _of(self, section: str) -> np.ndarray:
        return np.array([row[0] == section for row in self.rows], bool)


def count_table(pairs: Pairs, labels: LabelInventory, links: Mapping[str, GoldLinks]) -> CountTable:
    """The counts of every document, in the pairs' order."""
    tables = [_counts(document, bulletin, labels, links) for document, bulletin in pairs]
    accuracies = frozenset(row for table in tables for row in table if row[0] in ("values", "links"))
    fixed = [("entities", name) for name in labels.entity_types] + [("relaxed", name) for name in labels.entity_types]
    fixed += [("measures", name) for name in labels.measures]
    rows = tuple(dict.fromkeys([*fixed, *sorted(row for table in tables for row in table)]))
    counts = np.array([[table.get(row, (0, 0, 0)) for row in rows] for table in tables], np.int64).reshape(-1, len(rows), 3)
    return CountTable(rows, counts, accuracies)


def _counts(
    document: AnnotatedDocument, bulletin: Bulletin, labels: LabelInventory, links: Mapping[str, GoldLinks]
) -> dict[Row, tuple[int, int, int]]:
    table: dict[Row, tuple[int, int, int]] = {}
    for name in labels.entity_types:
        table["entities", name] = strict_counts(document.entities, bulletin.entities, name)
        table["relaxed", name] = relaxed_counts(document.entities, bulletin.entities, name)
    truth, found = label_matrix(document, labels), found_matrix(document, bulletin, labels)
    for column, name in enumerate(labels.measures):
        own, had = truth[:, column], found[:, column]
        table["measures", name] = int((own & had).sum()), int((had & ~own).sum()), int((own & ~had).sum())
    pair: Sequence[tuple[AnnotatedDocument, Bulletin]] = [(document, bulletin)]
    for name, (right, total) in count_values(pair, links).items():
        table["values", name] = right, 0, total - right
    records, linked = count_records(pair, links)
    if document.id in links:
        table |= {("records", name): row for name, row in records.items()}
        table |= {("links", name): (right, 0, total - right) for name, (right, total) in linked.items()}
    return table


def _f1(hits: np.ndarray, extra: np.ndarray, missed: np.ndarray) -> np.ndarray:
    hits, extra, missed = (part.sum(-1, keepdims=True) for part in (hits, extra, missed))
    return _ratio(2 * hits, 2 * hits + extra + missed)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
