"""The corpus in figures: `python -m training.data_card corpus` writes docs/data-card.md's tables to standard output."""

from __future__ import annotations

import collections
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from bulletin_ner.labels import ENTITY_TYPES, LANGUAGES, MEASURES
from training.check import load_corpus
from training.documents import AnnotatedDocument

Splits = dict[str, list[AnnotatedDocument]]


def tables(splits: Splits) -> str:
    """The data card's tables, as Markdown."""
    everything = [document for documents in splits.values() for document in documents]
    parts = [_sizes(splits), _shapes(everything), _labels(everything)]
    for field in ("genre", "disease", "noise"):
        parts.append(_counts(field, everything))
    return "\n".join(parts)


def _sizes(splits: Splits) -> str:
    rows = []
    for split, documents in [*splits.items(), ("all", [d for own in splits.values() for d in own])]:
        characters = {name: sum(len(d.text) for d in documents if d.language == name) for name in LANGUAGES}
        rows.append(
            [split, len(documents), sum(characters.values())]
            + [f"{sum(d.language == name for d in documents)} ({characters[name]})" for name in LANGUAGES]
            + [len({d.family for d in documents}), len({d.place for d in documents})]
        )
    return "## Size\n\n" + _table(["split", "documents", "characters", *LANGUAGES, "families", "places"], rows)


def _shapes(documents: Sequence[AnnotatedDocument]) -> str:
    rows = []
    for language in LANGUAGES:
        own = [document for document in documents if document.language == language]
        characters = sum(len(document.text) for document in own)
        sentences = [sentence for document in own for sentence in document.sentences]
        lengths = [sentence.end - sentence.start for sentence in sentences]
        row: list[object] = [language, f"{statistics.mean(lengths):.1f}", f"{statistics.median(lengths):.0f}"]
        for name in ENTITY_TYPES:
            row.append(f"{1000 * sum(e.type == name for d in own for e in d.entities) / characters:.1f}")
        row.append(f"{100 * sum(not sentence.labels for sentence in sentences) / len(sentences):.0f} %")
        row.append(f"{sum(len(sentence.labels) for sentence in sentences) / len(sentences):.2f}")
        rows.append(row)
    head = ["language", "mean sentence", "median", *(f"{name} per 1,000" for name in ENTITY_TYPES), "unlabelled", "labels a sentence"]
    return "## Shape (lengths in characters)\n\n" + _table(head, rows)


def _labels(documents: Sequence[AnnotatedDocument]) -> str:
    sentences: collections.Counter[tuple[str, str]] = collections.Counter()
    holders: collections.Counter[str] = collections.Counter()
    for document in documents:
        for sentence in document.sentences:
            sentences.update((label, document.language) for label in sentence.labels)
        holders.update({label for sentence in document.sentences for label in sentence.labels})
    rows = [[label, *(sentences[label, language] for language in LANGUAGES), holders[label]] for label in MEASURES]
    return "## Measures (sentences by language, documents)\n\n" + _table(["label", *LANGUAGES, "documents"], rows)


def _counts(field: str, documents: Sequence[AnnotatedDocument]) -> str:
    counted = collections.Counter(getattr(document, field) for document in documents)
    return f"## By {field}\n\n" + _table([field, "documents"], [[name, count] for name, count in counted.most_common()])


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def main(root: Path) -> int:
    splits, faults = load_corpus(root)
    if faults:
        sys.stderr.write(f"{len(faults)} faults, first {faults[0]}; run python -m training.check {root}\n")
        return 1
    sys.stdout.write(tables({split: [parsed.document for parsed in own] for split, own in splits.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
