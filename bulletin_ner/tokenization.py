"""Text to token ids with offsets into the original text.

Han characters are single tokens, so that every boundary of an entity can be reached; lines are tokenised one by one and
joined by the separator token, so that the model sees where a line ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tokenizers import Encoding, PreTokenizedString, Regex, Tokenizer, pre_tokenizers

from bulletin_ner.cleaning import clean
from bulletin_ner.folder import TOKENIZER, VOCABULARY
from bulletin_ner.unigram import Unigram

# A Han or Kana character, a run of digits, a punctuation mark: each a word of its own, with the blank before it.
_WORD = Regex(r" ?(?:[\p{Han}\p{Hiragana}\p{Katakana}]|\d+|[^\s\p{L}\p{N}\p{M}])")


@dataclass(frozen=True)
class Tokens:
    """Token ids with half-open offsets into the original text: int32 arrays of shape (tokens,).

    A separator token covers the line break it stands for. ``heads`` (bool) is False where a token goes on with a word or a run of
    digits: no entity begins or ends there.
    """

    ids: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    heads: np.ndarray

    def __post_init__(self) -> None:
        if not self.ids.shape == self.starts.shape == self.ends.shape == self.heads.shape:
            raise ValueError("ids, starts, ends and heads need one shape")

    def __len__(self) -> int:
        return len(self.ids)

    def shifted(self, offset: int) -> Tokens:
        """The same tokens, so many characters further on."""
        return replace(self, starts=self.starts + offset, ends=self.ends + offset) if offset else self


class BulletinTokenizer:
    """A Unigram or WordPiece tokenizer of the Hugging Face kind, with our word splitting.

    A Unigram model's names of special tokens are text like any other.
    """

    def __init__(self, tokenizer: Tokenizer, begin: int, separator: int, padding: int, unigram: Unigram | None = None) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(_WORD, "isolated"), pre_tokenizers.Metaspace(prepend_scheme="never")]
        )
        self._tokenizer = tokenizer
        self._normalizer, self._pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
        self._unigram = unigram or Unigram.of(tokenizer)
        self.begin, self.separator, self.padding = begin, separator, padding

    @classmethod
    def from_folder(cls, folder: Path, begin: int, separator: int, padding: int) -> BulletinTokenizer:
        """The tokenizer that `save` wrote."""
        if not (folder / VOCABULARY).is_file():
            return cls(Tokenizer.from_file(str(folder / TOKENIZER)), begin, separator, padding)
        unigram = Unigram.read(folder / VOCABULARY)
        return cls(unigram.shell(), begin, separator, padding, unigram)

    def save(self, folder: Path) -> None:
        """Write a Unigram vocabulary in its own quick form, any other tokenizer as tokenizer.json."""
        if self._unigram is not None:
            self._unigram.write(folder / VOCABULARY)
        else:
            self._tokenizer.save(str(folder / TOKENIZER), pretty=False)

    def library(self) -> Tokenizer:
        """The same as a tokenizer of the library alone, for other programs."""
        return self._tokenizer if self._unigram is None else self._unigram.whole()

    def __call__(self, text: str) -> Tokens:
        cleaned = clean(text)
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        offset = 0
        lines = cleaned.text.split("\n")
        # A leading blank gives the first word of a line the form it has inside one.
        encodings = self._encode([_with_blank(line) for line in lines])
        for line, encoding in zip(lines, encodings, strict=True):
            shift = offset - (len(_with_blank(line)) - len(line))
            for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
                start, end = _trim(cleaned.text, max(start + shift, offset), end + shift)
                if start < end:
                    ids.append(token)
                    spans.append((start, end))
            offset += len(line) + 1
            if ids and ids[-1] != self.separator and offset <= len(cleaned.text):
                ids.append(self.separator)
                spans.append((offset - 1, offset))
        starts = [cleaned.starts[start] for start, _ in spans]
        ends = [cleaned.ends[end - 1] for _, end in spans]
        heads = [not (start and _in_word(cleaned.text[start - 1], cleaned.text[start])) for start, _ in spans]
        return Tokens(np.array(ids, np.int32), np.array(starts, np.int32), np.array(ends, np.int32), np.array(heads, bool))

    def _encode(self, lines: Sequence[str]) -> Sequence[Encoding]:
        if self._unigram is None:
            return self._tokenizer.encode_batch(lines, add_special_tokens=False)
        return [self._pieces(line, self._unigram) for line in lines]

    def _pieces(self, line: str, unigram: Unigram) -> Encoding:
        words = PreTokenizedString(line)
        if self._normalizer is not None:
            words.normalize(self._normalizer.normalize)
        self._pre_tokenizer.pre_tokenize(words)
        words.tokenize(unigram)
        return words.to_encoding()


def _in_word(before: str, after: str) -> bool:
    """Whether two neighbours are inside one word of a script that writes blanks between words, or inside one run of digits."""
    return (before.isdigit() and after.isdigit()) or (_spaced(before) and _spaced(after))


def _spaced(char: str) -> bool:
    return char.isalpha() and (char < "\u0e00" or "\u10a0" <= char < "\u1780" or "\u1e00" <= char < "\u2000")


def _with_blank(line: str) -> str:
    return " " + line if line[:1].isascii() and line[:1].isalnum() else line


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] == " ":
        start += 1
    while start < end and text[end - 1] == " ":
        end -= 1
    return start, end


def token_ranges(tokens: Tokens, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """For each character span the half-open range of the tokens that begin in it; empty where none does."""
    if not spans:
        return []
    bounds = np.asarray(spans)
    first = np.searchsorted(tokens.starts, bounds[:, 0], "left")
    last = np.searchsorted(tokens.starts, bounds[:, 1], "left")
    return list(zip(first.tolist(), last.tolist(), strict=True))
