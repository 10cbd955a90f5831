"""spaCy's DocBin (`.spacy`): entities in `doc.ents`, measures over whole sentences in `doc.spans["measures"]`.

Tokens are words, runs of digits and single Han characters, cut where an entity or a sentence begins or ends, so that every span is held.
Attributes and the header lie in `doc.user_data["bulletin_ner"]`, by span. Needs the extra 'spacy'. No pickle: DocBin is msgpack.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.documents import AnnotatedDocument, GoldEntity
from training.formats.item import Format, FormatError, Item, Reading, attributes_of, build_document, header_of, measure_spans

_KEY = "bulletin_ner"
_SPANS = "measures"
_TOKEN = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]+|\d+|\S")


def _spacy() -> Any:
    try:
        import spacy
        import spacy.tokens
        import spacy.util
        import spacy.vocab
    except ImportError as error:
        raise FormatError("format 'spacy' needs the extra 'spacy': pip install 'bulletin-ner[spacy]'") from error
    return spacy


def write(items: Sequence[Item], path: Path) -> None:
    spacy = _spacy()
    vocab = spacy.vocab.Vocab()
    docs = [_doc(item.document, vocab, spacy) for item in items]
    path.write_bytes(spacy.tokens.DocBin(docs=docs, store_user_data=True).to_bytes())


def _doc(document: AnnotatedDocument, vocab: Any, spacy: Any) -> Any:
    spans = [(entity.start, entity.end, entity.type) for entity in document.entities]
    cuts = sorted({point for start, end, _ in [*spans, *((s.start, s.end, "") for s in document.sentences)] for point in (start, end)})
    words = []
    for match in _TOKEN.finditer(document.text):
        points = [match.start(), *(cut for cut in cuts if match.start() < cut < match.end()), match.end()]
        words += [document.text[first:last] for first, last in zip(points, points[1:], strict=False)]
    doc = spacy.tokens.Doc(vocab, *spacy.util.get_words_and_spaces(words, document.text))
    # A span that no tokens make up (of white space alone) is None; the command finds it missing when it reads back.
    doc.ents = [span for start, end, label in spans if (span := doc.char_span(start, end, label)) is not None]
    found = [doc.char_span(start, end, label) for start, end, label in measure_spans(document)]
    doc.spans[_SPANS] = [span for span in found if span is not None]
    attributes = [[entity.start, entity.end, entity.type, attributes_of(entity)] for entity in document.entities]
    doc.user_data[_KEY] = {"header": header_of(document), "attributes": attributes}
    return doc


def read(path: Path) -> Reading:
    spacy = _spacy()
    try:
        docs = list(spacy.tokens.DocBin().from_bytes(path.read_bytes()).get_docs(spacy.vocab.Vocab()))
    except (ValueError, KeyError, TypeError, EOFError, zlib.error) as error:
        raise FormatError(f"{path}: no DocBin ({error}); write it with spacy.tokens.DocBin") from error
    items, remarks, lost = [], [], 0
    for number, doc in enumerate(docs, 1):
        stored = doc.user_data.get(_KEY) or {}
        attributes = {(start, end, kind): _as_lists(values) for start, end, kind, values in stored.get("attributes", ())}
        try:
            entities = [
                GoldEntity(e.label_, e.start_char, e.end_char, **attributes.pop((e.start_char, e.end_char, e.label_), {})) for e in doc.ents
            ]
            measures = [(span.start_char, span.end_char, span.label_) for span in doc.spans.get(_SPANS, ())]
            document, notes = build_document(stored.get("header", {}), doc.text, entities, measures, f"{path.stem}-{number}")
        except (ValueError, TypeError) as error:
            raise FormatError(f"{path}: document {number}: {error}") from error
        items.append(Item(document))
        remarks += notes
        lost += sum(bool(values) for values in attributes.values())
    if lost:
        remarks.append(f"{path}: the attributes of {lost} spans that were moved, removed or given another label: left out")
    return Reading(tuple(items), tuple(remarks))


def _as_lists(values: Mapping[str, Any]) -> dict[str, Any]:
    """msgpack gives lists back as tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


FORMAT = Format("spacy", read, write, read)
