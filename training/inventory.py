"""The labels that a training config names, for programs that need nothing else of it."""

from __future__ import annotations

from pathlib import Path

from bulletin_ner.labels import LabelInventory


def read_labels(config: Path) -> LabelInventory:
    """The entity types and measures of a config's [labels]; a ValueError where it cannot be read."""
    try:
        from training.config import load_config
    except ImportError as error:
        raise ValueError(f"--config needs the extra 'train': pip install 'bulletin-ner[train]' ({error})") from error
    return load_config(config).labels.inventory
