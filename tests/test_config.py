from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from training.config import ConfigError, load_config

SMOKE = (ROOT / "configs/smoke.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.toml")), ids=lambda path: path.name)
def test_every_shipped_config_loads(path: Path) -> None:
    assert load_config(path).training.epochs > 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs =", "epoch =", r"training\.epochs: missing, add it\n.*training\.epoch: unknown key, remove it"),
        ("[heads]", "[head]", r"heads: missing"),
        ("epochs = 4", 'epochs = "4"', r"training\.epochs: input should be a valid integer, got '4'"),
        ("epochs = 4", "epochs = 0", r"training\.epochs: input should be greater than 0, got 0"),
        ('device = "cpu"', 'device = "tpu"', r"run\.device: .*'tpu'"),
        ("[run]", "[run", "not TOML"),
    ],
)
def test_faults_name_the_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SMOKE
    path = tmp_path / "bad.toml"
    path.write_text(SMOKE.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_config(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such config file"):
        load_config(tmp_path / "none.toml")
