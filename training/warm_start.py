"""Begin a run from a saved model: the same weights, and where labels differ, those of the labels that both have."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from bulletin_ner.labels import LabelInventory
from bulletin_ner.network import JointNetwork
from bulletin_ner.saved import read_config
from bulletin_ner.torch_backend import load_torch
from training.checkpoint import BEST, restore_trainable, trainable_state
from training.config import ConfigError

log = logging.getLogger(__name__)


def start_from(folder: Path, network: JointNetwork, labels: LabelInventory) -> None:
    """Take a saved model's weights: those that its run kept in full precision where they are there, else the exported ones.

    Of heads with other labels, each row of a label that the saved model knows; the others stay as they were begun. A ConfigError names a
    part that does not fit.
    """
    content = read_config(folder)
    saved = {**load_torch(folder, content).network.state_dict(), **kept_weights(folder)}
    before, after = _rows(content["labels"]), _rows({"entity_types": labels.entity_types, "measures": labels.measures})
    fitted = {}
    for name, own in trainable_state(network).items():
        if name not in saved:
            raise ConfigError(f"run.start: {folder} has no {name}; its encoder is another than this config's")
        fitted[name] = saved[name] if own.shape == saved[name].shape else _by_label(name, own, saved[name], before, after)
    new = sorted(set(after["tags"] + after["sentence"]) - set(before["tags"] + before["sentence"]))
    if new:
        log.info("run.start: %s does not know %s: they are learnt from nothing", folder, ", ".join(new))
    restore_trainable(network, fitted)


def kept_weights(folder: Path) -> dict[str, torch.Tensor]:
    """What the run of a saved model kept in full precision, without frozen parts; nothing where it is not there."""
    kept = folder / "run" / BEST
    return load_file(kept) if kept.is_file() else {}


def _rows(labels: dict[str, Any]) -> dict[str, list[str]]:
    """What each output of the two heads with labels is for, in order (see `FeatureLayout`)."""
    measures = list(labels["measures"])
    return {
        "tags": ["O"] + [f"{part}-{name}" for name in labels["entity_types"] for part in "BI"],
        "sentence": [f"attention of {name}" for name in measures] + measures,
    }


def _by_label(name: str, own: torch.Tensor, saved: torch.Tensor, before: dict[str, list[str]], after: dict[str, list[str]]) -> torch.Tensor:
    head = name.split(".")[0]
    if head not in before or own.shape[1:] != saved.shape[1:]:
        raise ConfigError(f"run.start: {name} is {tuple(saved.shape)} there and {tuple(own.shape)} here; take the same encoder and heads")
    known = {label: row for row, label in enumerate(before[head])}
    fitted = own.clone()
    for row, label in enumerate(after[head]):
        if label in known:
            fitted[row] = saved[known[label]]
    return fitted
