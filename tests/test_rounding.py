"""8-bit weights chosen by what they multiply, and what a graph in 8 bits makes of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from conftest import smoke_config
from onnx import TensorProto, helper

from bulletin_ner.network import JointNetwork
from bulletin_ner.onnx_backend import OnnxBackend
from bulletin_ner.quantisation import PAIR, from_int8, to_int8
from bulletin_ner.tokenization import BulletinTokenizer
from bulletin_ner.torch_backend import TorchBackend, load_torch
from training.export import save_model
from training.rounding import measure_inputs, quantise, round_by_products
from training.setup import build_network, prediction_settings

TEXTS = [
    "甲县报告新增3例确诊病例，均为境外输入。" * 9,
    "乙市卫生健康委副主任王某介绍，2月3日起全市学校停课。" * 12,
    "The county reported 12 new cases. " * 8,
]


def _inputs(generator: np.random.Generator, width: int) -> np.ndarray:
    """Rows (400, width) whose channels go together, some of them far greater than others."""
    mixed = generator.normal(size=(400, width // 4)) @ generator.normal(size=(width // 4, width)) + generator.normal(size=(400, width))
    return np.asarray(mixed * np.exp(generator.normal(size=width)))


@pytest.mark.parametrize("width", [1, 63, 200])
@pytest.mark.parametrize("by_products", [False, True])
def test_no_pair_of_weights_overflows_sixteen_bits(width: int, by_products: bool) -> None:
    generator = np.random.default_rng(width)
    weight = generator.normal(size=(40, width)).astype(np.float32)
    weight[0] = 1  # every pair is as great as can be
    inputs = generator.normal(size=(300, width))
    quantised, _ = round_by_products(weight, inputs.T @ inputs) if by_products else to_int8(weight)
    values = np.pad(quantised.astype(int), ((0, width % 2), (0, 0)))
    assert np.abs(values).max() <= 127
    assert np.abs(values[0::2] + values[1::2]).max() <= PAIR
    assert 255 * PAIR < 2**15


def test_the_runtime_multiplies_exactly() -> None:
    """With weights that used the whole of 8 bits, a processor without VNNI would cut these sums off."""
    generator = np.random.default_rng(0)
    quantised, _ = to_int8(np.sign(generator.normal(size=(64, 384))).astype(np.float32) * generator.choice([0.01, 1.0], size=(64, 384)))
    rows = generator.choice([0, 255], size=(50, 384)).astype(np.uint8)
    node = helper.make_node("MatMulInteger", ["rows", "weight", "middle"], ["product"])
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("rows", TensorProto.UINT8, rows.shape)],
        [helper.make_tensor_value_info("product", TensorProto.INT32, (50, 64))],
        [
            helper.make_tensor("weight", TensorProto.INT8, quantised.shape, quantised.tobytes(), raw=True),
            helper.make_tensor("middle", TensorProto.UINT8, (), [128]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    np.testing.assert_array_equal(session.run(None, {"rows": rows})[0], (rows.astype(int) - 128) @ quantised.astype(int))


def test_rounding_by_products_is_nearer_than_to_the_nearest() -> None:
    generator = np.random.default_rng(3)
    inputs, weight = _inputs(generator, 96), generator.normal(size=(48, 96)).astype(np.float32)

    def error(quantised: np.ndarray, scale: np.ndarray) -> float:
        return float(np.linalg.norm(inputs @ (from_int8(quantised, scale) - weight).T))

    assert error(*round_by_products(weight, inputs.T @ inputs)) < 0.7 * error(*to_int8(weight))


def test_inputs_that_never_occur_are_no_fault() -> None:
    weight = np.random.default_rng(4).normal(size=(8, 12)).astype(np.float32)
    quantised, scale = round_by_products(weight, np.zeros((12, 12)))
    assert np.abs(from_int8(quantised, scale) - weight).max() <= scale.max() / 2 + 1e-6


def _network(folder: Path) -> tuple[JointNetwork, BulletinTokenizer]:
    """The tiny network, with a few channels of its norms far above the others, as in trained ones."""
    torch.manual_seed(0)
    network, tokenizer = build_network(smoke_config(folder))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("LayerNorm.weight"):
                parameter[[3, 17]] *= 20
    return network.eval(), tokenizer


def _saved(folder: Path, texts: Sequence[str]) -> tuple[JointNetwork, np.ndarray]:
    config = smoke_config(folder, export__embeddings="float32")
    network, tokenizer = _network(folder)
    save_model(folder, network, tokenizer, config, prediction_settings(config, (0.5,) * len(config.labels.measures), 0.0), texts)
    return network, np.array([[0, *tokenizer(TEXTS[1]).ids[:100], 2]])


def test_moments_are_those_of_the_inputs_without_padding(tmp_path: Path) -> None:
    network, tokenizer = _network(tmp_path)
    seen: list[np.ndarray] = []
    name = "encoder.encoder.layer.1.intermediate.dense"
    moments = measure_inputs(network, tokenizer, TEXTS[:1], smoke_config(tmp_path).prediction)
    hook = network.get_submodule(name).register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0].detach().numpy()))
    ids = np.array([[tokenizer.begin, *tokenizer(TEXTS[0]).ids, tokenizer.separator]])
    assert ids.size <= smoke_config(tmp_path).prediction.window
    TorchBackend(network)(ids, np.ones_like(ids))
    hook.remove()
    np.testing.assert_allclose(moments[name].products, seen[0].T @ seen[0], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(moments[name].largest, np.abs(seen[0]).max(0), rtol=1e-4)
    assert not any(".key" in other or ".value" in other for other in moments)  # they read what the query reads
    assert not any(module._forward_pre_hooks for module in network.modules())


def test_query_key_and_value_share_the_scale_of_their_inputs(tmp_path: Path) -> None:
    network, tokenizer = _network(tmp_path)
    moments = measure_inputs(network, tokenizer, TEXTS, smoke_config(tmp_path).prediction)
    prefix = "encoder.encoder.layer.0.attention.self"
    names = [f"{prefix}.{name}" for name in ("query", "key", "value")]
    weights = {name: network.get_submodule(name).weight.detach().numpy() for name in names}
    tensors = quantise(weights, moments)
    first = tensors[f"{names[0]}.weight.input_scale"]
    for name in names:
        key = f"{name}.weight"
        np.testing.assert_array_equal(tensors[f"{key}.input_scale"], first)
        back = from_int8(tensors[key], tensors[f"{key}.scale"], first)
        products = moments[names[0]].products
        assert np.sum((back - weights[name]) @ products * (back - weights[name])) < 1e-4 * np.sum(weights[name] @ products * weights[name])


def test_texts_make_the_export_nearer_and_both_backends_agree(tmp_path: Path) -> None:
    errors = {}
    for kind, texts in (("nearest", []), ("chosen", TEXTS)):
        folder = tmp_path / kind
        network, ids = _saved(folder, texts)
        mask = np.ones_like(ids)
        wanted = TorchBackend(network)(ids, mask)
        reread = load_torch(folder, json.loads((folder / "config.json").read_text(encoding="utf-8")))(ids, mask)
        found = OnnxBackend(folder / "model.onnx", 1)(ids, mask)
        errors[kind] = [float(np.linalg.norm(features - wanted) / np.linalg.norm(wanted)) for features in (reread, found)]
    assert errors["chosen"][0] < 0.8 * errors["nearest"][0], errors
    assert errors["chosen"][1] < 0.8 * errors["nearest"][1], errors
    assert errors["chosen"][1] < 0.05, errors


def test_an_export_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        _saved(tmp_path / name, TEXTS)
    for file in ("weights.safetensors", "embeddings.safetensors", "model.onnx"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
