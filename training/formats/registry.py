"""All formats by name."""

from __future__ import annotations

from training.formats import brat, conll, docbin, doccano, hub_dataset, jsonl, label_studio, markup, predictions
from training.formats.item import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT for module in (predictions, jsonl, markup, conll, brat, doccano, label_studio, docbin, hub_dataset)
}
