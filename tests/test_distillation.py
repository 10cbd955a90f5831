"""Smaller models: layers left out, and a teacher's answers learnt beside the labels."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from conftest import smoke_config

import bulletin_ner
from training.config import ConfigError
from training.distillation import distillation_loss, load_teacher
from training.setup import build_network
from training.train import train

IDS = torch.randint(4, 2000, (2, 24), generator=torch.Generator().manual_seed(1))


def test_layers_are_kept_in_their_order(tiny_model: Path) -> None:
    full, _ = build_network(smoke_config(Path("unused"), run__start=str(tiny_model)))
    small, _ = build_network(smoke_config(Path("unused"), run__start=str(tiny_model), encoder__layers=[1]))
    assert small.encoder.config.num_hidden_layers == len(small.encoder.encoder.layer) == 1
    torch.testing.assert_close(dict(small.encoder.encoder.layer[0].state_dict()), dict(full.encoder.encoder.layer[1].state_dict()))
    torch.testing.assert_close(dict(small.tags.state_dict()), dict(full.tags.state_dict()))
    with pytest.raises(ConfigError, match=r"encoder\.layers: 2, but the encoder has 2 layers, counted from 0"):
        build_network(smoke_config(Path("unused"), encoder__layers=[0, 2]))
    with pytest.raises(ConfigError, match=r"encoder\.layers: \[1, 1\]; name each layer once"):
        build_network(smoke_config(Path("unused"), encoder__layers=[1, 1]))


def test_the_loss_is_nothing_for_the_teacher_and_falls_for_a_student(tiny_model: Path) -> None:
    torch.manual_seed(2)
    student, _ = build_network(smoke_config(Path("unused"), encoder__layers=[0]))
    teacher = load_teacher(tiny_model, student.layout, torch.device("cpu"))
    mask = torch.ones_like(IDS)
    mask[1, 10:] = 0
    assert float(distillation_loss(teacher(IDS, mask), teacher, IDS, mask)) == 0
    features = teacher(IDS, mask).clone()
    features[1, 10:] += 5  # padding counts for nothing
    assert float(distillation_loss(features, teacher, IDS, mask)) == 0
    optimizer = torch.optim.AdamW([p for p in student.parameters() if p.requires_grad], lr=1e-3)
    losses = []
    for _ in range(8):
        losses.append(distillation_loss(student(IDS, mask), teacher, IDS, mask))
        losses[-1].backward()
        optimizer.step()
        optimizer.zero_grad()
    assert losses[-1] < losses[0] / 2


def test_a_teacher_with_other_labels_is_an_error(tiny_model: Path) -> None:
    other, _ = build_network(smoke_config(Path("unused"), labels__measures=["TESTING"]))
    with pytest.raises(ConfigError, match=r"distillation\.teacher: .* has other labels"):
        load_teacher(tiny_model, other.layout, torch.device("cpu"))


def test_a_student_is_trained_exported_and_gone_on_from(tiny_model: Path, tmp_path: Path) -> None:
    shared = {"encoder__layers": [1], "distillation__teacher": str(tiny_model), "training__epochs": 1}
    first = train(smoke_config(tmp_path / "first", run__start=str(tiny_model), **shared))
    assert bulletin_ner.load(str(first)).predict("11月4日，甲县新增确诊病例3例。").text
    second = train(smoke_config(tmp_path / "second", run__start=str(first), **shared))
    assert '"num_hidden_layers": 1' in (second / "config.json").read_text(encoding="utf-8")
