"""From annotated documents to training windows and batches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bulletin_ner.labels import ASPECTS, INDICATORS, PLACE_KINDS, LabelInventory
from bulletin_ner.tokenization import BulletinTokenizer, Tokens, token_ranges
from training.check import SPLITS, check_document
from training.documents import AnnotatedDocument, read_jsonl
from training.markup import parse_file

IGNORE = -100


class DataError(ValueError):
    """Data that cannot be trained or scored on; the message says which and why."""


def load_documents(source: str) -> list[AnnotatedDocument]:
    """Documents of one source: a folder of markup files, a markup file or a glob of them (``corpus/train/hans-*.txt``), JSONL,
    stand-off labels ``labels.jsonl@texts.jsonl``, ``labels.jsonl#dev@texts.jsonl`` for one split of them, or an outside corpus with
    its own labels, ``ecr:FOLDER#train``."""
    if source.startswith("ecr:"):
        from training.ecr import load_reports

        folder, _, split = source.removeprefix("ecr:").partition("#")
        return load_reports(Path(folder), split)
    labels, at, texts = source.partition("@")
    path = Path(labels)
    if at:
        from training.standoff import join_standoff

        name, _, split = labels.partition("#")
        return join_standoff(Path(name), Path(texts), split)
    files = [path] if path.exists() else sorted(path.parent.glob(path.name))
    if not files:
        raise DataError(f"{path}: no such corpus folder or file")
    if path.suffix == ".jsonl":
        return list(read_jsonl(path))
    if path.is_dir():
        files = sorted(path.glob("*.txt"))
    if not files and any((path / split).is_dir() for split in SPLITS):
        raise DataError(f"{path}: holds splits, name one: {path / 'train'}")
    documents, faults = [], []
    for file in files:
        parsed, found = parse_file(file, labels=None)
        faults += found + [fault for item in parsed for fault in check_document(item)]
        documents += [item.document for item in parsed]
    if faults:
        listed = "\n".join(map(str, faults[:20]))
        raise DataError(f"{len(faults)} faults in {path}, first of all:\n{listed}")
    if not documents:
        raise DataError(f"{path}: no documents (*.txt in the corpus markup, or a .jsonl file)")
    return documents


def load_sources(sources: Iterable[str]) -> list[AnnotatedDocument]:
    """The documents of several sources, one after the other."""
    return [document for source in sources for document in load_documents(source)]


@dataclass(frozen=True)
class Example:
    """A tokenised document with targets in tokens.

    tags (tokens,) int, -100 inside words; sentences (n, 2) token ranges; measures (n, labels) 0/1; spans (m, 2); indicator, aspect, kind
    (m,), -100 where a span has none.
    """

    tokens: Tokens
    tags: np.ndarray
    sentences: np.ndarray
    measures: np.ndarray
    spans: np.ndarray
    indicator: np.ndarray
    aspect: np.ndarray
    kind: np.ndarray


def build_example(document: AnnotatedDocument, tokenizer: BulletinTokenizer, labels: LabelInventory) -> Example:
    """Targets of a document whose labels are all in the inventory; a DataError names an entity that no token begins."""
    tokens = tokenizer(document.text)
    tags = np.zeros(len(tokens), np.int64)
    ranges = token_ranges(tokens, [(e.start, e.end) for e in document.entities])
    for entity, (first, last) in zip(document.entities, ranges, strict=True):
        if first == last:
            raise DataError(f"{document.id}: no token begins in {document.text[entity.start : entity.end]!r} at {entity.start}")
        begin = 1 + 2 * labels.entity_types.index(entity.type)
        tags[first] = begin
        tags[first + 1 : last] = begin + 1
    tags[~tokens.heads] = IGNORE  # words are decoded by their first token
    sentences = [
        (first, last, sentence)
        for sentence, (first, last) in zip(
            document.sentences, token_ranges(tokens, [(s.start, s.end) for s in document.sentences]), strict=True
        )
        if first < last
    ]
    measures = np.zeros((len(sentences), len(labels.measures)), np.float32)
    for row, (_, _, sentence) in enumerate(sentences):
        for label in sentence.labels:
            measures[row, labels.measures.index(label)] = 1
    return Example(
        tokens=tokens,
        tags=tags,
        sentences=np.array([(first, last) for first, last, _ in sentences], np.int64).reshape(-1, 2),
        measures=measures,
        spans=np.array(ranges, np.int64).reshape(-1, 2),
        indicator=_classes([e.indicator for e in document.entities], INDICATORS),
        aspect=_classes([e.aspect for e in document.entities], ASPECTS),
        kind=_classes([e.kind for e in document.entities], PLACE_KINDS),
    )


