"""Read epidemic bulletins of local authorities, and turn them into data."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

from bulletin_ner.saved import ModelError, load_tagger
from bulletin_ner.schema import Bulletin, Entity, Measure, Record
from bulletin_ner.tagger import Tagger

__version__ = "0.1.0"
__all__ = ["Bulletin", "Entity", "Measure", "ModelError", "Record", "Tagger", "load", "predict", "predict_many"]

BACKENDS = ("onnx", "torch")


def predict(text: str, reference_date: str | None = None) -> Bulletin:
    """Read one text with the default model, which is loaded once; see `Tagger.predict`."""
    return _default().predict(text, reference_date)


def predict_many(texts: Iterable[str], batch_size: int = 32, reference_date: str | None = None) -> Iterator[Bulletin]:
    """Read texts with the default model, streamed in order; see `Tagger.predict_many`."""
    return _default().predict_many(texts, batch_size, reference_date)


def load(model: str | Path = "default", backend: str = "onnx", min_score: float | None = None, threads: int = 0) -> Tagger:
    """A tagger from a saved model's folder, or the packaged one for "default".

    ``backend``: "onnx" (CPU, needs nothing more) or "torch" (CPU or GPU, extra 'torch'). ``min_score``: the least score, 0 to 1, of an
    entity or a measure that is given; None for the model's own thresholds, which were best on its dev set. ``threads``: those of one call
    with "onnx", 0 for one a core; where several processes read side by side, give each its share. A ModelError says what is wrong with a
    folder.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend {backend!r} is none of {', '.join(BACKENDS)}")
    return load_tagger(model_folder(model), backend, min_score, threads)


def model_folder(model: str | Path) -> Path:
    """The folder that `load` reads for a model's name."""
    return default_model() if model == "default" else Path(model)


def default_model() -> Path:
    """The folder of the default model: inside the installed package, or in the source tree beside it."""
    package = Path(__file__).parent
    installed, source = package / "models" / "default", package.parent / "models" / "default"
    return installed if installed.is_dir() else source


@functools.lru_cache(maxsize=1)
def _default() -> Tagger:
    return load()
