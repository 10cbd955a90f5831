"""How wide windows should be: `python benchmarks/windows.py models/default corpus/dev 384/48 192/16` reads a corpus with each of them.

Prints a table: window and context in tokens, F1 of entities and measures, and characters per second of processor time (of one core,
however many are at work). The best goes into the config's [prediction].
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import bulletin_ner
from training.data import load_documents
from training.evaluate import predict_documents, score_documents


def sweep(model: Path, corpus: str, windows: list[tuple[int, int]]) -> list[str]:
    """The table's rows."""
    tagger = bulletin_ner.load(model, threads=1)
    documents = load_documents(corpus)
    characters = sum(len(document.text) for document in documents)
    rows = ["| window | context | entities | measures micro | macro | characters per CPU second |", "|---|---|---|---|---|---|"]
    for window, context in windows:
        changed = tagger.with_settings(replace(tagger.settings, window=window, context=context))
        start = time.process_time()
        predictions = predict_documents(changed, documents)
        speed = characters / (time.process_time() - start)
        scores = score_documents(documents, predictions)
        figures = [scores["entities"]["all"]["f1"], *(scores["measures"][name]["f1"] for name in ("micro", "macro"))]
        rows.append(f"| {window} | {context} | " + " | ".join(f"{figure:.4f}" for figure in figures) + f" | {speed:.0f} |")
        sys.stderr.write(rows[-1] + "\n")
    return rows


if __name__ == "__main__":
    pairs = [(int(first), int(second)) for first, _, second in (argument.partition("/") for argument in sys.argv[3:])]
    sys.stdout.write("\n".join(sweep(Path(sys.argv[1]), sys.argv[2], pairs)) + "\n")
