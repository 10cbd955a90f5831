"""Weights in 4 and 8 bits, and back. NumPy only."""

from __future__ import annotations

import numpy as np

BLOCK = 32

# Processors with AVX2 or AVX-512 but without VNNI add the products of two neighbouring inputs in 16 bits, and cut off what is too much:
# 255 * 128 fits. So no two weights of a pair may add up to more, or results are wrong there, and differ between processors.
PAIR = 128


def int8_scale(weight: np.ndarray) -> np.ndarray:
    """Scales (out,), float32, with which a weight (out, in) fits 8 bits, and inputs 2i and 2i + 1 together `PAIR`."""
    pairs = weight[:, 0:-1:2] + weight[:, 1::2]
    largest = np.maximum(np.abs(weight).max(1), np.abs(pairs).max(1, initial=0))
    return np.asarray(np.maximum(largest, 1e-12).astype(np.float32) / 127)


def to_int8(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A Linear's weight (out, in), rounded to the nearest, to int8 (in, out) and float32 scales (out,)."""
    scale = int8_scale(weight)
    return np.ascontiguousarray(np.rint(weight / scale[:, None]).clip(-127, 127).astype(np.int8).T), scale


def from_int8(quantised: np.ndarray, scale: np.ndarray, input_scale: np.ndarray | None = None) -> np.ndarray:
    """Back to float32 (out, in). ``input_scale``, (in,): what the inputs are multiplied by before this weight, where they are."""
    weight = quantised.T.astype(np.float32) * scale[:, None]
    return np.ascontiguousarray(weight if input_scale is None else weight * input_scale)


def to_int4(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, width) to packed int4 (n, width / 2), low nibble first, and float16 scales (n, width / 32).

    Scales are chosen as in Q4_0 (the weight of greatest magnitude becomes -8), so weights that come from Q4_0 blocks come back exactly.
    """
    rows, width = weight.shape
    if width % BLOCK:
        raise ValueError(f"4-bit blocks need a width divisible by {BLOCK}, not {width}; set export.embeddings to float16")
    blocks = weight.reshape(rows, width // BLOCK, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)[..., 0]
    scale = (extreme / -8).astype(np.float16)
    divisor = np.where(scale == 0, 1, scale).astype(np.float32)
    values = np.rint(blocks / divisor[..., None]).clip(-8, 7).astype(np.int8).reshape(rows, width)
    packed = (values[:, 0::2] & 15) | ((values[:, 1::2] & 15) << 4)
    return packed.astype(np.uint8), scale


def from_int4(packed: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Back to float32 (n, width)."""
    values = np.empty((packed.shape[0], 2 * packed.shape[1]), np.int8)
    values[:, 0::2] = packed & 15
    values[:, 1::2] = packed >> 4
    values[values > 7] -= 16
    blocks = values.reshape(packed.shape[0], -1, BLOCK).astype(np.float32) * scale.astype(np.float32)[..., None]
    return np.asarray(blocks.reshape(values.shape))
