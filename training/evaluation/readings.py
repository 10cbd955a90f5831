"""Annotated documents as a model reads them: what every measurement starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bulletin_ner.labels import LabelInventory
from bulletin_ner.schema import Bulletin
from bulletin_ner.segmentation import sentences
from bulletin_ner.tagger import Tagger
from training.documents import AnnotatedDocument


@dataclass(frozen=True)
class Reading:
    """A document, what was read out of it, and every measure's probability in each of its annotated sentences, (sentences, measures)."""

    document: AnnotatedDocument
    bulletin: Bulletin
    probabilities: np.ndarray


def read_documents(tagger: Tagger, documents: Sequence[AnnotatedDocument]) -> list[Reading]:
    """Each document read with its own reference date. A ValueError names one whose annotated sentences are not the text's."""
    read = tagger.read_dated([document.text for document in documents], [document.reference_date for document in documents])
    return [
        Reading(document, bulletin, probabilities[_rows(document)])
        for document, (bulletin, probabilities) in zip(documents, read, strict=True)
    ]


def _rows(document: AnnotatedDocument) -> np.ndarray:
    rows = {span: row for row, span in enumerate(sentences(document.text))}
    for sentence in document.sentences:
        if (sentence.start, sentence.end) not in rows:
            raise ValueError(
                f"document {document.id}: the sentence at {sentence.start}:{sentence.end} is none that the text splits into; "
                "split it as `bulletin_ner.segmentation.sentences` does"
            )
    return np.array([rows[sentence.start, sentence.end] for sentence in document.sentences], np.int64)


def label_matrix(document: AnnotatedDocument, labels: LabelInventory) -> np.ndarray:
    """The gold measures, bool (sentences, measures)."""
    rows = [[label in sentence.labels for label in labels.measures] for sentence in document.sentences]
    return np.array(rows, bool).reshape(len(document.sentences), len(labels.measures))


def found_matrix(document: AnnotatedDocument, bulletin: Bulletin, labels: LabelInventory) -> np.ndarray:
    """The measures that were given, bool (sentences, measures)."""
    found = {(measure.start, measure.end, measure.label) for measure in bulletin.measures}
    rows = [[(sentence.start, sentence.end, label) in found for label in labels.measures] for sentence in document.sentences]
    return np.array(rows, bool).reshape(len(document.sentences), len(labels.measures))
