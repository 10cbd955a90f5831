"""Stand-off labels: the project's annotation of texts that it does not hold, joined with the texts where they are present."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.documents import AnnotatedDocument, GoldEntity, GoldSentence

SOURCES = {
    "dxy-news": "rows {id, date, province, source, text} of 5zjk5/yiqingfenxi at b86c9a6, a copy of BlankerL/DXY-COVID-19-Data",
}


def text_hash(text: str) -> str:
    """Ties labels to the exact text they were made on."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def write_standoff(splits: Mapping[str, Sequence[AnnotatedDocument]], path: Path) -> None:
    """Write labels without text: id, split, hash and length of the text, entities and sentences by offset."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for split, document in ((split, document) for split, documents in splits.items() for document in documents):
            row = {"split": split, **asdict(document)}
            text = row.pop("text")
            row["sha256"], row["length"] = text_hash(text), len(text)
            for entity in row["entities"]:
                for key in [key for key, value in entity.items() if value is None]:
                    del entity[key]
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_labels(path: Path) -> list[AnnotatedDocument]:
    """Labels alone, each document with blanks of the text's length in its text's place: enough to compare two annotations."""
    documents = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = " " * row.pop("length")
        del row["split"], row["sha256"]
        documents.append(_document(text, row))
    return documents


def _document(text: str, row: dict[str, Any]) -> AnnotatedDocument:
    row["entities"] = tuple(GoldEntity(**entity) for entity in row["entities"])
    row["sentences"] = tuple(GoldSentence(item["start"], item["end"], tuple(item["labels"])) for item in row["sentences"])
    return AnnotatedDocument(text=text, **row)


def join_standoff(labels: Path, texts: Path, split: str = "") -> list[AnnotatedDocument]:
    """Documents from stand-off labels, of one split where it is named, and a JSONL of texts with ids.

    FileNotFoundError says where to get the texts, ValueError which text differs from the one that was labelled.
    """
    for path in (labels, texts):
        if not path.is_file():
            hint = "; ".join(f"{name}: {where}" for name, where in SOURCES.items())
            raise FileNotFoundError(
                f"{path}: no such file. The texts are not part of this project; get them from their source, or take them out of the "
                f"config. {hint}"
            )
    found = {}
    with texts.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found[row["id"]] = row["text"]
    documents = []
    with labels.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            if row.pop("split") != split and split:
                continue
            text = found.get(row["id"])
            if text is None or text_hash(text) != row.pop("sha256"):
                raise ValueError(f"{labels}:{number}: text {row['id']} is not in {texts}, or is not the one that was labelled")
            row.pop("length")
            documents.append(_document(text, row))
    if not documents:
        raise ValueError(f"{labels}: no documents of split {split!r}")
    return documents
