"""Write a trained network as a model folder: weights, graph, tokenizer, config with checksums.

    python -m training.export FOLDER

writes the graph and the tokenizer of a folder anew in today's form; weights and settings stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from safetensors.numpy import load_file, save_file

from bulletin_ner.folder import EMBEDDINGS, GRAPH, LINKER, TOKENIZER, VOCABULARY, WEIGHTS, WORDS
from bulletin_ner.linking.scorer import save_scorer
from bulletin_ner.network import JointNetwork
from bulletin_ner.quantisation import to_int4
from bulletin_ner.saved import read_config, read_settings, write_settings
from bulletin_ner.tagger import Settings
from bulletin_ner.tokenization import BulletinTokenizer
from training.config import Config
from training.onnx_graph import build_graph
from training.rounding import Moments, measure_inputs, quantise

FAMILIES = ("bert", "roberta", "xlm-roberta")


def save_model(
    folder: Path,
    network: JointNetwork,
    tokenizer: BulletinTokenizer,
    config: Config,
    settings: Settings,
    texts: Sequence[str] = (),
) -> None:
    """Write the folder that `bulletin_ner.load` reads. Encoders outside the BERT family get a float32 graph by torch's exporter.

    ``texts``: a few dozen training texts, by which weights in 8 bits are chosen; without any they are rounded to the nearest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(folder, tokenizer)
    state = {name: tensor.detach().cpu().float().numpy() for name, tensor in network.state_dict().items() if tensor.is_floating_point()}
    family = network.encoder.config.model_type in FAMILIES
    words = state.pop(WORDS) if family else None
    if words is not None:
        _save(_embeddings(words, config.export.embeddings), folder / EMBEDDINGS)
    tensors = state
    if family:
        int8 = config.export.weights == "int8"
        inputs = measure_inputs(network, tokenizer, texts, config.prediction) if int8 and texts else {}
        tensors = _weights(network, state, int8, inputs)
    _save(tensors, folder / WEIGHTS)
    (folder / LINKER).unlink(missing_ok=True)  # it read the weights before
    if family:
        _write_graph(folder, network.encoder.config.to_dict(), network.layout.width)
    else:
        _generic_graph(folder, network)
    write_settings(folder, settings, tokenizer, network.encoder.config.to_dict())


def renew(folder: Path) -> None:
    """Write graph and tokenizer of a BERT-family folder anew from its weights and its vocabulary."""
    content, settings = read_config(folder), read_settings(folder)
    tokenizer = _read_tokenizer(folder, content)
    _write_tokenizer(folder, tokenizer)
    _write_graph(folder, content["encoder"], settings.layout.width)
    write_settings(folder, settings, tokenizer, content["encoder"])


def add_linker(folder: Path, weight: np.ndarray, bias: np.ndarray, scorer: Mapping[str, np.ndarray]) -> None:
    """Put a linker into a BERT-family folder, in the place of the one that it has.

    ``weight``, float32 (2 * hidden, columns), and ``bias`` give what it reads of a token from the encoder's last and middle layer;
    ``scorer``: the weights that `save_scorer` writes.
    """
    content, settings = read_config(folder), read_settings(folder)
    tokenizer = _read_tokenizer(folder, content)
    tensors = load_file(folder / WEIGHTS) | {"mentions.weight": weight, "mentions.bias": bias}
    _save(tensors, folder / WEIGHTS)
    save_scorer(scorer, folder / LINKER)
    settings = replace(settings, mentions=len(bias))
    _write_graph(folder, content["encoder"], settings.layout.width)
    write_settings(folder, settings, tokenizer, content["encoder"])


def _save(tensors: dict[str, np.ndarray], path: Path) -> None:
    save_file(tensors, path)
    path.chmod(0o644)  # safetensors writes for the owner alone


def _read_tokenizer(folder: Path, content: Mapping[str, Any]) -> BulletinTokenizer:
    special = content["special_tokens"]
    return BulletinTokenizer.from_folder(folder, special["begin"], special["separator"], special["padding"])


def _write_tokenizer(folder: Path, tokenizer: BulletinTokenizer) -> None:
    for name in (TOKENIZER, VOCABULARY):
        (folder / name).unlink(missing_ok=True)
    tokenizer.save(folder)


def _write_graph(folder: Path, encoder: dict[str, Any], width: int) -> None:
    onnx.save(build_graph(encoder, width, [folder / EMBEDDINGS, folder / WEIGHTS]), folder / GRAPH)


def _embeddings(words: np.ndarray, bits: str) -> dict[str, np.ndarray]:
    if bits == "int4":
        packed, scale = to_int4(words)
        return {WORDS: packed, f"{WORDS}.scale": scale}
    return {WORDS: words.astype(np.float16 if bits == "float16" else np.float32)}


def _weights(network: JointNetwork, state: dict[str, np.ndarray], int8: bool, inputs: Mapping[str, Moments]) -> dict[str, np.ndarray]:
    """Linear weights lie (in, out) for the graph, in int8 those of the encoder; the rest is float32 as in torch."""
    linear = [name for name, module in network.named_modules() if isinstance(module, torch.nn.Linear)]
    tensors = dict(state)
    for name in linear:
        tensors[f"{name}.weight"] = np.ascontiguousarray(state[f"{name}.weight"].T)
    if int8:
        tensors |= quantise({name: state[f"{name}.weight"] for name in linear if name.startswith("encoder.")}, inputs)
    return tensors


def _generic_graph(folder: Path, network: JointNetwork) -> None:
    network.eval()
    ids = torch.full((2, 32), 5)
    axes = {0: torch.export.Dim("batch", min=1, max=4096), 1: torch.export.Dim("tokens", min=4, max=512)}
    torch.onnx.export(
        network,
        (ids, torch.ones_like(ids)),
        folder / GRAPH,
        input_names=["input_ids", "attention_mask"],
        output_names=["features"],
        dynamic_shapes=(axes, axes),
        external_data=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m training.export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="a saved model's folder")
    renew(parser.parse_args().model)
