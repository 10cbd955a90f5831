"""The model folder: its files, its config with checksums, and loading with either backend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bulletin_ner.calibration import Scaling
from bulletin_ner.encoding import Backend
from bulletin_ner.features import FeatureLayout, layout_of
from bulletin_ner.folder import CONFIG, EMBEDDINGS, GRAPH, LINKER, TOKENIZER, VOCABULARY, WEIGHTS
from bulletin_ner.labels import ASPECTS, INDICATORS, PLACE_KINDS, LabelInventory
from bulletin_ner.linking.scorer import load_scorer
from bulletin_ner.tagger import Settings, Tagger
from bulletin_ner.tokenization import BulletinTokenizer

FORMAT = 5
READS = (2, 3, 4, 5)  # 2 has no calibration, 3 no scale of what a weight multiplies, 4 no linker

_KEYS = ("name", "window", "context", "min_score", "thresholds", "labels", "layout", "special_tokens", "encoder", "files")

# Entity types and measures are the folder's own; these are the package's in every model.
_FIXED = {"indicators": INDICATORS, "aspects": ASPECTS, "place_kinds": PLACE_KINDS}


class ModelError(ValueError):
    """A model folder that cannot be used; the message names the file and what to do."""


def write_settings(folder: Path, settings: Settings, tokenizer: BulletinTokenizer, encoder: dict[str, Any]) -> None:
    """Write config.json for the files that lie in the folder."""
    checked = [name for name in (TOKENIZER, VOCABULARY, EMBEDDINGS, WEIGHTS, GRAPH, f"{GRAPH}.data", LINKER) if (folder / name).is_file()]
    content = {
        "format": FORMAT,
        "name": settings.name,
        "window": settings.window,
        "context": settings.context,
        "min_score": settings.min_score,
        "calibration": {"entities": asdict(settings.entity_scaling), "measures": asdict(settings.measure_scaling)},
        "thresholds": dict(zip(settings.labels.measures, settings.thresholds, strict=True)),
        "labels": {name: list(values) for name, values in (asdict(settings.labels) | _FIXED).items()},
        "layout": asdict(settings.layout),
        "special_tokens": {"begin": tokenizer.begin, "separator": tokenizer.separator, "padding": tokenizer.padding},
        "encoder": {key: value for key, value in encoder.items() if value is not None},
        "files": {name: {"bytes": (folder / name).stat().st_size, "sha256": _sha256(folder / name)} for name in checked},
    }
    _write(folder, content)


def replace_settings(folder: Path, settings: Settings) -> None:
    """Write other thresholds, another least score and another calibration into a folder's config.json; weights and the rest stay."""
    content = read_config(folder)
    content |= {
        "format": FORMAT,
        "min_score": settings.min_score,
        "thresholds": dict(zip(settings.labels.measures, settings.thresholds, strict=True)),
        "calibration": {"entities": asdict(settings.entity_scaling), "measures": asdict(settings.measure_scaling)},
    }
    _write(folder, content)


