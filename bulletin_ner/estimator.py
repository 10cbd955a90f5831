"""A tagger in the shape of a scikit-learn transformer, for pipelines over a column of texts. Needs the extra 'sklearn'."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

try:
    import pandas
    from sklearn.base import BaseEstimator, TransformerMixin
except ImportError as error:
    raise ImportError("the estimator needs scikit-learn and pandas: pip install 'bulletin-ner[sklearn]'") from error

from bulletin_ner import load
from bulletin_ner.schema import Bulletin
from bulletin_ner.tagger import Tagger


class BulletinTagger(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """``predict`` gives Bulletins; ``transform`` each text's measures as 0 and 1, a column for each label.

    There is nothing to fit: the model is a saved one (see `bulletin_ner.load`), loaded at first use and left out of copies and pickles.
    """

    def __init__(self, model: str = "default", backend: str = "onnx", reference_date: str | None = None, batch_size: int = 32) -> None:
        self.model = model
        self.backend = backend
        self.reference_date = reference_date
        self.batch_size = batch_size

    def fit(self, X: Any, y: Any = None) -> BulletinTagger:
        return self

    def predict(self, X: Iterable[str]) -> list[Bulletin]:
        """Bulletins in the order of the texts (a pandas Series, a list). A TypeError says where one is no text."""
        return list(self._tagger().predict_many(_texts(X), self.batch_size, self.reference_date))

    def transform(self, X: Iterable[str]) -> Any:
        """A DataFrame of 0 and 1 (texts, measures), with the index of X where it is a Series."""
        names = self.get_feature_names_out()
        rows = [[name in {measure.label for measure in bulletin.measures} for name in names] for bulletin in self.predict(X)]
        index = X.index if isinstance(X, pandas.Series) else None
        return pandas.DataFrame(np.array(rows, int).reshape(-1, len(names)), columns=names, index=index)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        return np.array(self._tagger().settings.labels.measures, object)

    def _tagger(self) -> Tagger:
        key = (self.model, self.backend)
        if self.__dict__.get("_loaded_for") != key:
            self._loaded, self._loaded_for = load(*key), key
        return self._loaded

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if not name.startswith("_loaded")}

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _texts(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise TypeError("a Series or list of texts is expected; for one text use bulletin_ner.predict")
    found = list(texts)
    labels = list(texts.index) if isinstance(texts, pandas.Series) else range(len(found))
    for label, text in zip(labels, found, strict=True):
        if not isinstance(text, str):
            raise TypeError(f"row {label!r}: a text must be a str, not {type(text).__name__}; fill or drop it first")
    return found
