"""The inference graph of a BERT-family joint network, written with ONNX Runtime's fused operators.

The graph itself holds no weights: each initialiser points into the model folder's safetensors files (ONNX external data is a file,
an offset and a length, and that is what a safetensors header gives). So the folder has every weight once, readable by both.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from bulletin_ner.network import middle_layer

MICROSOFT = "com.microsoft"
BLOCK = 32
MIDDLE = 128  # the zero of 8-bit activations
GELU_ZERO, GELU_LEAST = 32, -0.17  # GELU gives nothing below: with a lower zero, its greater values have more steps
_TYPES = {"F32": TensorProto.FLOAT, "F16": TensorProto.FLOAT16, "I8": TensorProto.INT8, "U8": TensorProto.UINT8, "I64": TensorProto.INT64}


class GraphBuilder:
    """Collects nodes; weights are referred to by their names in the safetensors files."""

    def __init__(self, files: list[Path]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: dict[str, onnx.TensorProto] = {}
        self._rows: dict[str, tuple[str, str, str]] = {}
        self._where: dict[str, tuple[str, str, list[int], int, int]] = {}
        for file in files:
            for name, (dtype, shape, offset, length) in safetensors_layout(file).items():
                self._where[name] = (file.name, dtype, shape, offset, length)

    def weight(self, name: str, dtype: int | None = None, shape: list[int] | None = None) -> str:
        if name not in self.initialisers:
            file, stored, stored_shape, offset, length = self._where[name]
            tensor = TensorProto(name=name, data_type=dtype or _TYPES[stored], dims=shape or stored_shape)
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", file), ("offset", str(offset)), ("length", str(length))):
                tensor.external_data.add(key=key, value=value)
            self.initialisers[name] = tensor
        return name

    def has(self, name: str) -> bool:
        return name in self._where

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initialisers.setdefault(name, onnx.numpy_helper.from_array(value, name))
        return name

    def add(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(self, source: str, name: str, gelu: bool = False) -> str:
        """A torch Linear: in 8 bits where its weights are, else in float32. Weights are stored (in, out). ``gelu``: whether the source
        is one's output."""
        weight = self.weight(f"{name}.weight")
        if self.has(f"{weight}.scale"):
            if source not in self._rows:
                self._rows[source] = self._quantised(self._scaled(source, f"{weight}.input_scale"), gelu)
            rows, row_scale, zero = self._rows[source]
            inputs = [rows, weight, self.constant("one", np.array(1, np.float32)), self.weight(f"{weight}.scale"), zero]
            product = self.add("MatMulIntegerToFloat", inputs, f"{name}.scaled", MICROSOFT)
            product = self.add("Mul", [product, row_scale], f"{name}.product")
        else:
            product = self.add("MatMul", [source, weight], f"{name}.product")
        return self.add("Add", [product, self.weight(f"{name}.bias")], f"{name}.output")

    def _scaled(self, source: str, scale: str) -> str:
        """Channels brought to like magnitudes before they share a row's scale; all linears that read the source have the same."""
        return self.add("Mul", [source, self.weight(scale)], f"{source}.scaled") if self.has(scale) else source

    def _quantised(self, source: str, gelu: bool) -> tuple[str, str, str]:
        """A tensor in unsigned 8 bits, with a scale for each row, and its zero.

        The runtime's own dynamic quantisation takes one scale for the whole batch, so that a text's result would depend on its
        neighbours; with one a row it does not, and the error is smaller.
        """
        name, zero = ("gelu", GELU_ZERO) if gelu else ("middle", MIDDLE)
        steps = self.constant(f"{name}.steps", np.array(255 - zero, np.float32))
        axis = self.constant("last_axis", np.array([-1], np.int64))
        bounds = [self.add("ReduceMax", [source, axis], f"{source}.max", keepdims=1)]
        if gelu:
            bounds.append(self.constant("gelu.low", np.array(-GELU_LEAST * (255 - zero) / zero, np.float32)))
        else:
            bounds.append(self.add("Neg", [self.add("ReduceMin", [source, axis], f"{source}.min", keepdims=1)], f"{source}.low"))
            bounds.append(self.constant("tiny", np.array(1e-9, np.float32)))
        largest = self.add("Max", bounds, f"{source}.largest")
        stretched = self.add("Mul", [source, self.add("Div", [steps, largest], f"{source}.factor")], f"{source}.stretched")
        middle = self.constant(name, np.array(zero, np.uint8))
        rows = self.add("QuantizeLinear", [stretched, self.constant("unit", np.array(1, np.float32)), middle], f"{source}.int8")
        return rows, self.add("Div", [largest, steps], f"{source}.scale"), middle


