"""The tagger: the whole line from raw texts to Bulletins."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from bulletin_ner.calibration import Scaling
from bulletin_ner.cleaning import detect_language
from bulletin_ner.decoding import Pooled, Span, decode_spans, join_pooled, log_softmax, pool_sentences, span_logits
from bulletin_ner.encoding import Backend, encode
from bulletin_ner.features import FeatureLayout, layout_of
from bulletin_ner.labels import ASPECTS, EPIDEMIC_INDICATORS, INDICATORS, PLACE_KINDS, LabelInventory
from bulletin_ner.linking.linker import LearntLinker
from bulletin_ner.linking.scorer import LinkScorer
from bulletin_ner.normalisation.dates import parse_reference
from bulletin_ner.normalisation.document import normalise
from bulletin_ner.schema import Bulletin, Entity, Measure
from bulletin_ner.sections import Section, sections, together
from bulletin_ner.segmentation import sentences
from bulletin_ner.sentence_means import SentenceMeans
from bulletin_ner.tokenization import BulletinTokenizer, Tokens, token_ranges


@dataclass(frozen=True)
class Settings:
    """What a saved model fixes besides its weights: its labels, windows in tokens, one threshold for each measure, the least score of an
    entity, its name and version; how the scores of entities and of measures are scaled before either is compared; and how many columns a
    linker reads."""

    labels: LabelInventory
    window: int
    context: int
    thresholds: tuple[float, ...]
    min_score: float
    name: str
    version: str
    entity_scaling: Scaling = Scaling()
    measure_scaling: Scaling = Scaling()
    mentions: int = 0

    def __post_init__(self) -> None:
        if len(self.thresholds) != len(self.labels.measures):
            raise ValueError(f"{len(self.thresholds)} thresholds for {len(self.labels.measures)} measures")
        if not 0 <= self.min_score <= 1:
            raise ValueError(f"min_score must be from 0 to 1, not {self.min_score}")

    @property
    def model(self) -> str:
        """Name and version, as a Bulletin tells them."""
        return f"{self.name}@{self.version}"

    @property
    def layout(self) -> FeatureLayout:
        return layout_of(self.labels, self.mentions)


class Tagger:
    """Reads bulletins with one model. Safe to share between threads: it keeps no state between calls."""

    def __init__(self, backend: Backend, tokenizer: BulletinTokenizer, settings: Settings, scorer: LinkScorer | None = None) -> None:
        self._backend = backend
        self.tokenizer = tokenizer
        self._scorer = scorer
        self.settings = settings

    def predict(self, text: str, reference_date: str | None = None) -> Bulletin:
        """Read one text of any length.

        ``reference_date``: ISO 8601 day on which the bulletin was published; it resolves dates without a year. Raises TypeError where
        text is no str, ValueError where the date is none. Empty text gives an empty Bulletin.
        """
        return self._read_batch([text], reference_date)[0][0]

    def predict_many(self, texts: Iterable[str], batch_size: int = 32, reference_date: str | None = None) -> Iterator[Bulletin]:
        """Read texts as they come, ``batch_size`` at a time; results stream in order."""
        for bulletin, _ in self.read_many(texts, batch_size, reference_date):
            yield bulletin

    def read_many(
        self, texts: Iterable[str], batch_size: int = 32, reference_date: str | None = None
    ) -> Iterator[tuple[Bulletin, np.ndarray]]:
        """As `predict_many`, each Bulletin with the probabilities of all measures, (sentences, measures), before thresholds."""
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if isinstance(texts, str):
            raise TypeError("an iterable of texts is needed; for one text use predict")
        iterator = iter(texts)
        while batch := list(islice(iterator, batch_size)):
            yield from self._read_batch(batch, reference_date)

    def read_dated(self, texts: Sequence[str], reference_dates: Sequence[str | None]) -> list[tuple[Bulletin, np.ndarray]]:
        """As `read_many`, each text with a reference date of its own; in the order of the texts."""
        by_date: dict[str | None, list[int]] = {}
        for index, date in enumerate(reference_dates):
            by_date.setdefault(date, []).append(index)
        found: dict[int, tuple[Bulletin, np.ndarray]] = {}
        for date, indices in by_date.items():
            found.update(zip(indices, self.read_many((texts[index] for index in indices), reference_date=date), strict=True))
        return [found[index] for index in range(len(texts))]

    def with_settings(self, settings: Settings) -> Tagger:
        """The same model with other settings."""
        return Tagger(self._backend, self.tokenizer, settings, self._scorer)

    def with_backend(self, backend: Backend) -> Tagger:
        """The same model over another backend."""
        return Tagger(backend, self.tokenizer, self.settings, self._scorer)

    def _encode(self, tokens: Sequence[Tokens], ranges: Sequence[Sequence[tuple[int, int]]]) -> list[np.ndarray]:
        settings = self.settings
        breaks = [[first for first, _ in document] for document in ranges]
        return encode(tokens, breaks, self._backend, self.tokenizer, settings.layout.width, settings.window, settings.context)

    def _read_batch(self, texts: Sequence[str], reference_date: str | None) -> list[tuple[Bulletin, np.ndarray]]:
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(f"a text must be a str, not {type(text).__name__}")
        reference = parse_reference(reference_date)
        spans = [sentences(text) for text in texts]
        found = [_Found([], [], [], SentenceMeans(len(own), self.settings.mentions)) for own in spans]
        work = [section for index, text in enumerate(texts) for section in sections(index, text, spans[index])]
        for group in together(work):
            for section, (tokens, ranges, features, measures) in zip(group, self._read_sections(texts, group), strict=True):
                own = found[section.index]
                for entity, vector in self._entities(texts[section.index], tokens, features, len(own.entities)):
                    own.entities.append(entity)
                    own.vectors.append(vector)
                own.pooled.append((section.first, measures))
                own.sentences.add(section.first, ranges, features[:, self.settings.layout.mention])
        return [self._bulletin(text, reference_date, reference, bounds, own) for text, bounds, own in zip(texts, spans, found, strict=True)]

    def _read_sections(
        self, texts: Sequence[str], group: Sequence[Section]
    ) -> list[tuple[Tokens, list[tuple[int, int]], np.ndarray, Pooled]]:
        """The tokens of sections, their offsets into the whole text, which of them each sentence has, their features, and what their
        sentences say of the measures."""
        layout = self.settings.layout
        pieces = [texts[section.index][section.start : section.end] for section in group]
        tokens = [self.tokenizer(piece) for piece in pieces]
        ranges = [token_ranges(own, section.sentences) for own, section in zip(tokens, group, strict=True)]
        features = self._encode(tokens, ranges)
        return [
            (own.shifted(section.start), bounds, matrix, pool_sentences(matrix, bounds, layout))
            for section, own, bounds, matrix in zip(group, tokens, ranges, features, strict=True)
        ]

    def _bulletin(
        self,
        text: str,
        reference_date: str | None,
        reference: datetime.date | None,
        spans: Sequence[tuple[int, int]],
        found: _Found,
    ) -> tuple[Bulletin, np.ndarray]:
        joined = join_pooled(found.pooled, len(spans), len(self.settings.labels.measures))
        probabilities = self.settings.measure_scaling(joined.probabilities())
        linker = LearntLinker(self._scorer, found.vectors, found.sentences.means()) if self._scorer is not None else None
        read = normalise(text, spans, found.entities, reference, linker)
        bulletin = Bulletin(
            text=text,
            language=detect_language(text),
            reference_date=reference_date,
            model=self.settings.model,
            entities=read.entities,
            measures=self._measures(text, spans, probabilities),
            records=read.records,
            warnings=read.warnings,
        )
        return bulletin, probabilities

    def _measures(self, text: str, spans: Sequence[tuple[int, int]], probabilities: np.ndarray) -> tuple[Measure, ...]:
        found = []
        for (start, end), row in zip(spans, probabilities, strict=True):
            for label, probability, threshold in zip(self.settings.labels.measures, row.tolist(), self.settings.thresholds, strict=True):
                if probability >= threshold:
                    found.append(Measure(label, round(probability, 4), start, end, text[start:end]))
        return tuple(found)

    def _entities(self, text: str, tokens: Tokens, features: np.ndarray, first: int) -> list[tuple[Entity, np.ndarray]]:
        """The spans with their classes, values still to be read, numbered from ``first``; each with the mean of what its tokens say of
        a mention."""
        layout = self.settings.layout
        found = decode_spans(features[:, : layout.tags], tokens.heads)
        scores = self.settings.entity_scaling(np.array([span.score for span in found])).tolist()
        scaled = [replace(span, score=score) for span, score in zip(found, scores, strict=True)]
        spans = [span for span in scaled if span.score >= self.settings.min_score]
        classes = span_logits(features, spans, layout) if spans else np.zeros((0, layout.span_classes))
        entities: list[tuple[Entity, np.ndarray]] = []
        end = 0
        for span, logits in zip(spans, classes, strict=True):
            start, stop = _offsets(text, tokens, span)
            start = max(start, end)
            if start < stop:
                vector = features[span.first : span.last, layout.mention].mean(0)
                entities.append((self._entity(first + len(entities), text, start, stop, span, logits), vector))
                end = stop
        return entities

    def _entity(self, number: int, text: str, start: int, end: int, span: Span, logits: np.ndarray) -> Entity:
        layout = self.settings.layout
        entity = Entity(number, self.settings.labels.entity_types[span.type], text[start:end], start, end, round(span.score, 4))
        if entity.type == "PLACE":
            return replace(entity, kind=_best(logits[layout.kind], PLACE_KINDS))
        if entity.type == "COUNT":
            indicator = _best(logits[layout.indicator], INDICATORS)
            aspect = _best(logits[layout.aspect], ASPECTS) if indicator in EPIDEMIC_INDICATORS else "unspecified"
            return replace(entity, indicator=indicator, aspect=aspect)
        return entity


@dataclass(frozen=True)
class _Found:
    """What the sections of a text have brought so far; ``vectors``: one for each entity."""

    entities: list[Entity]
    vectors: list[np.ndarray]
    pooled: list[tuple[int, Pooled]]
    sentences: SentenceMeans


def _best(logits: np.ndarray, names: Sequence[str]) -> str:
    return names[int(log_softmax(logits).argmax())]


def _offsets(text: str, tokens: Tokens, span: Span) -> tuple[int, int]:
    start, end = int(tokens.starts[span.first]), int(tokens.ends[span.last - 1])
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
