"""The learnt linker against the rules, on gold spans: `python benchmarks/linker.py models/default [--vectors FILE] [--folds 3]`.

Documents of train are answered in cross-validation by document family; dev, the real news of dev and test by the linker that the model
has. Fills the table of docs/links.md. Quarters of an hour on one core.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from marked_places import fill_place
from safetensors.numpy import load_file
from sklearn.model_selection import GroupKFold

from bulletin_ner.folder import LINKER, WEIGHTS
from bulletin_ner.linking.linker import best_rows
from bulletin_ner.linking.scorer import LinkScorer, load_scorer
from training.data import load_sources
from training.link_network import LinkExample, exported, projection
from training.linker import fit, read_examples
from training.links import read_links

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/links.md"
LINKS = ROOT / "corpus/links"
NEWS = f"{ROOT}/corpus/standoff/dxy-news.jsonl#dev@{ROOT}/outside/dxy-news/news.jsonl"
APART = ("train-9.jsonl", "train-8.jsonl")  # links by which no rule was written

Rights = np.ndarray  # bool (linked figures, targets)


def answer(scorer: LinkScorer, weight: np.ndarray, bias: np.ndarray, example: LinkExample) -> Rights:
    """For each linked figure of a document whether its place and its date are right, bool (figures, 2)."""
    view = example.view
    scores = scorer.scores(view.nodes, example.vectors.astype(np.float32) @ weight + bias, view.places, view.dates)
    found = np.zeros((len(view.figures), 2), bool)
    for target, (own, choices) in enumerate(zip(scores, (view.places, view.dates), strict=True)):
        found[:, target] = example.right[target][best_rows(own, choices)]
    return found[example.linked]


def cross(examples: Sequence[LinkExample], families: Sequence[str], folds: int) -> dict[str, Rights]:
    """Each document's answers by a linker that was trained without its family, by id."""
    found: dict[str, Rights] = {}
    for rest, held in GroupKFold(folds).split(examples, groups=families):
        network = fit([examples[index] for index in rest])
        scorer, (weight, bias) = LinkScorer(exported(network)), projection(network)
        found |= {examples[index].id: answer(scorer, weight, bias, examples[index]) for index in held}
    return found


def table(sets: Mapping[str, Sequence[LinkExample]], learnt: Mapping[str, Rights]) -> str:
    """Rows of rules and linker over sets of documents, as Markdown; ``learnt``: by document id."""
    rows: dict[str, list[str]] = {"": [], "rules": [], "learnt linker": []}
    for name, examples in sets.items():
        ruled = np.concatenate([example.ruled[example.linked] for example in examples])
        own = np.concatenate([learnt[example.id] for example in examples])
        gained, lost = (int((one.all(1) & ~two.all(1)).sum()) for one, two in ((own, ruled), (ruled, own)))
        rows[""].append(f"{name} ({len(ruled)})")
        rows["rules"].append(_cell(ruled))
        rows["learnt linker"].append(f"{_cell(own)}, +{gained} -{lost}")
    head = "| place / date / both right | " + " | ".join(rows.pop("")) + " |\n| --- |" + " --- |" * len(sets) + "\n"
    return head + "".join(f"| {name} | " + " | ".join(cells) + " |\n" for name, cells in rows.items())


def _cell(rights: Rights) -> str:
    return " / ".join(f"{share:.3f}" for share in (*rights.mean(0), rights.all(1).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    documents = {name: load_sources([source]) for name, source in _sources().items()}
    families = {document.id: document.family for document in documents["train"]}
    every = read_examples(given.model, [one for own in documents.values() for one in own], read_links(LINKS), given.vectors)
    of = {document.id: name for name, own in documents.items() for document in own}
    train = [example for example in every if of[example.id] == "train"]
    learnt = cross(train, [families[example.id] for example in train], given.folds)
    weights = load_file(given.model / WEIGHTS)
    own = load_scorer(given.model / LINKER), weights["mentions.weight"], weights["mentions.bias"]
    learnt |= {example.id: answer(*own, example) for example in every if of[example.id] != "train"}
    apart = {file: read_links(LINKS, file).keys() for file in APART}
    sets = {name: [example for example in every if of[example.id] == name] for name in documents if name != "train"}
    sets |= {f"`{file}`": [example for example in train if example.id in ids] for file, ids in apart.items()}
    sets["the rest of train"] = [example for example in train if not any(example.id in ids for ids in apart.values())]
    written = table(sets, learnt)
    try:
        PAGE.write_text(fill_place(PAGE.read_text(encoding="utf-8"), "linker", "linker.py", f"\n{written}"), encoding="utf-8")
    except ValueError as error:
        sys.exit(f"{written}\n{PAGE}: {error}")  # the table took long


def _sources() -> dict[str, str]:
    return {"dev": f"{ROOT}/corpus/dev", "real news": NEWS, "test": f"{ROOT}/corpus/test", "train": f"{ROOT}/corpus/train"}


if __name__ == "__main__":
    main()
