"""The end of a run: export, fit thresholds and calibration, score the exported model, write metrics and card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

import bulletin_ner
from bulletin_ner.folder import METRICS
from bulletin_ner.labels import LabelInventory
from bulletin_ner.network import JointNetwork
from bulletin_ner.saved import replace_settings
from bulletin_ner.tagger import Tagger
from bulletin_ner.tokenization import BulletinTokenizer
from training.calibration import fit_settings
from training.config import Config
from training.documents import AnnotatedDocument
from training.evaluate import score_documents
from training.evaluation.readings import read_documents
from training.evaluation.reliability import calibration
from training.export import save_model
from training.links import GoldLinks, read_links
from training.model_card import write_card
from training.setup import prediction_settings


def finish(
    config: Config,
    output: Path,
    network: JointNetwork,
    tokenizer: BulletinTokenizer,
    history: Sequence[dict[str, Any]],
    seconds: float,
    training: Sequence[AnnotatedDocument],
    dev: Sequence[AnnotatedDocument],
    test: Sequence[AnnotatedDocument],
) -> None:
    """Write the whole model folder. The scores in it are those of the exported weights, read back from the folder."""
    labels = config.labels.inventory
    save_model(output, network, tokenizer, config, prediction_settings(config, (0.5,) * len(labels.measures), 0.0))
    replace_settings(output, fit_settings(bulletin_ner.load(output), dev))
    exported = bulletin_ner.load(output)
    links = read_links(Path(config.data.links)) if config.data.links else {}
    metrics = {
        "config": config.model_dump(mode="json"),
        "history": list(history),
        "seconds": round(seconds, 1),
        "torch": torch.__version__,
        "training_documents": len(training),
        "training_characters": sum(len(document.text) for document in training),
        "dev": _scores(exported, dev, links, labels),
        "test": _scores(exported, test, links, labels) if test else None,
    }
    (output / METRICS).write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_card(output, metrics)


def _scores(
    tagger: Tagger, documents: Sequence[AnnotatedDocument], links: Mapping[str, GoldLinks], labels: LabelInventory
) -> dict[str, Any]:
    readings = read_documents(tagger, documents)
    scores = score_documents(documents, [reading.bulletin for reading in readings], links, labels)
    return scores | {"calibration": calibration(readings, labels)}
