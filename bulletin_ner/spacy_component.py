"""A spaCy component: `nlp.add_pipe("bulletin_ner")` reads a text and puts what it found on the Doc. Needs the extra 'spacy'.

- `doc.ents`: the entities; `doc.spans["measures"]`: the sentences with measures, one span for each label.
- `span._.entity` and `span._.measure`: the dict that a span of either stands for, with value, code, score and its own character offsets.
- `doc._.bulletin`: the whole result as in `Bulletin.to_dict()`; `doc._.records`: its records.
- `doc._.unaligned`: entities and measures whose offsets are no token boundaries, as dicts, with the token span that
  ``alignment_mode`` gave them (`aligned`, character offsets), or None where there is none. A log line says how many there are.
- `doc._.reference_date`: set it before the component runs where a document has a date of publication of its own.
"""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import Iterable, Iterator
from typing import Any

try:
    from spacy.language import Language
    from spacy.tokens import Doc, Span
    from spacy.util import minibatch
except ImportError as error:
    raise ImportError("the spaCy component needs spaCy: pip install 'bulletin-ner[spacy]'") from error

from bulletin_ner import load
from bulletin_ner.schema import Bulletin
from bulletin_ner.tagger import Tagger

log = logging.getLogger(__name__)

MEASURES_KEY = "measures"
ALIGNMENT_MODES = ("strict", "contract", "expand")


class BulletinComponent:
    """Calls a Tagger on a Doc's text. ``alignment_mode``: what becomes of a span that ends inside a token, as in `Doc.char_span`."""

    def __init__(self, tagger: Tagger, reference_date: str | None, alignment_mode: str) -> None:
        if alignment_mode not in ALIGNMENT_MODES:
            raise ValueError(f"alignment_mode {alignment_mode!r} is none of {', '.join(ALIGNMENT_MODES)}")
        _set_extensions()
        self._tagger = tagger
        self._reference_date = reference_date
        self._alignment_mode = alignment_mode

    def __call__(self, doc: Doc) -> Doc:
        return self._fill(doc, self._tagger.predict(doc.text, self._date(doc)))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 32) -> Iterator[Doc]:
        """Docs in order, read in batches of neighbours with one reference date."""
        for batch in minibatch(stream, batch_size):
            for date, group in itertools.groupby(batch, self._date):
                docs = list(group)
                bulletins = self._tagger.predict_many((doc.text for doc in docs), batch_size, date)
                for doc, bulletin in zip(docs, bulletins, strict=True):
                    yield self._fill(doc, bulletin)

    def _date(self, doc: Doc) -> str | None:
        return doc._.reference_date or self._reference_date

    def _fill(self, doc: Doc, bulletin: Bulletin) -> Doc:
        result = doc._.bulletin = bulletin.to_dict()
        unaligned: list[dict[str, Any]] = []
        spans: list[Span] = []
        end = 0
        for entity in result["entities"]:
            span = self._span(doc, entity, entity["type"], end, unaligned)
            if span is not None:
                spans.append(span)
                end = span.end
        # What another component found stays where it does not overlap.
        taken = {token for span in spans for token in range(span.start, span.end)}
        doc.ents = [*spans, *(ent for ent in doc.ents if taken.isdisjoint(range(ent.start, ent.end)))]
        measures = [self._span(doc, measure, measure["label"], 0, unaligned) for measure in result["measures"]]
        doc.spans[MEASURES_KEY] = [span for span in measures if span is not None]
        doc._.unaligned = unaligned
        if unaligned:
            log.warning("%d spans are not on token boundaries; see doc._.unaligned", len(unaligned))
        return doc

    def _span(self, doc: Doc, found: dict[str, Any], label: str, free: int, unaligned: list[dict[str, Any]]) -> Span | None:
        """The span of tokens; None where there is none from token ``free`` on. One that is not exact is noted."""
        span = doc.char_span(found["start"], found["end"], label, alignment_mode="strict")
        exact = span is not None
        if span is None:
            span = doc.char_span(found["start"], found["end"], label, alignment_mode=self._alignment_mode)
        if span is not None and (span.start < free or span.start == span.end):
            span = None
        if not exact or span is None:
            unaligned.append({**found, "aligned": [span.start_char, span.end_char] if span is not None else None})
        return span


def create_component(
    nlp: Language, name: str, model: str, backend: str, reference_date: str | None, alignment_mode: str
) -> BulletinComponent:
    """The factory that spaCy finds by its entry point: ``model`` and ``backend`` as in `bulletin_ner.load`."""
    return BulletinComponent(load(model, backend), reference_date, alignment_mode)


def _set_extensions() -> None:
    for extension in ("bulletin", "unaligned", "reference_date"):
        if not Doc.has_extension(extension):
            Doc.set_extension(extension, default=None)
    if not Doc.has_extension("records"):
        Doc.set_extension("records", getter=_records)
    for extension, name, label in (("entity", "entities", "type"), ("measure", "measures", "label")):
        if not Span.has_extension(extension):
            Span.set_extension(extension, getter=functools.partial(_found, name=name, label=label))


def _records(doc: Doc) -> list[dict[str, Any]]:
    return list((doc._.bulletin or {}).get("records", []))


def _found(span: Span, name: str, label: str) -> dict[str, Any] | None:
    """The entity or measure that a span stands for. Looked up, not stored: spaCy keeps one value for all spans of the same offsets."""
    offsets = [span.start_char, span.end_char]
    for item in (span.doc._.bulletin or {}).get(name, []):
        if item[label] == span.label_ and [item["start"], item["end"]] == offsets:
            return item
    for item in span.doc._.unaligned or []:
        if item.get(label) == span.label_ and item["aligned"] == offsets:
            return item
    return None


Language.factory(
    "bulletin_ner",
    func=create_component,
    assigns=["doc.ents", "doc.spans"],
    default_config={"model": "default", "backend": "onnx", "reference_date": None, "alignment_mode": "strict"},
)
