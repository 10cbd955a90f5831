"""Documents to features: windows of many documents run through a backend in batches of like length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bulletin_ner.tokenization import BulletinTokenizer, Tokens
from bulletin_ner.windows import Window, plan_windows


class Backend(Protocol):
    """Runs the network: ids and mask, int64 of shape (batch, tokens), to features, float32 of shape (batch, tokens, width).

    Windows are padded to a length divisible by ``multiple``; one with 1 gets no padding at all. ``batch_tokens`` bounds the tokens of
    one call, padding included.
    """

    name: str
    multiple: int
    batch_tokens: int

    def __call__(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray: ...


def encode(
    documents: Sequence[Tokens],
    breaks: Sequence[Sequence[int]],
    backend: Backend,
    tokenizer: BulletinTokenizer,
    width: int,
    size: int,
    context: int,
) -> list[np.ndarray]:
    """Features of each document, float32 of shape (tokens, width).

    ``breaks``: for each document the token indices where sentences begin; ``size`` and ``context`` count tokens, the two special ones
    included in ``size``.
    """
    features = [np.zeros((len(tokens), width), np.float32) for tokens in documents]
    work = [
        (index, window)
        for index, tokens in enumerate(documents)
        if len(tokens)
        for window in plan_windows(len(tokens), breaks[index], size - 2, context)
    ]
    by_length: dict[int, list[tuple[int, Window]]] = {}
    for item in work:
        length = item[1].end - item[1].start + 2
        by_length.setdefault(-(-length // backend.multiple) * backend.multiple, []).append(item)
    # Windows of one padded length only run together: then no result depends on what else is in the batch.
    for length, own in sorted(by_length.items()):
        rows = max(1, backend.batch_tokens // length)
        for start in range(0, len(own), rows):
            _run(own[start : start + rows], length, documents, features, backend, tokenizer)
    return features


def _run(
    batch: Sequence[tuple[int, Window]],
    length: int,
    documents: Sequence[Tokens],
    features: Sequence[np.ndarray],
    backend: Backend,
    tokenizer: BulletinTokenizer,
) -> None:
    ids = np.full((len(batch), length), tokenizer.padding, np.int64)
    mask = np.zeros((len(batch), length), np.int64)
    for row, (index, window) in enumerate(batch):
        inner = window.end - window.start
        ids[row, 0], ids[row, inner + 1] = tokenizer.begin, tokenizer.separator
        ids[row, 1 : inner + 1] = documents[index].ids[window.start : window.end]
        mask[row, : inner + 2] = 1
    output = backend(ids, mask)
    for row, (index, window) in enumerate(batch):
        offset = 1 - window.start
        features[index][window.core_start : window.core_end] = output[row, window.core_start + offset : window.core_end + offset]
