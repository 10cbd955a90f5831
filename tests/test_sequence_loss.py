"""The likelihood of whole tag sequences, against one counted out by hand."""

from itertools import product

import pytest
import torch

from bulletin_ner.decoding import transitions
from training.data import IGNORE
from training.sequence_loss import sequence_loss

TAGS = 5  # O, B-0, I-0, B-1, I-1


def _legal(path: tuple[int, ...]) -> bool:
    moves = transitions(TAGS)
    return all(moves[before, after] == 0 for before, after in zip((0, *path), path, strict=False))


def _likelihood(scores: torch.Tensor, gold: tuple[int, ...]) -> float:
    legal = [path for path in product(range(TAGS), repeat=len(gold)) if _legal(path)]
    sums = {path: sum(float(scores[k, tag]) for k, tag in enumerate(path)) for path in legal}
    return float(torch.logsumexp(torch.tensor(list(sums.values())), 0)) - sums[gold]


@pytest.mark.parametrize(
    ("first", "second"),
    [((0, 1, 2, 0), (3, 4)), ((1, 1, 3, 4), (0,)), ((0, 0, 0, 0), (1, 2, 2))],
)
def test_it_is_the_likelihood_among_all_legal_sequences(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    torch.manual_seed(5)
    scores = torch.randn(2, 6, TAGS) * 3
    tags = torch.full((2, 6), IGNORE)
    places = (list(range(1, 1 + len(first))), [1, *range(3, 2 + len(second))])  # the second window has a token without a tag between
    for row, (own, gold) in enumerate(zip(places, (first, second), strict=True)):
        tags[row, own] = torch.tensor(gold)
    expected = sum(_likelihood(scores[row, own], gold) for row, (own, gold) in enumerate(zip(places, (first, second), strict=True)))
    assert float(sequence_loss(scores, tags)) == pytest.approx(expected / (len(first) + len(second)), abs=1e-4)


def test_a_sequence_that_decoding_would_never_give_costs_little_more_and_can_be_learnt_from() -> None:
    scores = torch.zeros(1, 3, TAGS, requires_grad=True)
    loss = sequence_loss(scores, torch.tensor([[2, 0, IGNORE]]))  # a window that begins inside an entity
    loss.backward()
    assert float(loss.detach()) < 20
    assert scores.grad is not None
    assert bool(scores.grad.isfinite().all())


def test_windows_without_a_tag_cost_nothing() -> None:
    assert float(sequence_loss(torch.ones(2, 3, TAGS), torch.full((2, 3), IGNORE))) == 0
