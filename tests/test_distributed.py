"""Training in two processes (`accelerate launch`) follows the loss curve of one process that takes in each step what both take."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import ROOT, smoke_config

from bulletin_ner.network import JointNetwork
from bulletin_ner.tokenization import BulletinTokenizer
from training import train as train_module
from training.config import Config
from training.data import Batch, Example, Slice

SOURCES = [f"corpus/train/{name}.txt" for name in ("hans-b-52", "hant-47", "hant-m-18", "hans-b-56")]
Pair = list[list[Slice]]
# `accelerate launch` with --cpu alone starts one process; --multi_gpu starts two, and the config's device says what they compute on.
LAUNCH = (
    *("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--main_process_port", "0"),
    *("--mixed_precision", "no", "--dynamo_backend", "no", "--module", "bulletin_ner.cli", "train", "--config"),
)


def _config(output: Path) -> Config:
    """Without dropout, which each process would draw for itself."""
    changes = {"training__window": 64, "training__batch_tokens": 512, "training__epochs": 3, "data__test": []}
    return smoke_config(output, data__train=SOURCES, encoder__dropout=0.0, heads__dropout=0.0, **changes)


def _losses(model: Path) -> np.ndarray:
    return np.array([row["loss"] for row in json.loads((model / "metrics.json").read_text(encoding="utf-8"))["history"]])


def _toml(config: Config) -> str:
    """A config's TOML: its plain values are written as in JSON."""
    sections = config.model_dump(mode="json", exclude_defaults=True)
    lines = []
    for name, own in sections.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in own.items())]
    return "\n".join(lines)


@pytest.fixture
def both_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process takes in each step the shares of two, and the mean of their losses."""
    share, collate, joint_loss = train_module._epoch_batches, train_module.collate, train_module.joint_loss
    halves: list[Batch] = []

    def pairs(examples: Sequence[Example], config: Config, epoch: int, accelerator: object) -> list[Pair]:
        ranks = (SimpleNamespace(num_processes=2, process_index=rank) for rank in (0, 1))
        return [list(pair) for pair in zip(*(share(examples, config, epoch, rank) for rank in ranks), strict=True)]  # type: ignore[arg-type]

    def together(pair: Pair, examples: Sequence[Example], tokenizer: BulletinTokenizer) -> Batch:
        halves[:] = [collate(own, examples, tokenizer) for own in pair]
        return collate(sum(pair, []), examples, tokenizer)

    def mean_loss(features: torch.Tensor, batch: Mapping[str, torch.Tensor], network: JointNetwork, config: Config) -> torch.Tensor:
        parts = features.split([len(half.ids) for half in halves])
        losses = [
            joint_loss(part[:, : half.ids.shape[1]], train_module.to_tensors(half, part.device), network, config)
            for part, half in zip(parts, halves, strict=True)
        ]
        return torch.stack(losses).mean()

    monkeypatch.setattr(train_module, "_epoch_batches", pairs)
    monkeypatch.setattr(train_module, "collate", together)
    monkeypatch.setattr(train_module, "joint_loss", mean_loss)


def _launched(folder: Path) -> np.ndarray:
    config = folder / "config.toml"
    config.write_text(_toml(_config(folder / "launched")), encoding="utf-8")
    command = [sys.executable, *LAUNCH, str(config)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    assert "processes: 2" in result.stderr
    return _losses(folder / "launched")


def test_two_processes_learn_as_one(both_shares: None, tmp_path: Path) -> None:
    one = _losses(train_module.train(_config(tmp_path / "one")))
    np.testing.assert_allclose(_launched(tmp_path), one, atol=1e-3)