def safetensors_layout(path: Path) -> dict[str, tuple[str, list[int], int, int]]:
    """Type, shape, byte offset in the file and length of each tensor of a safetensors file."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return {
        name: (entry["dtype"], entry["shape"], 8 + length + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def build_graph(settings: dict[str, Any], width: int, files: list[Path]) -> onnx.ModelProto:
    """The joint network's graph: input_ids, int64 (batch, tokens), to features, float32 (batch, tokens, width).

    It takes no mask, since the runtime's attention is a third faster without one: texts of one batch must be of one length.
    ``settings``: the encoder's Hugging Face config, of type bert, roberta or xlm-roberta.
    """
    graph = GraphBuilder(files)
    hidden, between = _encoder(graph, settings)
    heads = [graph.linear(hidden, "tags")]
    if graph.has("sentence.weight"):  # a model without measures has none
        heads.append(graph.linear(_inner(graph, hidden, "token_inner"), "sentence"))
    heads.append(graph.linear(_inner(graph, hidden, "span_inner"), "span"))
    if graph.has("mentions.weight"):  # a model without a linker has none
        heads.append(graph.linear(graph.add("Concat", [hidden, between], "both_layers", axis=-1), "mentions"))
    graph.add("Concat", heads, "features", axis=-1)
    return _model(graph, width)


def build_layers(settings: dict[str, Any], files: list[Path]) -> onnx.ModelProto:
    """The graph of the encoder alone: its features are its last layer and its middle one, float32 (batch, tokens, 2 * hidden)."""
    graph = GraphBuilder(files)
    graph.add("Concat", list(_encoder(graph, settings)), "features", axis=-1)
    return _model(graph, 2 * settings["hidden_size"])


def _model(graph: GraphBuilder, width: int) -> onnx.ModelProto:
    axes = ["batch", "tokens"]
    proto = helper.make_graph(
        graph.nodes,
        "bulletin_ner",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, axes)],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [*axes, width])],
        list(graph.initialisers.values()),
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=10, producer_name="bulletin_ner")


def _encoder(graph: GraphBuilder, settings: dict[str, Any]) -> tuple[str, str]:
    """The last layer and the middle one."""
    epsilon = settings["layer_norm_eps"]
    hidden = _norm(graph, _embeddings(graph, settings), "encoder.embeddings.LayerNorm", epsilon)
    between = ""
    for layer in range(settings["num_hidden_layers"]):
        hidden = _layer(graph, hidden, f"encoder.encoder.layer.{layer}", settings["num_attention_heads"], epsilon)
        if layer + 1 == middle_layer(settings["num_hidden_layers"]):
            between = hidden
    return hidden, between


def _embeddings(graph: GraphBuilder, settings: dict[str, Any]) -> str:
    name = "encoder.embeddings.word_embeddings.weight"
    if graph.has(f"{name}.scale"):
        shape = [settings["vocab_size"], settings["hidden_size"]]
        inputs = [graph.weight(name, TensorProto.INT4, shape), "input_ids", graph.weight(f"{name}.scale")]
        words = graph.add("GatherBlockQuantized", inputs, "words.raw", MICROSOFT, block_size=BLOCK, gather_axis=0, quantize_axis=1)
    else:
        words = graph.add("Gather", [graph.weight(name), "input_ids"], "words.raw")
    words = graph.add("Cast", [words], "words", to=TensorProto.FLOAT)
    graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    offset = settings["pad_token_id"] + 1 if "roberta" in settings["model_type"] else 0
    first = graph.constant("first_position", np.array([offset], np.int64))
    graph.add("Add", ["length", first], "last_position")
    positions = graph.add("Slice", [graph.weight("encoder.embeddings.position_embeddings.weight"), first, "last_position"], "positions")
    zero = graph.constant("zero", np.array(0, np.int64))
    kind = graph.add("Gather", [graph.weight("encoder.embeddings.token_type_embeddings.weight"), zero], "token_type")
    return graph.add("Add", [words, graph.add("Add", [positions, kind], "places")], "embedded")


def _layer(graph: GraphBuilder, hidden: str, prefix: str, heads: int, epsilon: float) -> str:
    attention = f"{prefix}.attention"
    projected = [graph.linear(hidden, f"{attention}.self.{name}") for name in ("query", "key", "value")]
    attended = graph.add("MultiHeadAttention", projected, f"{attention}.attended", MICROSOFT, num_heads=heads)
    output = graph.linear(attended, f"{attention}.output.dense")
    hidden = _norm(graph, graph.add("Add", [output, hidden], f"{attention}.sum"), f"{attention}.output.LayerNorm", epsilon)
    output = graph.linear(_inner(graph, hidden, f"{prefix}.intermediate.dense"), f"{prefix}.output.dense", gelu=True)
    return _norm(graph, graph.add("Add", [output, hidden], f"{prefix}.sum"), f"{prefix}.output.LayerNorm", epsilon)


def _inner(graph: GraphBuilder, hidden: str, name: str) -> str:
    return graph.add("Gelu", [graph.linear(hidden, name)], f"{name}.gelu", MICROSOFT)


def _norm(graph: GraphBuilder, source: str, name: str, epsilon: float) -> str:
    inputs = [source, graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")]
    return graph.add("LayerNormalization", inputs, f"{name}.output", axis=-1, epsilon=epsilon)
