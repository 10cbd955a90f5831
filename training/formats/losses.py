"""What a conversion loses: the source compared, field by field, with what was written and read back."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bulletin_ner.schema import Bulletin
from training.formats.item import ATTRIBUTES, HEADER, Format, Item

# What a prediction has beside an annotated document's fields. `convert --to predictions` makes all but the scores anew by the rules.
_PREDICTED = ("score", "unit", "code", "name", "level", "parents", "candidates", "roles", "posts", "person")


def count_losses(sources: Sequence[Item], back: Sequence[Item], target: Format) -> Counter[str]:
    """For each field that does not come back, how often."""
    lost: Counter[str] = Counter()
    for number, source in enumerate(sources):
        if number >= len(back):
            lost["documents"] += 1
            continue
        lost += _document_losses(source, back[number])
        if source.prediction is not None:
            lost += _prediction_losses(source.prediction, back[number].prediction, target)
    return lost


def describe_losses(lost: Counter[str], target: str) -> str:
    fields = ", ".join(f"{name} ({number})" for name, number in lost.items())
    return f"{target} cannot hold, left out: {fields}"


def _document_losses(source: Item, back: Item) -> Counter[str]:
    lost: Counter[str] = Counter()
    old, new = source.document, back.document
    if old.text != new.text:
        lost["text (white space)" if old.text.split() == new.text.split() else "text"] += 1
    for name in HEADER:
        lost[name] += getattr(old, name) != getattr(new, name)
    before, after = _positions(old.text, new.text), _positions(new.text, old.text)
    found = {(entity.type, after(entity.start), after(entity.end)): entity for entity in new.entities}
    for entity in old.entities:
        twin = found.get((entity.type, before(entity.start), before(entity.end)))
        lost["entities"] += twin is None
        if twin is not None:
            for name in ATTRIBUTES:
                lost[f"entities.{name}"] += getattr(entity, name) is not None and getattr(entity, name) != getattr(twin, name)
    labelled = {(after(sentence.start), after(sentence.end)): set(sentence.labels) for sentence in new.sentences}
    bounds = [(before(sentence.start), before(sentence.end)) for sentence in old.sentences]
    for span, sentence in zip(bounds, old.sentences, strict=True):
        lost["measures"] += len(set(sentence.labels) - labelled.get(span, set()))
    lost["sentences"] += bounds != list(labelled)
    lost["negatives"] += bool(set(source.negatives) - set(back.negatives))
    return +lost


def _positions(text: str, other: str) -> Callable[[int], int]:
    """Where an offset is: itself, or, where the two texts differ, the number of characters before it that are no white space."""
    if text == other:
        return lambda offset: offset
    counts = [0, *itertools.accumulate(not char.isspace() for char in text)]
    return lambda offset: counts[offset]


def _prediction_losses(old: Bulletin, new: Bulletin | None, target: Format) -> Counter[str]:
    if new == old:
        return Counter()
    lost: Counter[str] = Counter(model=1, **{"measures.score": len(old.measures)}, records=len(old.records), warnings=len(old.warnings))
    for entity in old.entities:
        for name in _PREDICTED:
            value: Any = getattr(entity, name)
            lost[f"entities.{name}"] += value is not None and value != ()
    return +Counter({name: number for name, number in lost.items() if name not in target.holds})
