"""Runs of text that too many documents share: `python -m training.overlap corpus`. A corpus of templates would show here.

A run is 12 characters of Chinese or 40 of English, inside one line, after cleaning (so that readings in brackets do not count).
Fixed official phrases may recur: `corpus/phrases.txt` lists them, one a line; a run that lies in one is left out.
"""

from __future__ import annotations

import argparse
import collections
import sys
from collections.abc import Iterable
from pathlib import Path

from bulletin_ner.cleaning import clean
from training.check import load_corpus
from training.documents import AnnotatedDocument

LENGTHS = {"zh-Hans": 12, "zh-Hant": 12, "en": 40}
ALLOWED = 6


def shared_runs(documents: Iterable[AnnotatedDocument], phrases: Iterable[str] = ()) -> list[tuple[int, str, str]]:
    """(documents, run, id of one of them) for each run that more than six documents hold, most shared first."""
    phrases = list(phrases)
    holders: dict[str, set[str]] = collections.defaultdict(set)
    for document in documents:
        length = LENGTHS[document.language]
        for line in clean(document.text).text.split("\n"):
            for start in range(len(line) - length + 1):
                holders[line[start : start + length]].add(document.id)
    found = [(len(ids), run, min(ids)) for run, ids in holders.items() if len(ids) > ALLOWED]
    return sorted((row for row in found if not any(row[1] in phrase for phrase in phrases)), reverse=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.overlap", description=__doc__)
    parser.add_argument("corpus", type=Path)
    options = parser.parse_args(arguments)
    listed = options.corpus / "phrases.txt"
    phrases = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    splits, _ = load_corpus(options.corpus)
    rows = shared_runs((parsed.document for own in splits.values() for parsed in own), phrases)
    for count, run, example in rows:
        sys.stdout.write(f"{count} documents share {run!r}, such as {example}\n")
    sys.stdout.write(f"{len(rows)} runs that too many documents share\n")
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
