"""Checkpoints of a run without pickle: tensors as safetensors, the rest as JSON, each file replaced in one step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from torch import nn

from training.config import Config, ConfigError

BEST = "best.safetensors"
HUB = "best"  # the same weights as a Hugging Face folder, written at the end of a run


@dataclass(frozen=True)
class RunState:
    """How far a run has come: steps done, loss since the last scored epoch, the best dev score, a row for each scored epoch."""

    step: int = 0
    loss_sum: float = 0.0
    scored_step: int = 0
    best: float = -1.0
    history: tuple[dict[str, Any], ...] = ()

    @property
    def mean_loss(self) -> float:
        return self.loss_sum / max(1, self.step - self.scored_step)

    def at(self, step: int) -> RunState:
        return replace(self, step=step)

    def with_loss(self, loss: float) -> RunState:
        return replace(self, loss_sum=self.loss_sum + loss)

    def scored(self, best: float, row: dict[str, Any]) -> RunState:
        return replace(self, loss_sum=0.0, scored_step=self.step, best=best, history=(*self.history, row))


def trainable_state(network: nn.Module) -> dict[str, torch.Tensor]:
    """The trainable parameters by name; frozen ones come from the base encoder."""
    return {name: parameter.data for name, parameter in network.named_parameters() if parameter.requires_grad}


def restore_trainable(network: nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    own = trainable_state(network)
    if own.keys() != tensors.keys():
        raise ConfigError(f"the weights do not fit the network: {sorted(own.keys() ^ tensors.keys())[:5]}")
    for name, tensor in tensors.items():
        own[name].copy_(tensor)


def save_checkpoint(
    folder: Path,
    network: nn.Module,
    optimizer: Any,
    average: Mapping[str, torch.Tensor],
    state: RunState,
    config: Config,
) -> None:
    """Write the run's state; a kill at any moment leaves the last whole checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"network.{name}": tensor for name, tensor in trainable_state(network).items()}
    tensors.update({f"average.{name}": tensor for name, tensor in average.items()})
    for index, moments in optimizer.state_dict()["state"].items():
        tensors.update({f"optimizer.{index}.{key}": torch.as_tensor(value) for key, value in moments.items()})
    temporary = folder / "checkpoint.tmp"
    contiguous = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    save_file(contiguous, temporary, metadata={"state": json.dumps({**state.__dict__, "config": config.model_dump(mode="json")})})
    temporary.replace(folder / "checkpoint.safetensors")


def _same(written: dict[str, Any], config: Config) -> bool:
    """Equal as configs, so that a key that was added with a default since then makes no difference."""
    try:
        return Config.model_validate(written) == config
    except ValidationError:
        return False


def load_checkpoint(folder: Path, network: nn.Module, optimizer: Any, average: dict[str, torch.Tensor], config: Config) -> RunState:
    """Continue from the folder's checkpoint, or begin: then the state is all zero. Another config's checkpoint is an error."""
    path = folder / "checkpoint.safetensors"
    if not path.is_file():
        return RunState()
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        written = json.loads(file.metadata()["state"])
    if not _same(written.pop("config"), config):
        raise ConfigError(f"{path} was written with another config: remove the folder to begin anew, or change run.output")
    tensors = load_file(path)
    restore_trainable(network, {name[8:]: tensor for name, tensor in tensors.items() if name.startswith("network.")})
    for name, tensor in tensors.items():
        if name.startswith("average."):
            average[name[8:]].copy_(tensor)
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".")
            moments.setdefault(int(index), {})[key] = tensor
    fresh = optimizer.state_dict()
    optimizer.load_state_dict({"state": moments, "param_groups": fresh["param_groups"]})
    return RunState(**{**written, "history": tuple(written["history"])})
