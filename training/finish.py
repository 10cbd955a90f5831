"""The end of a run: tune thresholds, export, score the exported model, write metrics and card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

import bulletin_ner
from bulletin_ner.folder import METRICS
from bulletin_ner.network import JointNetwork
from bulletin_ner.tokenization import BulletinTokenizer
from training.config import Config
from training.documents import AnnotatedDocument
from training.evaluate import predict_documents, score_documents, tune_min_score, tune_thresholds
from training.export import save_model
from training.links import read_links
from training.model_card import write_card
from training.setup import build_tagger, prediction_settings


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
    tagger = build_tagger(network, tokenizer, config)
    settings = prediction_settings(config, tune_thresholds(dev, tagger), tune_min_score(dev, predict_documents(tagger, dev)))
    save_model(output, network, tokenizer, config, settings)
    labels = config.labels.inventory
    exported = bulletin_ner.load(output)
    links = read_links(Path(config.data.links)) if config.data.links else {}
    metrics = {
        "config": config.model_dump(mode="json"),
        "history": list(history),
        "seconds": round(seconds, 1),
        "torch": torch.__version__,
        "training_documents": len(training),
        "training_characters": sum(len(document.text) for document in training),
        "dev": score_documents(dev, predict_documents(exported, dev), links, labels),
        "test": score_documents(test, predict_documents(exported, test), links, labels) if test else None,
    }
    (output / METRICS).write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_card(output, metrics)
