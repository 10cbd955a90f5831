"""A run that begins from a saved model: the same outputs for labels that both know."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from conftest import smoke_config

from training.config import ConfigError
from training.setup import build_network

IDS = torch.randint(4, 2000, (1, 40), generator=torch.Generator().manual_seed(1))


def _features(start: Path, **changes: object) -> tuple[torch.Tensor, int]:
    torch.manual_seed(3)
    network, _ = build_network(smoke_config(Path("unused"), run__start=str(start), **changes))
    with torch.no_grad():
        return network.eval()(IDS, torch.ones_like(IDS))[0], network.layout.tags


def test_the_same_labels_give_the_same_model(tiny_model: Path) -> None:
    first, _ = _features(tiny_model)
    again, _ = _features(tiny_model)
    fresh, _ = build_network(smoke_config(Path("unused")))
    torch.testing.assert_close(first, again)
    with torch.no_grad():
        assert not torch.allclose(first, fresh.eval()(IDS, torch.ones_like(IDS))[0])


def test_other_labels_keep_the_rows_of_those_that_stay(tiny_model: Path) -> None:
    first, _ = _features(tiny_model)
    other, tags = _features(tiny_model, labels__entity_types=["VACCINE", "DATE", "PLACE"], labels__measures=["TESTING", "OWN_MEASURE"])
    assert tags == 7
    torch.testing.assert_close(other[:, 0], first[:, 0])  # O
    torch.testing.assert_close(other[:, 3:5], first[:, 5:7])  # DATE, third of PLACE, COUNT, DATE there, second here
    torch.testing.assert_close(other[:, 5:7], first[:, 1:3])  # PLACE
    torch.testing.assert_close(other[:, 7 + 2], first[:, 11 + 22])  # the evidence of TESTING


def test_another_size_is_an_error(tiny_model: Path) -> None:
    with pytest.raises(ConfigError, match=r"run\.start: token_inner\.weight is"):
        build_network(smoke_config(Path("unused"), run__start=str(tiny_model), heads__inner=7))
