"""The whole tagger with random features in the network's place: for everything around it, at any length, in little time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

import bulletin_ner
from bulletin_ner import Tagger
from bulletin_ner.calibration import Scaling
from bulletin_ner.encoding import Backend
from bulletin_ner.saved import load_tagger

_ROWS = 4099  # a prime: tokens that are alike to a person are not alike here


class RandomBackend:
    """A `Backend` whose features are drawn by token id and place in the window, the same for the same seed."""

    name = "random"
    multiple = 1
    batch_tokens = 8192

    def __init__(self, width: int, tags: int, seed: int) -> None:
        generator = np.random.default_rng(seed)
        self._features = generator.normal(scale=2, size=(_ROWS, width)).astype(np.float32)
        self._features[:, 0] += 3  # most tokens are outside, as in texts
        self._features[:, 2:tags:2] += 2  # and entities are of several tokens

    def __call__(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Shapes as in `Backend`."""
        return np.asarray(self._features[(ids * 31 + np.arange(ids.shape[1]) // 3) % _ROWS])


def random_tagger(seed: int, model: Path | None = None) -> Tagger:
    """A tagger with the tokenizer, settings and linker of a model, and random features."""
    folder = model or bulletin_ner.default_model()
    whole = load_tagger(folder, "onnx")
    layout = whole.settings.layout
    backend: Backend = RandomBackend(layout.width, layout.tags, seed)
    settings = replace(
        whole.settings,
        name="random",
        version=str(seed),
        thresholds=(0.5,) * layout.measures,
        min_score=0.0,  # a model's own are for its scores
        entity_scaling=Scaling(),
        measure_scaling=Scaling(),
    )
    return whole.with_settings(settings).with_backend(backend)
