"""Shared fixtures: a tiny model trained once a session by the smoke config, and the committed default model."""

from __future__ import annotations

from pathlib import Path

import pytest

import bulletin_ner
from training.config import Config, load_config, tomllib
from training.train import train

ROOT = Path(__file__).parent.parent


def smoke_config(output: Path, **changes: object) -> Config:
    """The smoke config with its output there, and changes by dotted key (`training__epochs=1`)."""
    content = tomllib.loads((ROOT / "configs/smoke.toml").read_text(encoding="utf-8"))
    content["run"]["output"] = str(output)
    for key, value in changes.items():
        section, name = key.split("__")
        content.setdefault(section, {})[name] = value
    for name in ("train", "dev", "test"):
        content["data"][name] = [str(ROOT / source) for source in content["data"][name]]
    return Config.model_validate(content)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that the smoke config's training wrote."""
    return train(smoke_config(tmp_path_factory.mktemp("model") / "tiny"))


@pytest.fixture(scope="session")
def tiny(tiny_model: Path) -> bulletin_ner.Tagger:
    return bulletin_ner.load(tiny_model)


@pytest.fixture(scope="session")
def default() -> bulletin_ner.Tagger:
    return bulletin_ner.load()


@pytest.fixture(scope="session")
def default_config() -> Config:
    return load_config(ROOT / "configs/default.toml")
