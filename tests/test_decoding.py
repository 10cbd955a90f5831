from __future__ import annotations

import itertools

import numpy as np
import torch

from bulletin_ner import network
from bulletin_ner.decoding import Span, decode_spans, join_pooled, log_softmax, pool_sentences, span_logits
from bulletin_ner.features import FeatureLayout

LAYOUT = FeatureLayout(types=2, measures=3, indicators=4, aspects=2, kinds=2)


def _legal(path: tuple[int, ...]) -> bool:
    return all(tag == 0 or tag % 2 == 1 or (index and path[index - 1] in (tag, tag - 1)) for index, tag in enumerate(path))


def test_the_best_legal_sequence_is_found() -> None:
    generator = np.random.default_rng(3)
    for _ in range(30):
        logits = generator.normal(size=(5, 5)).astype(np.float32) * 2
        scores = log_softmax(logits)
        best = max(filter(_legal, itertools.product(range(5), repeat=5)), key=lambda path: sum(scores[i, t] for i, t in enumerate(path)))
        spans = decode_spans(logits, np.ones(5, bool))
        path = [0] * 5
        for span in spans:
            path[span.first : span.last] = [1 + 2 * span.type] + [2 + 2 * span.type] * (span.last - span.first - 1)
        assert tuple(path) == best


def test_spans_next_to_each_other_stay_apart() -> None:
    logits = np.full((4, 5), -5.0, np.float32)
    for index, tag in enumerate((1, 2, 1, 3)):
        logits[index, tag] = 5
    found = [(span.type, span.first, span.last) for span in decode_spans(logits, np.ones(4, bool))]
    assert found == [(0, 0, 2), (0, 2, 3), (1, 3, 4)]
    assert all(0.99 < span.score <= 1 for span in decode_spans(logits, np.ones(4, bool)))


def test_empty() -> None:
    assert decode_spans(np.zeros((0, 5), np.float32), np.ones(0, bool)) == []


def test_a_word_is_decoded_whole_by_its_first_token() -> None:
    logits = np.full((4, 5), -5.0, np.float32)
    for index, tag in enumerate((0, 1, 0, 0)):
        logits[index, tag] = 5
    found = decode_spans(logits, np.array([True, True, False, True]))
    assert [(span.first, span.last) for span in found] == [(1, 3)]


def test_numpy_and_torch_pool_alike() -> None:
    generator = np.random.default_rng(5)
    features = generator.normal(size=(12, LAYOUT.width)).astype(np.float32)
    ranges = [(0, 4), (4, 5), (5, 12)]
    logits = network.pool_sentences(torch.from_numpy(features), torch.tensor(ranges), LAYOUT)
    np.testing.assert_allclose(torch.sigmoid(logits).numpy(), pool_sentences(features, ranges, LAYOUT).probabilities(), atol=1e-6)
    spans = [Span(0, 1, 3, 1.0), Span(1, 7, 8, 1.0)]
    classes = network.span_logits(torch.from_numpy(features), torch.tensor([(1, 3), (7, 8)]), LAYOUT)
    np.testing.assert_allclose(classes.numpy(), span_logits(features, spans, LAYOUT), atol=1e-6)


def test_a_sentence_without_tokens_has_no_measure() -> None:
    assert pool_sentences(np.zeros((2, LAYOUT.width), np.float32), [(1, 1)], LAYOUT).probabilities().max() < 1e-6


def test_sentences_pooled_in_parts_are_as_pooled_at_once() -> None:
    features = np.random.default_rng(7).normal(size=(12, LAYOUT.width)).astype(np.float32)
    whole = pool_sentences(features, [(0, 4), (4, 10), (10, 12)], LAYOUT)
    parts = [pool_sentences(features[:6], [(0, 4), (4, 6)], LAYOUT), pool_sentences(features[6:], [(0, 4), (4, 6)], LAYOUT)]
    joined = join_pooled([(0, parts[0]), (1, parts[1])], 3, LAYOUT.measures)
    np.testing.assert_allclose(joined.logits, whole.logits, atol=1e-5)
    np.testing.assert_allclose(joined.weights, whole.weights, atol=1e-5)
    alone = join_pooled([(0, whole)], 3, LAYOUT.measures)
    assert (alone.probabilities() == whole.probabilities()).all()
