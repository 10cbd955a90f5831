from __future__ import annotations

import numpy as np
import pytest

from bulletin_ner.quantisation import from_int4, from_int8, to_int4, to_int8


def test_weights_from_four_bit_blocks_come_back_exactly() -> None:
    generator = np.random.default_rng(1)
    levels = generator.integers(-8, 8, size=(5, 64)).astype(np.float32)
    levels[:, ::32] = -8
    scale = generator.uniform(-0.1, 0.1, size=(5, 2)).astype(np.float16).astype(np.float32)
    weights = (levels.reshape(5, 2, 32) * scale[..., None]).reshape(5, 64)
    np.testing.assert_array_equal(from_int4(*to_int4(weights)), weights)


def test_int8_is_close() -> None:
    weights = np.random.default_rng(2).normal(size=(16, 24)).astype(np.float32)
    quantised, scale = to_int8(weights)
    assert quantised.shape == (24, 16)
    assert np.abs(from_int8(quantised, scale) - weights).max() <= scale.max() / 2 + 1e-7


def test_a_width_without_whole_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="float16"):
        to_int4(np.zeros((2, 40), np.float32))
