"""How hard each loss pulls at the encoder: `python benchmarks/gradients.py configs/default-10.toml 'corpus/train/hans-[a-c]*.txt'`.

Prints, for the network that the config begins with, each weighted loss and the norm of its gradient in the encoder's trained weights, means
over eight batches of 30 documents. A loss whose gradient is far above the others' decides alone what the encoder learns: weigh it less
in [loss].
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from pathlib import Path

import torch

from training.config import load_config
from training.data import build_example, collate, cut_windows, group_batches, load_documents
from training.losses import weighted_losses
from training.setup import build_network
from training.train import to_tensors

DOCUMENTS, BATCHES = 30, 8


def measure(config_path: Path, source: str) -> list[str]:
    """The table's rows."""
    config = load_config(config_path)
    torch.manual_seed(config.run.seed)
    network, tokenizer = build_network(config)
    network.train()
    generator = random.Random(config.run.seed)
    documents = load_documents(source)
    chosen = generator.sample(documents, min(DOCUMENTS, len(documents)))
    examples = [build_example(document, tokenizer, config.labels.inventory) for document in chosen]
    slices = cut_windows(examples, config.training.window - 2, generator)
    weights = [parameter for parameter in network.encoder.parameters() if parameter.requires_grad]
    seen: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for group in group_batches(slices, config.training.batch_tokens, generator)[:BATCHES]:
        batch = to_tensors(collate(group, examples, tokenizer), torch.device("cpu"))
        losses = weighted_losses(network(batch["ids"], batch["mask"]), batch, network, config)
        for name, loss in losses.items():
            gradients = torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True)
            norm = sum(float(gradient.square().sum()) for gradient in gradients if gradient is not None) ** 0.5
            seen[name].append((float(loss), norm))
    rows = ["| loss | weighted | gradient |", "|---|---|---|"]
    for name, pairs in seen.items():
        loss, norm = (sum(column) / len(pairs) for column in zip(*pairs, strict=True))
        rows.append(f"| {name} | {loss:.3f} | {norm:.2f} |")
    return rows


if __name__ == "__main__":
    sys.stdout.write("\n".join(measure(Path(sys.argv[1]), sys.argv[2])) + "\n")
