from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from training.average import average
from training.checkpoint import BEST


def _write(folder: Path, **tensors: torch.Tensor) -> Path:
    (folder / "run").mkdir(parents=True)
    save_file(tensors, folder / "run" / BEST)
    return folder


def test_the_mean_of_what_both_have(tmp_path: Path) -> None:
    first = _write(tmp_path / "a", both=torch.tensor([0.0, 4.0]), kept=torch.ones(2))
    second = _write(tmp_path / "b", both=torch.tensor([1.0, 0.0]))
    average(first, second, tmp_path / "c", 0.25)
    found = load_file(tmp_path / "c/run" / BEST)
    assert found.keys() == {"both"}
    torch.testing.assert_close(found["both"], torch.tensor([0.25, 3.0]))


def test_nothing_to_average_is_an_error(tmp_path: Path) -> None:
    first, second = _write(tmp_path / "a", one=torch.ones(2)), _write(tmp_path / "b", one=torch.ones(3))
    with pytest.raises(ValueError, match="no weights of the same shapes"):
        average(first, second, tmp_path / "c", 0.5)
