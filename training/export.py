"""Write a trained network as a model folder: weights, graph, tokenizer, config with checksums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from safetensors.numpy import save_file

from bulletin_ner.folder import EMBEDDINGS, GRAPH, TOKENIZER, WEIGHTS, WORDS
from bulletin_ner.network import JointNetwork
from bulletin_ner.quantisation import to_int4, to_int8
from bulletin_ner.saved import write_settings
from bulletin_ner.tagger import Settings
from bulletin_ner.tokenization import BulletinTokenizer
from training.config import Config
from training.onnx_graph import build_graph

FAMILIES = ("bert", "roberta", "xlm-roberta")


def save_model(folder: Path, network: JointNetwork, tokenizer: BulletinTokenizer, config: Config, settings: Settings) -> None:
    """Write the folder that `bulletin_ner.load` reads. Encoders outside the BERT family get a float32 graph by torch's exporter."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(folder / TOKENIZER)
    state = {name: tensor.detach().cpu().float().numpy() for name, tensor in network.state_dict().items() if tensor.is_floating_point()}
    family = network.encoder.config.model_type in FAMILIES
    words = state.pop(WORDS) if family else None
    if words is not None:
        save_file(_embeddings(words, config.export.embeddings), folder / EMBEDDINGS)
    save_file(_weights(network, state, int8=family and config.export.weights == "int8", transpose=family), folder / WEIGHTS)
    if family:
        graph = build_graph(network.encoder.config.to_dict(), network.layout.width, [folder / EMBEDDINGS, folder / WEIGHTS])
        onnx.save(graph, folder / GRAPH)
    else:
        _generic_graph(folder, network)
    for path in (folder / EMBEDDINGS, folder / WEIGHTS):
        if path.is_file():
            path.chmod(0o644)  # safetensors writes for the owner alone
    write_settings(folder, settings, tokenizer, network.encoder.config.to_dict())


def _embeddings(words: np.ndarray, bits: str) -> dict[str, np.ndarray]:
    if bits == "int4":
        packed, scale = to_int4(words)
        return {WORDS: packed, f"{WORDS}.scale": scale}
    return {WORDS: words.astype(np.float16 if bits == "float16" else np.float32)}


def _weights(network: JointNetwork, state: dict[str, np.ndarray], int8: bool, transpose: bool) -> dict[str, np.ndarray]:
    """Linear weights lie (in, out) for the graph, in int8 those of the encoder; the rest is float32 as in torch."""
    linear = {f"{name}.weight" for name, module in network.named_modules() if isinstance(module, torch.nn.Linear)}
    tensors = {}
    for name, array in state.items():
        if transpose and name in linear and int8 and name.startswith("encoder."):
            tensors[name], tensors[f"{name}.scale"] = to_int8(array)
        elif transpose and name in linear:
            tensors[name] = np.ascontiguousarray(array.T)
        else:
            tensors[name] = array
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