def load_tagger(folder: Path, backend: str, min_score: float | None = None, threads: int = 0) -> Tagger:
    """A tagger from a model folder, with its own least score of an entity or another; ``threads`` of ONNX Runtime, 0 for one a core.

    A ModelError names a missing, truncated or foreign part.
    """
    content = read_config(folder)
    settings = _settings(folder, content, min_score)
    special = content["special_tokens"]
    path = folder / (VOCABULARY if VOCABULARY in content["files"] else TOKENIZER)
    try:
        tokenizer = BulletinTokenizer.from_folder(folder, special["begin"], special["separator"], special["padding"])
        path = folder / LINKER
        scorer = load_scorer(path) if LINKER in content["files"] else None
        path = folder / (GRAPH if backend == "onnx" else WEIGHTS)
        return Tagger(_backends()[backend](folder, content, threads), tokenizer, settings, scorer)
    except ModelError:
        raise
    except Exception as error:  # the libraries that parse these files raise what they like
        raise ModelError(f"{path}: cannot be read ({str(error).splitlines()[0]}); copy the folder anew") from error


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's config.json, checked against this version and the files' sizes."""
    path = folder / CONFIG
    if not path.is_file():
        raise ModelError(f"{folder}: no {CONFIG}, so no model folder; train one with `bulletin-ner train`, or give another folder")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = content["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path}: not a model config ({error}); copy the folder anew") from error
    if version not in READS:
        known = ", ".join(map(str, READS))
        raise ModelError(f"{path}: format {version}, this version of bulletin_ner reads {known}; install the version that wrote it")
    missing = [key for key in _KEYS if key not in content]
    if missing:
        raise ModelError(f"{path}: {', '.join(missing)} missing; copy the folder anew")
    _labels(path, content)
    unlisted = [name for name in (EMBEDDINGS, WEIGHTS, GRAPH) if name not in content["files"]]
    if not {TOKENIZER, VOCABULARY} & content["files"].keys():
        unlisted.append(f"{VOCABULARY} or {TOKENIZER}")
    if unlisted:
        raise ModelError(f"{path}: lists no {', '.join(unlisted)}; finish the training that wrote it, or copy the folder anew")
    for name, facts in content["files"].items():
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: {name} is missing; copy the folder anew")
        size = (folder / name).stat().st_size
        if size != facts["bytes"]:
            raise ModelError(f"{folder / name}: {size} bytes, expected {facts['bytes']}; copy the folder anew")
    return content


def read_settings(folder: Path) -> Settings:
    """The settings of a model folder."""
    return _settings(folder, read_config(folder))


def verify_checksums(folder: Path) -> str:
    """Read every file of the model and compare its sha256; returns name and version. A ModelError names the altered one."""
    content = read_config(folder)
    for name, facts in content["files"].items():
        if _sha256(folder / name) != facts["sha256"]:
            raise ModelError(f"{folder / name}: altered (its sha256 is not the recorded one); copy the folder anew")
    return _settings(folder, content).model


def _settings(folder: Path, content: dict[str, Any], min_score: float | None = None) -> Settings:
    labels = _labels(folder / CONFIG, content)
    calibration = content.get("calibration", {})
    return Settings(
        labels=labels,
        window=content["window"],
        context=content["context"],
        thresholds=tuple(content["thresholds"][label] if min_score is None else min_score for label in labels.measures),
        min_score=content["min_score"] if min_score is None else min_score,
        name=content["name"],
        version=content["files"][WEIGHTS]["sha256"][:12],
        entity_scaling=Scaling(**calibration.get("entities", {})),
        measure_scaling=Scaling(**calibration.get("measures", {})),
        mentions=content["layout"].get("mentions", 0),
    )


def _write(folder: Path, content: dict[str, Any]) -> None:
    temporary = folder / f"{CONFIG}.part"
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(folder / CONFIG)


def _labels(path: Path, content: dict[str, Any]) -> LabelInventory:
    """The folder's own labels, where the rest of its config fits them."""
    for name, values in _FIXED.items():
        if content["labels"].get(name) != list(values):
            raise ModelError(f"{path}: its {name} are not those of this version; retrain, or install the version that wrote it")
    try:
        labels = LabelInventory(*(tuple(content["labels"][name]) for name in ("entity_types", "measures")))
        layout = FeatureLayout(**content["layout"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: its labels or its layout cannot be read ({error}); copy the folder anew") from error
    if layout_of(labels, layout.mentions) != layout or set(labels.measures) != content["thresholds"].keys():
        raise ModelError(f"{path}: its layout or its thresholds do not fit its labels; copy the folder anew")
    return labels


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _backends() -> dict[str, Callable[[Path, dict[str, Any], int], Backend]]:
    return {"onnx": _onnx, "torch": _torch}


def _onnx(folder: Path, content: dict[str, Any], threads: int) -> Backend:
    from bulletin_ner.onnx_backend import OnnxBackend

    return OnnxBackend(folder / GRAPH, threads)


def _torch(folder: Path, content: dict[str, Any], threads: int) -> Backend:
    try:
        from bulletin_ner.torch_backend import load_torch
    except ImportError as error:
        raise ModelError(f"backend 'torch' needs PyTorch and transformers ({error}): pip install 'bulletin-ner[torch]'") from error
    return load_torch(folder, content)
