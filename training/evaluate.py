"""Score decoded output against annotated documents: seqeval for entities, scikit-learn for measures, plain accuracy for values."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from seqeval.metrics import classification_report as entity_report
from seqeval.scheme import IOB2
from sklearn.metrics import precision_recall_fscore_support

from bulletin_ner.labels import LANGUAGES, LabelInventory
from bulletin_ner.schema import Bulletin
from bulletin_ner.tagger import Tagger
from training.documents import AnnotatedDocument
from training.links import GoldLinks
from training.values import Pairs, f1_row, score_records, score_values

_PACKAGE = LabelInventory()
_CANDIDATES = np.round(np.arange(0.2, 0.75, 0.05), 2)


def predict_documents(tagger: Tagger, documents: Sequence[AnnotatedDocument]) -> list[Bulletin]:
    """Bulletins of the documents, each read with its own reference date."""
    found: list[Bulletin] = [None] * len(documents)  # type: ignore[list-item]
    by_date = collections.defaultdict(list)
    for index, document in enumerate(documents):
        by_date[document.reference_date].append(index)
    for date, indices in by_date.items():
        results = tagger.predict_many((documents[index].text for index in indices), reference_date=date)
        for index, result in zip(indices, results, strict=True):
            found[index] = result
    return found


def score_documents(
    documents: Sequence[AnnotatedDocument],
    predictions: Sequence[Bulletin],
    links: Mapping[str, GoldLinks] | None = None,
    labels: LabelInventory = _PACKAGE,
) -> dict[str, Any]:
    """All scores as plain numbers: entities strict and relaxed by type and language, measures micro, macro and by label, values, records.

    ``links``: gold links by document id; without them, codes, roles and records are not scored. ``labels``: those of the model.
    """
    links = links or {}
    pairs = list(zip(documents, predictions, strict=True))
    scores: dict[str, Any] = {
        "documents": len(pairs),
        "characters": sum(len(document.text) for document, _ in pairs),
        "entities": _strict(pairs, labels),
        "relaxed": _relaxed(pairs, labels),
        "measures": _measures(pairs, labels),
        "values": score_values(pairs, links),
        "records": score_records(pairs, links),
        "languages": {},
    }
    for language in LANGUAGES:
        own = [pair for pair in pairs if pair[0].language == language]
        if own:
            strict, measures = _strict(own, labels), _measures(own, labels)
            scores["languages"][language] = {
                "documents": len(own),
                "entities": strict["all"],
                "types": {name: strict[name] for name in labels.entity_types if name in strict},
                "measures": measures["micro"],
            }
    return scores


def tune_thresholds(documents: Sequence[AnnotatedDocument], tagger: Tagger) -> tuple[float, ...]:
    """One threshold for all measures, the one with the best micro-F1 on the documents; the lowest of equals."""
    labels = tagger.settings.labels
    if not labels.measures:
        return ()
    truths, probabilities = [], []
    for document in documents:
        _, rows = tagger.measure_probabilities(document.text)
        truths.append(_label_matrix(document, labels))
        probabilities.append(rows)
    truth, probability = np.concatenate(truths), np.concatenate(probabilities)
    scores = [
        precision_recall_fscore_support(truth, probability >= threshold, average="micro", zero_division=0)[2] for threshold in _CANDIDATES
    ]
    return (float(_CANDIDATES[int(np.argmax(scores))]),) * len(labels.measures)


def tune_min_score(documents: Sequence[AnnotatedDocument], predictions: Sequence[Bulletin]) -> float:
    """The least score of an entity with the best strict micro-F1, given predictions of any score; the lowest of equals."""
    gold = {(number, e.type, e.start, e.end) for number, document in enumerate(documents) for e in document.entities}
    found = {(number, e.type, e.start, e.end): e.score for number, bulletin in enumerate(predictions) for e in bulletin.entities}
    scores = []
    for least in (0.0, *_CANDIDATES):
        kept = {key for key, score in found.items() if score >= least}
        scores.append(2 * len(kept & gold) / max(1, len(kept) + len(gold)))
    return float((0.0, *_CANDIDATES)[int(np.argmax(scores))])


def format_scores(scores: dict[str, Any]) -> str:
    """A readable table of `score_documents`' result."""
    lines = [f"{scores['documents']} documents, {scores['characters']} characters", ""]
    lines.append(f"{'entities':24}{'precision':>10}{'recall':>10}{'F1':>10}{'n':>8}{'relaxed F1':>12}")
    for name, row in scores["entities"].items():
        relaxed = scores["relaxed"][name]["f1"]
        lines.append(f"{name:24}{row['precision']:10.3f}{row['recall']:10.3f}{row['f1']:10.3f}{row['support']:8}{relaxed:12.3f}")
    lines += ["", f"{'measures':24}{'precision':>10}{'recall':>10}{'F1':>10}{'n':>8}"]
    for name, row in scores["measures"].items():
        lines.append(f"{name:24}{row['precision']:10.3f}{row['recall']:10.3f}{row['f1']:10.3f}{row['support']:8}")
    lines += ["", f"{'languages':24}{'entities F1':>12}{'measures F1':>12}{'documents':>11}"]
    for name, row in scores["languages"].items():
        lines.append(f"{name:24}{row['entities']['f1']:12.3f}{row['measures']['f1']:12.3f}{row['documents']:11}")
    lines += ["", f"{'values (found spans)':24}{'accuracy':>10}{'n':>8}"]
    for name, row in scores["values"].items():
        lines.append(f"{name:24}{row['accuracy']:10.3f}{row['support']:8}")
    if scores["records"]["place link"]["support"]:
        lines += ["", f"{'records':24}{'precision':>10}{'recall':>10}{'F1':>10}{'n':>8}"]
        for name in ("records", "zeros"):
            row = scores["records"][name]
            lines.append(f"{name:24}{row['precision']:10.3f}{row['recall']:10.3f}{row['f1']:10.3f}{row['support']:8}")
        for name in ("place link", "date link"):
            lines.append(f"{name:24}{scores['records'][name]['accuracy']:10.3f}{scores['records'][name]['support']:28}")
    return "\n".join(lines)


