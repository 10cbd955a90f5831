"""The losses of the heads, each with its weight from the config."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch.nn import functional

from bulletin_ner.network import JointNetwork, pool_sentences, span_logits
from training.config import Config
from training.data import IGNORE
from training.sequence_loss import sequence_loss

_CLASS_HEADS = ("indicator", "aspect", "kind")


def weighted_losses(
    features: torch.Tensor, batch: Mapping[str, torch.Tensor], network: JointNetwork, config: Config
) -> dict[str, torch.Tensor]:
    """The loss of the tags and the weighted losses of the other heads that have a target; features (windows, tokens, width)."""
    layout = network.layout
    tags = features[..., : layout.tags]
    if config.loss.tags == "sequence":
        losses = {"tags": sequence_loss(tags, batch["tags"])}
    else:
        losses = {"tags": functional.cross_entropy(tags.flatten(0, 1), batch["tags"].flatten(), ignore_index=IGNORE)}
    flat = features.flatten(0, 1)
    if len(batch["sentences"]) and layout.measures:
        logits = pool_sentences(flat, batch["sentences"], layout)
        measures = functional.binary_cross_entropy_with_logits(logits, batch["measures"], reduction="none")
        losses["measures"] = config.loss.measures * measures.sum(1).mean()
    if len(batch["spans"]):
        logits = span_logits(flat, batch["spans"], layout)
        for name in _CLASS_HEADS:
            target = batch[name]
            if bool((target != IGNORE).any()):
                part = functional.cross_entropy(logits[:, getattr(layout, name)], target, ignore_index=IGNORE)
                losses[name] = getattr(config.loss, name) * part
    return losses


def joint_loss(features: torch.Tensor, batch: Mapping[str, torch.Tensor], network: JointNetwork, config: Config) -> torch.Tensor:
    """The sum of the weighted losses."""
    return torch.stack(list(weighted_losses(features, batch, network, config).values())).sum()
