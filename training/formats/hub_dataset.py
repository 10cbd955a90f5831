"""A dataset of the Hugging Face kind, as `datasets.load_from_disk` reads it; columns as in our JSONL. Needs the extra 'train'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.documents import from_row, to_row
from training.formats.item import HEADER, Format, FormatError, Item, Reading


def _datasets() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise FormatError("format 'huggingface' needs the extra 'train': pip install 'bulletin-ner[train]'") from error
    return datasets


def write(items: Sequence[Item], path: Path) -> None:
    datasets = _datasets()
    text, number = datasets.Value("string"), datasets.Value("int64")
    entity = dict.fromkeys(("type", "kind", "indicator", "aspect", "value", "modifier"), text) | {"start": number, "end": number}
    sentence = {"start": number, "end": number, "labels": datasets.List(text)}
    columns = dict.fromkeys((*HEADER, "text"), text) | {"entities": datasets.List(entity), "sentences": datasets.List(sentence)}
    rows = [to_row(item.document) for item in items]
    # Its progress bar would stand between the command's own lines.
    datasets.disable_progress_bars()
    try:
        datasets.Dataset.from_list(rows, features=datasets.Features(columns)).save_to_disk(path)
    finally:
        datasets.enable_progress_bars()


def read(path: Path) -> Reading:
    """A saved dataset, or a saved dictionary of datasets, its splits one after the other."""
    datasets = _datasets()
    if not path.is_dir():
        raise FormatError(f"{path}: no folder; a dataset is the folder that save_to_disk wrote")
    try:
        loaded = datasets.load_from_disk(path)
    except (FileNotFoundError, ValueError) as error:
        raise FormatError(f"{path}: no dataset ({error}); write it with save_to_disk") from error
    splits = dict(loaded) if isinstance(loaded, datasets.DatasetDict) else {"": loaded}
    items = []
    for name, dataset in splits.items():
        for number, row in enumerate(dataset, 1):
            try:
                items.append(Item(from_row(row)))
            except (ValueError, KeyError, TypeError) as error:
                raise FormatError(f"{path}: row {number} {name}: not an annotated document ({error!r})") from error
    remarks = (f"{path}: its splits {', '.join(splits)} are joined",) if len(splits) > 1 else ()
    return Reading(tuple(items), remarks)


def _own(name: str) -> bool:
    return name.endswith(".arrow") or name in ("dataset_info.json", "state.json")


FORMAT = Format("huggingface", read, write, read, folder=True, own=_own)
