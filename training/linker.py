"""Train a linker for a saved model on gold links, and put it into the model's folder.

    python -m training.linker runs/mine --data corpus/train --links corpus/links

The model's other weights stay as they are. Its thresholds, metrics and card: `python -m training.finish runs/mine` afterwards.
"""

from __future__ import annotations

import argparse
import logging
import math
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from bulletin_ner.saved import read_config
from training.data import load_sources
from training.documents import AnnotatedDocument
from training.export import FAMILIES, add_linker
from training.link_examples import read_example
from training.link_network import LinkExample, LinkNetwork, exported, link_loss, projection, to_batch
from training.link_vectors import read_vectors
from training.links import GoldLinks, read_links

log = logging.getLogger(__name__)
EPOCHS, BATCH, RATE, WARMUP, UNRULED = 8, 6, 1e-3, 0.04, 0.3


def linkable(family: str, documents: Sequence[AnnotatedDocument], links: Mapping[str, GoldLinks]) -> list[AnnotatedDocument]:
    """The documents that a linker can learn from. A ValueError where there are none, or none can be trained for the encoder's family."""
    if family not in FAMILIES:
        raise ValueError(f"a linker needs an encoder of type {', '.join(FAMILIES)}, not {family}: set linker.epochs to 0, for rules alone")
    known = [document for document in documents if document.id in links]
    found = [document for document in known if any(link.indicator is None for link in links[document.id].links)]
    if not found:
        raise ValueError("a linker needs gold links of figures of its documents: give the folder that has them, or set linker.epochs to 0")
    return found


def read_examples(
    folder: Path, documents: Sequence[AnnotatedDocument], links: Mapping[str, GoldLinks], keep: Path | None = None
) -> list[LinkExample]:
    """Those of the documents that a linker can learn from; ``keep``: a file for what the folder's encoder says of them."""
    linked = linkable(read_config(folder)["encoder"]["model_type"], documents, links)
    vectors = read_vectors(folder, linked, keep)
    return [read_example(document, links[document.id], vectors[document.id]) for document in linked]


def fit(examples: Sequence[LinkExample], epochs: int = EPOCHS, seed: int = 0) -> LinkNetwork:
    """A network trained on the examples. The same examples, epochs and seed give the same one."""
    torch.manual_seed(seed)
    generator = random.Random(seed)
    network = LinkNetwork(examples[0].vectors.shape[1])
    everything = np.concatenate([example.vectors for example in examples]).astype(np.float32)
    network.mean.copy_(torch.from_numpy(everything.mean(0)))
    network.deviation.copy_(torch.from_numpy(everything.std(0) + 1e-6))
    del everything
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.05)
    steps, step = epochs * math.ceil(len(examples) / BATCH), 0
    network.train()
    for epoch in range(epochs):
        losses = []
        for group in _groups(examples, generator):
            batch = to_batch(group)
            scores = network(batch, UNRULED)
            parts = [link_loss(scores[target], batch.figure[target], batch.right[target], batch.linked) for target in (0, 1)]
            loss = (parts[0] + parts[1]) / 8
            step += 1
            for own in optimizer.param_groups:
                own["lr"] = RATE * min(1, step / (WARMUP * steps)) * max(0.01, 1 - step / (steps + 1))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            losses.append(float(loss.detach()))
        log.info("epoch %d: loss %.3f", epoch + 1, float(np.mean(losses)))
    return network.eval()


def _groups(examples: Sequence[LinkExample], generator: random.Random) -> list[list[LinkExample]]:
    """Batches of documents of like length, in random order."""
    drawn = generator.sample(list(examples), len(examples))
    groups = []
    for start in range(0, len(drawn), BATCH * 16):
        alike = sorted(drawn[start : start + BATCH * 16], key=lambda example: len(example.view.nodes))
        groups += [alike[first : first + BATCH] for first in range(0, len(alike), BATCH)]
    generator.shuffle(groups)
    return groups


def train_linker(
    folder: Path,
    documents: Sequence[AnnotatedDocument],
    links: Mapping[str, GoldLinks],
    epochs: int = EPOCHS,
    seed: int = 0,
    keep: Path | None = None,
) -> tuple[int, int]:
    """Train a linker on the documents that have gold links and put it into the model's folder; returns how many documents and figures
    it was trained on. A ValueError where there are none, or the encoder's family has no linker."""
    examples = read_examples(folder, documents, links, keep)
    network = fit(examples, epochs, seed)
    add_linker(folder, *projection(network), exported(network))
    return len(examples), sum(int(example.linked.sum()) for example in examples)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.linker", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="a saved model's folder, of an encoder of the BERT family")
    parser.add_argument("--data", action="append", required=True, help="a corpus folder or file; may be repeated")
    parser.add_argument("--links", type=Path, default=Path("corpus/links"), help="the folder of gold links")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--vectors", type=Path, help="a file to keep what the encoder says in, for the next time (safetensors)")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        known = read_links(given.links)
        documents, figures = train_linker(given.model, load_sources(given.data), known, given.epochs, given.seed, given.vectors)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"a linker of {figures} figures of {documents} documents is in {given.model}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
