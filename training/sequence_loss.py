"""The likelihood of whole tag sequences: a linear-chain CRF whose transitions are only the legal ones, none of them learnt."""

from __future__ import annotations

import torch
from torch.nn.utils.rnn import pad_sequence

from bulletin_ner.decoding import transitions
from training.data import IGNORE

_ILLEGAL = -20.0  # finite, so that a window cut inside an entity costs a little and no more


def sequence_loss(scores: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    """Negative log likelihood of the gold tags among all legal sequences, a mean over tokens.

    scores (windows, tokens, tags of `decoding.transitions`), tags (windows, tokens); tokens with `IGNORE` are left out, as in decoding.
    """
    rows = [(own[gold != IGNORE], gold[gold != IGNORE]) for own, gold in zip(scores, tags, strict=True)]
    rows = [(own, gold) for own, gold in rows if len(gold)]
    if not rows:
        return scores.sum() * 0
    lengths = torch.tensor([len(gold) for _, gold in rows], device=scores.device)
    emitted = pad_sequence([own for own, _ in rows], batch_first=True)
    gold = pad_sequence([own for _, own in rows], batch_first=True)
    alive = torch.arange(emitted.shape[1], device=scores.device)[None] < lengths[:, None]
    moves = torch.from_numpy(transitions(scores.shape[-1])).to(scores.device).clamp(min=_ILLEGAL)
    reached = (emitted.gather(2, gold[..., None])[..., 0] * alive).sum() + moves[0, gold[:, 0]].sum()
    reached = reached + (moves[gold[:, :-1], gold[:, 1:]] * alive[:, 1:]).sum()
    forward = emitted[:, 0] + moves[0]
    for position in range(1, emitted.shape[1]):
        onward = torch.logsumexp(forward[:, :, None] + moves, 1) + emitted[:, position]
        forward = torch.where(alive[:, position, None], onward, forward)
    return (torch.logsumexp(forward, 1).sum() - reached) / lengths.sum()
