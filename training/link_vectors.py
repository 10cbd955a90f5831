"""What a saved model's encoder says of the mentions and sentences of documents: means of two of its layers over their tokens."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from safetensors import safe_open
from safetensors.numpy import save_file

from bulletin_ner.encoding import Backend, encode
from bulletin_ner.folder import EMBEDDINGS, GRAPH, WEIGHTS
from bulletin_ner.onnx_backend import OnnxBackend
from bulletin_ner.saved import load_tagger, read_config
from bulletin_ner.segmentation import sentences
from bulletin_ner.sentence_means import SentenceMeans
from bulletin_ner.tagger import Tagger
from bulletin_ner.tokenization import token_ranges
from training.documents import AnnotatedDocument
from training.onnx_graph import build_layers

log = logging.getLogger(__name__)


def read_vectors(folder: Path, documents: Sequence[AnnotatedDocument], keep: Path | None = None) -> dict[str, np.ndarray]:
    """By document id, float16 (entities + sentences, 2 * hidden): each gold entity, in order, then each sentence.

    ``keep``: a safetensors file in which vectors of this encoder are found again, those that are new added.
    """
    tagger = load_tagger(folder, "onnx")
    version = _encoder_version(folder)
    found = _kept(keep, version) if keep is not None else {}
    missing = [document for document in documents if document.id not in found]
    if missing:
        width = 2 * read_config(folder)["encoder"]["hidden_size"]
        with both_layers(folder) as backend:
            for number, document in enumerate(missing, 1):
                found[document.id] = _vectors(document, tagger, backend, width)
                if number % 100 == 0:
                    log.info("read %d of %d documents", number, len(missing))
        if keep is not None:
            save_file(found, keep, {"encoder": version})
    return {document.id: found[document.id] for document in documents}


@contextmanager
def both_layers(folder: Path) -> Iterator[Backend]:
    """The encoder of a BERT-family folder, in the arithmetic in which it is used: features are its last and its middle layer."""
    content = read_config(folder)
    with TemporaryDirectory() as place:
        files = [Path(shutil.copy(folder / name, place)) for name in (EMBEDDINGS, WEIGHTS)]
        onnx.save(build_layers(content["encoder"], files), Path(place) / GRAPH)
        yield OnnxBackend(Path(place) / GRAPH)


def _vectors(document: AnnotatedDocument, tagger: Tagger, backend: Backend, width: int) -> np.ndarray:
    tokens = tagger.tokenizer(document.text)
    bounds = sentences(document.text)
    ranges = token_ranges(tokens, bounds)
    settings = tagger.settings
    breaks = [[first for first, _ in ranges]]
    rows = encode([tokens], breaks, backend, tagger.tokenizer, width, settings.window, settings.context)[0]
    starts, ends = np.asarray(tokens.starts), np.asarray(tokens.ends)
    means = SentenceMeans(len(bounds), width)
    means.add(0, ranges, rows)
    mentions = np.zeros((len(document.entities), width), np.float32)
    for index, entity in enumerate(document.entities):
        inside = (ends > entity.start) & (starts < entity.end)
        if inside.any():
            mentions[index] = rows[inside].mean(0)
    return np.concatenate([mentions, means.means()]).astype(np.float16)


def _encoder_version(folder: Path) -> str:
    """A hash of the encoder's weights alone, so that another linker makes no difference."""
    found = hashlib.sha256((folder / EMBEDDINGS).read_bytes())
    with safe_open(folder / WEIGHTS, "numpy") as content:
        for name in sorted(content.keys()):
            if name.startswith("encoder."):
                found.update(name.encode() + content.get_tensor(name).tobytes())
    return found.hexdigest()


def _kept(path: Path, version: str) -> dict[str, np.ndarray]:
    if not path.is_file():
        return {}
    with safe_open(path, "numpy") as content:
        if (content.metadata() or {}).get("encoder") != version:
            log.info("%s has vectors of another encoder: written anew", path)
            return {}
        return {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118 - it is no mapping