def _strict(pairs: Pairs, labels: LabelInventory) -> dict[str, Any]:
    """seqeval over characters: a span counts where type, start and end are right."""
    if not any(document.entities or bulletin.entities for document, bulletin in pairs):
        return {"all": f1_row(0, 0, 0)}
    truth = [_bio(len(document.text), document.entities) for document, _ in pairs]
    found = [_bio(len(document.text), bulletin.entities) for document, bulletin in pairs]
    report = entity_report(truth, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    table = {name: _row(report[name]) for name in labels.entity_types if name in report}
    table["all"] = _row(report["micro avg"])
    return table


def _bio(length: int, entities: Iterable[Any]) -> list[str]:
    tags = ["O"] * max(1, length)
    for entity in entities:
        tags[entity.start : entity.end] = [f"B-{entity.type}"] + [f"I-{entity.type}"] * (entity.end - entity.start - 1)
    return tags


def _relaxed(pairs: Pairs, labels: LabelInventory) -> dict[str, Any]:
    """Spans of one type that overlap count, each once."""
    counts = {name: [0, 0, 0] for name in (*labels.entity_types, "all")}
    for document, bulletin in pairs:
        for name in labels.entity_types:
            gold = [entity for entity in document.entities if entity.type == name]
            free = [entity for entity in bulletin.entities if entity.type == name]
            hits = 0
            for entity in gold:
                match = next((other for other in free if other.start < entity.end and entity.start < other.end), None)
                if match is not None:
                    free.remove(match)
                    hits += 1
            for key in (name, "all"):
                counts[key][0] += hits
                counts[key][1] += len(free)
                counts[key][2] += len(gold) - hits
    return {name: f1_row(*count) for name, count in counts.items()}


def _measures(pairs: Pairs, labels: LabelInventory) -> dict[str, Any]:
    if not labels.measures:
        return {name: f1_row(0, 0, 0) for name in ("micro", "macro")}
    truth = np.concatenate([_label_matrix(document, labels) for document, _ in pairs])
    found = np.concatenate([_found_matrix(document, bulletin, labels) for document, bulletin in pairs])
    table = {}
    for average in ("micro", "macro"):
        precision, recall, f1, _ = precision_recall_fscore_support(truth, found, average=average, zero_division=0)
        table[average] = {"precision": float(precision), "recall": float(recall), "f1": float(f1), "support": int(truth.sum())}
    columns = precision_recall_fscore_support(truth, found, average=None, zero_division=0)
    for name, precision, recall, f1, support in zip(labels.measures, *columns, strict=True):
        table[name] = {"precision": float(precision), "recall": float(recall), "f1": float(f1), "support": int(support)}
    return table


def _label_matrix(document: AnnotatedDocument, labels: LabelInventory) -> np.ndarray:
    rows = [[label in sentence.labels for label in labels.measures] for sentence in document.sentences]
    return np.array(rows, bool).reshape(-1, len(labels.measures))


def _found_matrix(document: AnnotatedDocument, bulletin: Bulletin, labels: LabelInventory) -> np.ndarray:
    found = {(measure.start, measure.end, measure.label) for measure in bulletin.measures}
    rows = [[(sentence.start, sentence.end, label) in found for label in labels.measures] for sentence in document.sentences]
    return np.array(rows, bool).reshape(-1, len(labels.measures))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "precision": float(row["precision"]),
        "recall": float(row["recall"]),
        "f1": float(row["f1-score"]),
        "support": int(row["support"]),
    }
