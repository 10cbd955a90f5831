"""How far two annotators agree: `python -m training.agreement FIRST SECOND`, folders of markup or stand-off labels of the same documents.

python -m training.agreement corpus/agreement/round-2-first.jsonl corpus/agreement/round-2-second.jsonl

Strict F1 for entities by type (it is symmetric), Cohen's kappa for each measure label over sentences (scikit-learn).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from sklearn.metrics import cohen_kappa_score

from bulletin_ner.labels import ENTITY_TYPES, MEASURES
from training.documents import AnnotatedDocument
from training.markup import parse_file
from training.standoff import read_labels


def compare(pairs: Iterable[tuple[AnnotatedDocument, AnnotatedDocument]]) -> str:
    """A Markdown table of agreement over pairs of annotations of one text each."""
    pairs = list(pairs)
    lines = ["| | agreement | n |", "|---|---|---|"]
    sets = [[{(d.id, e.type, e.start, e.end) for e in d.entities} for d in pair] for pair in pairs]
    first, second = (set().union(*(pair[side] for pair in sets)) for side in (0, 1))
    for name in (*ENTITY_TYPES, "all"):
        mine, yours = ({item for item in side if name in ("all", item[1])} for side in (first, second))
        lines.append(f"| {name}, strict F1 | {2 * len(mine & yours) / max(1, len(mine) + len(yours)):.3f} | {len(mine)} |")
    for field in ("indicator", "aspect", "kind"):
        same, total = _fields(pairs, field)
        lines.append(f"| {field}, share of common spans | {same / max(1, total):.3f} | {total} |")
    matrices = [np.concatenate([_matrix(pair[side]) for pair in pairs]) for side in (0, 1)]
    kappas = []
    for column, label in enumerate(MEASURES):
        one, two = (matrix[:, column] for matrix in matrices)
        if one.any() or two.any():
            kappas.append(cohen_kappa_score(one, two))
            lines.append(f"| {label}, kappa | {kappas[-1]:.3f} | {int(one.sum())} |")
    lines.append(f"| mean kappa of the labels | {np.mean(kappas):.3f} | {len(matrices[0])} sentences |")
    return "\n".join(lines) + "\n"


def _fields(pairs: list[tuple[AnnotatedDocument, AnnotatedDocument]], field: str) -> tuple[int, int]:
    same = total = 0
    for first, second in pairs:
        others = {(entity.type, entity.start, entity.end): entity for entity in second.entities}
        for entity in first.entities:
            other = others.get((entity.type, entity.start, entity.end))
            if other is not None and getattr(entity, field) is not None:
                total += 1
                same += getattr(entity, field) == getattr(other, field)
    return same, total


def _matrix(document: AnnotatedDocument) -> np.ndarray:
    return np.array([[label in sentence.labels for label in MEASURES] for sentence in document.sentences], bool).reshape(-1, len(MEASURES))


def _documents(source: Path) -> dict[str, AnnotatedDocument]:
    if source.suffix == ".jsonl":
        return {document.id: document for document in read_labels(source)}
    return {parsed.document.id: parsed.document for path in source.rglob("*.txt") for parsed in parse_file(path)[0]}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.agreement", description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    options = parser.parse_args(arguments)
    first, second = _documents(options.first), _documents(options.second)
    common = sorted(name for name in first.keys() & second.keys() if first[name].text == second[name].text)
    if not common:
        sys.stderr.write(f"{options.first} and {options.second} hold no document with the same id and text\n")
        return 2
    sys.stdout.write(f"{len(common)} documents, {sum(len(first[name].text) for name in common)} characters\n\n")
    sys.stdout.write(compare((first[name], second[name]) for name in common))
    return 0


if __name__ == "__main__":
    sys.exit(main())