def _classes(values: Iterable[str | None], names: Sequence[str]) -> np.ndarray:
    return np.array([IGNORE if value is None else names.index(value) for value in values], np.int64)


@dataclass(frozen=True)
class Slice:
    """A stretch of whole sentences of one example, as one training window: token range and the rows that lie in it."""

    example: int
    start: int
    end: int


def cut_windows(examples: Sequence[Example], size: int, generator: random.Random) -> list[Slice]:
    """Cut every example into windows of whole sentences; where the first ends is drawn anew each time, so that windows vary."""
    slices = []
    for index, example in enumerate(examples):
        total = len(example.tokens)
        starts = [int(start) for start, _ in example.sentences[1:]]
        first = generator.randint(size // 3, size) if total > size else size
        start, limit = 0, first
        while start < total:
            end = min(total, start + limit)
            if end < total:
                inside = [point for point in starts if start < point <= end]
                end = inside[-1] if inside else min(total, start + size)
            slices.append(Slice(index, start, end))
            start, limit = end, size
    return slices


def longer_sentences(examples: Sequence[Example], size: int) -> int:
    """How many sentences with measures no window of ``size`` tokens holds, so that their measures are not trained on."""
    return sum(int(((e.sentences[:, 1] - e.sentences[:, 0] > size) & e.measures.any(axis=1)).sum()) for e in examples)


def group_batches(slices: Sequence[Slice], batch_tokens: int, generator: random.Random) -> list[list[Slice]]:
    """Batches of windows of like length, at most ``batch_tokens`` tokens with padding each, in random order."""
    order = sorted(slices, key=lambda item: (item.end - item.start) * (1 + 0.1 * generator.random()))
    batches: list[list[Slice]] = []
    longest = 0
    for item in order:
        length = item.end - item.start + 2
        longest = max(longest, length)
        if batches and longest * (len(batches[-1]) + 1) <= batch_tokens:
            batches[-1].append(item)
        else:
            batches.append([item])
            longest = length
    generator.shuffle(batches)
    return batches


@dataclass(frozen=True)
class Batch:
    """Arrays of one step. ids, mask, tags: (windows, tokens). The rest are flat over windows, token indices into (windows * tokens,)."""

    ids: np.ndarray
    mask: np.ndarray
    tags: np.ndarray
    sentences: np.ndarray
    measures: np.ndarray
    spans: np.ndarray
    indicator: np.ndarray
    aspect: np.ndarray
    kind: np.ndarray


def collate(batch: Sequence[Slice], examples: Sequence[Example], tokenizer: BulletinTokenizer) -> Batch:
    """Put windows between begin and separator tokens and pad them to one length, a multiple of 16."""
    width = -(-max(item.end - item.start + 2 for item in batch) // 16) * 16
    ids = np.full((len(batch), width), tokenizer.padding, np.int64)
    mask = np.zeros((len(batch), width), np.int64)
    tags = np.full((len(batch), width), IGNORE, np.int64)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("sentences", "measures", "spans", "indicator", "aspect", "kind")}
    for row, item in enumerate(batch):
        example = examples[item.example]
        length = item.end - item.start
        ids[row, 0], ids[row, length + 1] = tokenizer.begin, tokenizer.separator
        ids[row, 1 : length + 1] = example.tokens.ids[item.start : item.end]
        mask[row, : length + 2] = 1
        tags[row, 1 : length + 1] = example.tags[item.start : item.end]
        shift = row * width + 1 - item.start
        kept = (example.sentences[:, 0] >= item.start) & (example.sentences[:, 1] <= item.end)
        parts["sentences"].append(example.sentences[kept] + shift)
        parts["measures"].append(example.measures[kept])
        kept = (example.spans[:, 0] >= item.start) & (example.spans[:, 1] <= item.end)
        parts["spans"].append(example.spans[kept] + shift)
        for name in ("indicator", "aspect", "kind"):
            parts[name].append(getattr(example, name)[kept])
    return Batch(ids, mask, tags, *(np.concatenate(parts[name]) for name in parts))
