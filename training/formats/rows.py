"""An annotated document as a row of plain values, as `training.documents.write_jsonl` writes it: one type for each column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from training.documents import AnnotatedDocument, GoldEntity, GoldSentence


def to_row(document: AnnotatedDocument) -> dict[str, Any]:
    row = asdict(document)
    for entity in row["entities"]:
        if entity["type"] == "COUNT" and entity["value"] is not None:
            entity["value"] = json.dumps(entity["value"])
    return row


def from_row(row: Mapping[str, Any]) -> AnnotatedDocument:
    """The document of a row; ValueError, KeyError or TypeError where it is none."""
    entities = []
    for entity in row["entities"]:
        read = entity["type"] == "COUNT" and entity["value"] is not None
        entities.append(GoldEntity(**{**entity, "value": json.loads(entity["value"]) if read else entity["value"]}))
    sentences = tuple(GoldSentence(item["start"], item["end"], tuple(item["labels"])) for item in row["sentences"])
    return AnnotatedDocument(**{**row, "entities": tuple(entities), "sentences": sentences})
