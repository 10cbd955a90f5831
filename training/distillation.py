"""A smaller network learns what a larger one answers: all features of every token, beside the labels.

Source: Ba and Caruana, Do Deep Nets Really Need to be Deep? (2014): logits matched by their squared difference.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn import functional

from bulletin_ner.features import FeatureLayout
from bulletin_ner.network import JointNetwork
from bulletin_ner.saved import read_config
from bulletin_ner.torch_backend import load_torch
from training.config import ConfigError
from training.warm_start import kept_weights


def load_teacher(folder: Path, layout: FeatureLayout, device: torch.device) -> JointNetwork:
    """A saved model as a teacher, in the full precision that its run kept where it is there. A ConfigError where its labels differ."""
    network = load_torch(folder, read_config(folder)).network
    if network.layout != layout:
        raise ConfigError(f"distillation.teacher: {folder} has other labels than this config; take a teacher with the same")
    network.load_state_dict(kept_weights(folder), strict=False)
    return network.to(device).eval().requires_grad_(False)


def distillation_loss(features: torch.Tensor, teacher: JointNetwork, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean squared difference to the teacher's features (windows, tokens, width): that of the tags and that of all other heads, halved."""
    with torch.no_grad():
        wanted = teacher(ids, mask)
    real, tags = mask.bool(), teacher.layout.tags
    own, wanted = features[real], wanted.float()[real]
    parts = [functional.mse_loss(own[:, part], wanted[:, part]) for part in (slice(None, tags), slice(tags, None))]
    return torch.stack(parts).mean()
