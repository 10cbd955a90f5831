"""The end of a run: export, fit thresholds and calibration, score the exported model, write metrics and card.

For a folder that was written before, or whose dev or test documents have changed since, all but the export once more:

    python -m training.finish runs/mine
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

import bulletin_ner
from bulletin_ner.folder import METRICS
from bulletin_ner.network import JointNetwork
from bulletin_ner.saved import replace_settings
from bulletin_ner.tagger import Tagger
from bulletin_ner.tokenization import BulletinTokenizer
from training.calibration import fit_settings
from training.config import Config
from training.data import load_sources
from training.documents import AnnotatedDocument, check_labels
from training.evaluate import score_documents
from training.evaluation.readings import read_documents
from training.evaluation.reliability import calibration
from training.export import save_model
from training.linker import train_linker
from training.links import GoldLinks, read_links
from training.model_card import write_card
from training.setup import prediction_settings

EXPORT_TEXTS = 60  # training texts by which the export chooses its 8-bit weights


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
    drawn = random.Random(config.run.seed).sample(list(training), min(EXPORT_TEXTS, len(training)))
    settings = prediction_settings(config, (0.5,) * len(config.labels.measures), 0.0)
    save_model(output, network, tokenizer, config, settings, [document.text for document in drawn])
    run = {
        "config": config.model_dump(mode="json"),
        "history": list(history),
        "seconds": round(seconds, 1),
        "torch": torch.__version__,
        "training_documents": len(training),
        "training_characters": sum(len(document.text) for document in training),
    }
    if config.linker.epochs:
        train_linker(output, training, read_links(Path(config.data.links)), config.linker.epochs, config.run.seed)
    settle(output, run, dev, test)


def settle(folder: Path, run: Mapping[str, Any], dev: Sequence[AnnotatedDocument], test: Sequence[AnnotatedDocument]) -> None:
    """Fit an exported model's thresholds, least score and calibration on dev, score it, write metrics and card. ``run``: what else the
    metrics tell, its config and history among it."""
    replace_settings(folder, fit_settings(bulletin_ner.load(folder), dev))
    tagger = bulletin_ner.load(folder)
    source = run["config"]["data"]["links"]
    links = read_links(Path(source)) if source else {}
    scores = {name: _scores(tagger, documents, links) if documents else None for name, documents in (("dev", dev), ("test", test))}
    metrics = {**run, **scores}
    (folder / METRICS).write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_card(folder, metrics)


def _scores(tagger: Tagger, documents: Sequence[AnnotatedDocument], links: Mapping[str, GoldLinks]) -> dict[str, Any]:
    labels = tagger.settings.labels
    readings = read_documents(tagger, documents)
    scores = score_documents(documents, [reading.bulletin for reading in readings], links, labels)
    return scores | {"calibration": calibration(readings, labels)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.finish", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="a saved model's folder; its config.json, metrics.json and README.md are written anew")
    folder = parser.parse_args(arguments).model
    try:
        labels = bulletin_ner.load(folder).settings.labels
        run = json.loads((folder / METRICS).read_text(encoding="utf-8"))
        run.pop("zero_shot", None)  # it is of the settings before; benchmarks/languages.py measures it anew
        sources = run["config"]["data"]
        dev, test = (load_sources(sources[name]) for name in ("dev", "test"))
        check_labels([*dev, *test], labels)
        run["config"]["labels"] = {"entity_types": list(labels.entity_types), "measures": list(labels.measures)}  # an old run has none
    except (ValueError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    settle(folder, run, dev, test)
    settings = bulletin_ner.load(folder).settings
    for name, scaling in (("entities", settings.entity_scaling), ("measures", settings.measure_scaling)):
        sys.stdout.write(f"{name}: temperature {scaling.temperature:.3f}, bias {scaling.bias:+.3f}\n")
    sys.stdout.write(f"least score {settings.min_score}, thresholds {sorted(set(settings.thresholds))}; written to {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
