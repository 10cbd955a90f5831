"""A result is that of the text alone: whatever else is in the batch, whoever reads at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_predict import TEXT

from bulletin_ner import Bulletin, Tagger
from bulletin_ner.encoding import Backend, encode
from bulletin_ner.tokenization import Tokens

TEXTS = ["", TEXT, TEXT[:30], "甲县3例。", TEXT[40:], "Three new cases.", TEXT[:31] * 12, "\n"]


@pytest.fixture(scope="module")
def alone(default: Tagger) -> list[Bulletin]:
    return [default.predict(text, "2022-11-10") for text in TEXTS]


@pytest.mark.parametrize("batch_size", [3, 32])
def test_results_do_not_depend_on_the_batch(default: Tagger, alone: list[Bulletin], batch_size: int) -> None:
    assert list(default.predict_many(TEXTS[::-1], batch_size, "2022-11-10")) == alone[::-1]


def test_eight_threads_get_the_answers_of_one(default: Tagger, alone: list[Bulletin]) -> None:
    with ThreadPoolExecutor(8) as pool:
        shared = list(pool.map(lambda index: default.predict(TEXTS[index % len(TEXTS)], "2022-11-10"), range(3 * len(TEXTS))))
    assert shared == alone * 3


class _Echo:
    """Features that tell where each token stands in its window and what is around it."""

    name = "echo"

    def __init__(self, multiple: int, batch_tokens: int) -> None:
        self.multiple = multiple
        self.batch_tokens = batch_tokens
        self.calls: list[tuple[int, int]] = []

    def __call__(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        self.calls.append(ids.shape)
        sums = (ids * mask).sum(1, keepdims=True)
        return np.stack([ids, np.broadcast_to(sums, ids.shape), np.broadcast_to(np.arange(ids.shape[1]), ids.shape)], -1).astype(np.float32)


class _Special:
    begin, separator, padding = 0, 2, 1


def _tokens(length: int) -> Tokens:
    numbers = np.arange(length, dtype=np.int32)
    return Tokens(numbers + 5, numbers, numbers, np.ones(length, bool))


def _features(lengths: list[int], breaks: list[int], backend: Backend) -> list[np.ndarray]:
    documents = [_tokens(length) for length in lengths]
    return encode(documents, [breaks] * len(lengths), backend, _Special, 3, 24, 4)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 90), max_size=6), st.lists(st.integers(0, 90), max_size=12), st.integers(1, 200))
def test_batches_change_nothing(lengths: list[int], breaks: list[int], batch_tokens: int) -> None:
    alone = _features(lengths, breaks, _Echo(1, 1))
    for multiple in (1, 8):
        backend = _Echo(multiple, batch_tokens)
        for first, second in zip(alone, _features(lengths, breaks, backend), strict=True):
            assert (first == second).all()
        for rows, length in backend.calls:
            assert length % multiple == 0
            assert rows == 1 or rows * length <= batch_tokens
    for length, matrix in zip(lengths, alone, strict=True):
        assert matrix[:, 0].tolist() == list(range(5, 5 + length))
