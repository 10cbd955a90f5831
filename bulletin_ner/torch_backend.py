"""The PyTorch backend, for training and for GPUs: needs the extra 'torch'."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoModel

from bulletin_ner.features import FeatureLayout
from bulletin_ner.folder import EMBEDDINGS, WEIGHTS
from bulletin_ner.network import JointNetwork
from bulletin_ner.quantisation import from_int4, from_int8


class TorchBackend:
    """A network as a `Backend`: ids and mask (batch, tokens) in, float32 features (batch, tokens, width) out.

    ``bf16``: multiply matrices in bfloat16, with weights and results in float32.
    """

    name = "torch"
    multiple = 32
    batch_tokens = 3072

    def __init__(self, network: JointNetwork, bf16: bool = False) -> None:
        self.network = network
        self._bf16 = bf16

    def __call__(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        network = self.network
        device = next(network.parameters()).device
        training = network.training
        network.eval()
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=self._bf16):
            features = network(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device))
        network.train(training)
        return np.asarray(features.float().cpu().numpy())


def load_torch(folder: Path, content: dict[str, Any]) -> TorchBackend:
    """The network of a model folder, its weights back in float32, on a GPU where torch sees one, in bfloat16 where that has it."""
    tensors = _dequantised(load_file(folder / WEIGHTS))
    transposed = (folder / EMBEDDINGS).is_file()  # the folder of a BERT-family encoder: its linear weights lie (in, out)
    if transposed:
        tensors |= _dequantised(load_file(folder / EMBEDDINGS))
    settings = AutoConfig.for_model(**content["encoder"])
    extra = {"add_pooling_layer": False} if settings.model_type in ("bert", "roberta", "xlm-roberta") else {}
    encoder = AutoModel.from_config(settings, **extra)
    inner = tensors["token_inner.bias"].shape[0]
    network = JointNetwork(encoder, FeatureLayout(**content["layout"]), inner, dropout=0.0)
    own = network.state_dict()
    linear = {f"{name}.weight" for name, module in network.named_modules() if isinstance(module, torch.nn.Linear)}
    for name, array in tensors.items():
        if name not in own:
            raise ValueError(f"{folder}: weight {name} is not in the network that its config describes")
        own[name].copy_(torch.from_numpy(array.T if transposed and name in linear else array))
    missing = [name for name, tensor in own.items() if tensor.is_floating_point() and name not in tensors]
    if missing:
        raise ValueError(f"{folder}: no weights for {', '.join(missing[:5])}")
    device = _device()
    return TorchBackend(network.to(device).eval(), has_bf16(device))


def _device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def has_bf16(device: str) -> bool:
    """Whether the device itself multiplies in bfloat16; CPUs stay at float32, where results are those of the tests."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device == "mps" and torch.backends.mps.is_macos_or_newer(14, 0)


def _dequantised(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    result = {}
    for name, array in tensors.items():
        if name.endswith((".scale", ".input_scale")):
            continue
        scale = tensors.get(f"{name}.scale")
        if scale is not None:
            array = from_int4(array, scale) if array.dtype == np.uint8 else from_int8(array, scale, tensors.get(f"{name}.input_scale")).T
        result[name] = array.astype(np.float32)
    return result
