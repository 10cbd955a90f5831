"""8-bit weights chosen by what they multiply in real texts, so that the export costs next to nothing of the scores.

Two known methods, both without cost when the model runs: SmoothQuant (Xiao et al. 2023, arXiv 2211.10438) moves part of the spread
between input channels from the activations to the weights, GPTQ (Frantar et al. 2023, arXiv 2210.17323) makes up for each weight's
rounding in those that are rounded after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from bulletin_ner.encoding import encode
from bulletin_ner.network import JointNetwork
from bulletin_ner.quantisation import PAIR, int8_scale, to_int8
from bulletin_ner.tokenization import BulletinTokenizer
from bulletin_ner.torch_backend import TorchBackend
from training.config import Prediction

STRENGTH = 0.65  # SmoothQuant's alpha: how much of the spread goes to the weights
DAMPING = 0.01  # GPTQ's: this share of the mean second moment is added to each, so that the matrix has an inverse
BLOCK = 96


@dataclass(frozen=True)
class Moments:
    """What a linear reads in some texts: sums of products (in, in), float64, and greatest magnitudes (in,)."""

    products: np.ndarray
    largest: np.ndarray


class _Unpadded(TorchBackend):
    multiple = 1


def measure_inputs(network: JointNetwork, tokenizer: BulletinTokenizer, texts: Sequence[str], prediction: Prediction) -> dict[str, Moments]:
    """The moments of each linear of a BERT-family encoder, by its name, over texts read in the windows of prediction."""
    moments: dict[str, Moments] = {}

    def add(name: str, inputs: torch.Tensor) -> None:
        rows = inputs.detach().flatten(0, -2).float().cpu().numpy()  # NumPy, since a bf16 run would multiply in bf16
        products = (rows.T @ rows).astype(np.float64)
        largest = np.abs(rows).max(0)
        before = moments.get(name, Moments(np.zeros_like(products), np.zeros_like(largest)))
        moments[name] = Moments(before.products + products, np.maximum(before.largest, largest))

    linears = {name: module for name, module in network.named_modules() if isinstance(module, torch.nn.Linear)}
    hooks = [
        module.register_forward_pre_hook(lambda _, inputs, name=name: add(name, inputs[0]))
        for name, module in linears.items()
        if name.startswith("encoder.") and _source(name) == name
    ]
    try:
        tokens = [tokenizer(text) for text in texts]
        width = network.layout.width
        encode(tokens, [()] * len(tokens), _Unpadded(network), tokenizer, width, prediction.window, prediction.context)
    finally:
        for hook in hooks:
            hook.remove()
    return moments


def quantise(weights: Mapping[str, np.ndarray], moments: Mapping[str, Moments]) -> dict[str, np.ndarray]:
    """An encoder's linear weights (out, in), by the linear's name, as the tensors of a model folder: int8, scale, input_scale.

    Without moments of its inputs a weight is rounded to the nearest and has no input_scale. What the feed-forward and the attention
    end in has none either: only what reads a norm has channels far greater than others.
    """
    tensors: dict[str, np.ndarray] = {}
    for source in dict.fromkeys(map(_source, weights)):
        group = {name: weight for name, weight in weights.items() if _source(name) == source}
        inputs = moments.get(source)
        factor = None if inputs is None or source.endswith("output.dense") else _input_scale(list(group.values()), inputs)
        for name, weight in group.items():
            key = f"{name}.weight"
            if inputs is None:
                tensors[key], tensors[f"{key}.scale"] = to_int8(weight)
            elif factor is None:
                tensors[key], tensors[f"{key}.scale"] = round_by_products(weight, inputs.products)
            else:
                products = inputs.products * np.outer(factor, factor)
                tensors[key], tensors[f"{key}.scale"] = round_by_products(weight / factor, products)
                tensors[f"{key}.input_scale"] = factor
    return tensors


def round_by_products(weight: np.ndarray, products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """GPTQ: `to_int8` of a weight (out, in), rounded so that its outputs are off as little as can be for inputs of these products (in, in).

    Input channels are taken from the strongest to the weakest; what rounding one leaves over is put on those still to come.
    """
    scale = int8_scale(weight)
    width = weight.shape[1]
    order = np.argsort(-np.diag(products), kind="stable")
    place = np.argsort(order)
    damped = products + np.eye(width) * (DAMPING * np.diag(products).mean() + 1e-12)
    spread = np.linalg.cholesky(np.linalg.inv(damped[np.ix_(order, order)])).T
    left = weight.T[order].astype(np.float64)
    rounded = np.zeros_like(left)
    for start in range(0, width, BLOCK):
        end = min(width, start + BLOCK)
        errors = np.zeros((end - start, left.shape[1]))
        for row in range(start, end):
            mate = order[row] ^ 1
            sibling = rounded[place[mate]] if mate < width else 0  # zero until its turn has come
            rounded[row] = np.rint(left[row] / scale).clip(np.maximum(-127, -PAIR - sibling), np.minimum(127, PAIR - sibling))
            error = (left[row] - rounded[row] * scale) / spread[row, row]
            errors[row - start] = error
            left[row + 1 : end] -= np.outer(spread[row, row + 1 : end], error)
        left[end:] -= spread[start:end, end:].T @ errors
    return np.ascontiguousarray(rounded[place].astype(np.int8)), scale


def _input_scale(weights: Sequence[np.ndarray], inputs: Moments) -> np.ndarray:
    """SmoothQuant: what inputs are multiplied by, and the weights divided by, float32 (in,), of geometric mean 1."""
    strongest = np.maximum(np.max([np.abs(weight).max(0) for weight in weights], axis=0), 1e-6)
    logarithm = (1 - STRENGTH) * np.log(strongest) - STRENGTH * np.log(np.maximum(inputs.largest, 1e-6))
    return np.exp(logarithm - logarithm.mean()).astype(np.float32)


def _source(name: str) -> str:
    """The linear that stands for all that read the same tensor: query, key and value do."""
    return name.replace(".self.key", ".self.query").replace(".self.value", ".self.query")
