"""A Unigram vocabulary (Kudo 2018, as SentencePiece has it) that loads in a tenth of a second.

The `tokenizers` library builds a trie of all 250,002 pieces for a second, most of the time that a program takes to its first result.
Words are short and come again and again, so a dict and a cache do as well, and give the same pieces.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Token, Tokenizer

_PENALTY = 10.0  # what an unknown character costs beyond the worst piece, as in SentencePiece
_CACHED = 32  # characters: a longer word will not come again


class Unigram:
    """Splits a word into the pieces whose scores (log probabilities) have the greatest sum; what no piece has is unknown, as a whole.

    ``settings``: the tokenizer that the vocabulary is from, in the JSON of `tokenizers`, its vocabulary left out.
    """

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], unknown: int, settings: dict[str, Any]) -> None:
        if len(pieces) != len(scores) or not 0 <= unknown < len(pieces):
            raise ValueError(f"{len(pieces)} pieces, {len(scores)} scores, unknown piece {unknown}: no Unigram vocabulary")
        self.pieces = pieces
        self.scores = scores
        self.unknown = unknown
        self.settings = settings
        self._ids = dict(zip(pieces, range(len(pieces)), strict=True))
        self._longest = max(map(len, pieces))
        self._unknown_score = min(scores) - _PENALTY
        self._short: Callable[[str], list[Token]] = functools.lru_cache(1 << 16)(self._split)

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Unigram | None:
        """The vocabulary of a tokenizer, None where its model is no plain Unigram."""
        settings = json.loads(tokenizer.to_str())
        model = settings["model"]
        if model.get("type") != "Unigram" or model.get("byte_fallback") or model.get("unk_id") is None:
            return None
        vocabulary = model.pop("vocab")
        return cls([piece for piece, _ in vocabulary], [score for _, score in vocabulary], model["unk_id"], settings)

    @classmethod
    def read(cls, path: Path) -> Unigram:
        """What `write` wrote."""
        with np.load(path, allow_pickle=False) as content:
            text = {name: content[name].tobytes().decode("utf-8") for name in ("pieces", "settings")}
            return cls(text["pieces"].split("\n"), content["scores"].tolist(), int(content["unknown"]), json.loads(text["settings"]))

    def write(self, path: Path) -> None:
        """One file of arrays, no pickle in it: the texts as UTF-8 bytes."""
        pieces, settings = "\n".join(self.pieces), json.dumps(self.settings, ensure_ascii=False)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                scores=np.array(self.scores, np.float64),
                unknown=np.array(self.unknown),
                pieces=np.frombuffer(pieces.encode("utf-8"), np.uint8),
                settings=np.frombuffer(settings.encode("utf-8"), np.uint8),
            )

    def shell(self) -> Tokenizer:
        """The tokenizer without its vocabulary: what comes before the model, and quick to make."""
        model = self.settings["model"] | {"vocab": [["<unk>", 0.0]], "unk_id": 0}
        return Tokenizer.from_str(json.dumps(self.settings | {"model": model, "added_tokens": []}))

    def whole(self) -> Tokenizer:
        """The tokenizer with its vocabulary, for other programs."""
        model = self.settings["model"] | {"vocab": list(zip(self.pieces, self.scores, strict=True))}
        return Tokenizer.from_str(json.dumps(self.settings | {"model": model}))

    def __call__(self, word: str) -> list[Token]:
        """The word's tokens, offsets in bytes of UTF-8."""
        return self._short(word) if len(word) <= _CACHED else self._split(word)

    def _split(self, word: str) -> list[Token]:
        tokens: list[Token] = []
        position = 0
        for start, end in self._best(word):
            piece = word[start:end]
            size = len(piece.encode("utf-8"))
            tokens.append(Token(self._ids.get(piece, self.unknown), piece, (position, position + size)))
            position += size
        return tokens

    def _best(self, word: str) -> list[tuple[int, int]]:
        """The best path's bounds, by Viterbi; of two that are as good, the one found first."""
        score: list[float] = [0.0] + [-np.inf] * len(word)
        back = [(0, self.unknown)] * (len(word) + 1)
        for start in range(len(word)):
            alone = False
            for end in range(start + 1, min(len(word), start + self._longest) + 1):
                piece = self._ids.get(word[start:end])
                if piece is not None:
                    alone = alone or end == start + 1
                    if (found := score[start] + self.scores[piece]) > score[end]:
                        score[end], back[end] = found, (start, piece)
            if not alone and (found := score[start] + self._unknown_score) > score[start + 1]:
                score[start + 1], back[start + 1] = found, (start, self.unknown)
        bounds: list[tuple[int, int]] = []
        end, last = len(word), -1
        while end:
            start, piece = back[end]
            if piece == last == self.unknown:
                bounds[-1] = (start, bounds[-1][1])
            else:
                bounds.append((start, end))
            end, last = start, piece
        return bounds[::-1]
