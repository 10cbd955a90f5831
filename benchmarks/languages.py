"""Fill the marked tables of docs/languages.md: `python benchmarks/languages.py [MODEL]` reads both sets with a model.

The scores in languages that it was never trained on go into the metrics and the card of the model's folder too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marked_places import fill_place

import bulletin_ner
from bulletin_ner.folder import METRICS
from bulletin_ner.labels import ENTITY_TYPES
from bulletin_ner.tagger import Tagger
from training.data import load_documents
from training.evaluate import predict_documents, score_documents
from training.model_card import write_card
from training.parallel import score_parallel

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/languages.md"
_NAMES = {
    "zh-Hans": "Simplified Chinese",
    "zh-Hant": "Traditional Chinese",
    "en": "English",
    "ja": "Japanese",
    "ko": "Korean",
    "vi": "Vietnamese",
    "th": "Thai",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "ru": "Russian",
    "ar": "Arabic",
    "pt": "Portuguese",
}


def parallel_tables(scores: Mapping[str, Any]) -> str:
    """What `training.parallel.score_parallel` measured, as Markdown."""
    titles = list(next(iter(scores["equality"].values())))
    rows: list[list[object]] = []
    for side, row in scores["equality"].items():
        whole = row[titles[0]]
        rows.append(
            [side, *(f"{row[title]['share']:.3f}" for title in titles), whole["rows"], f"{whole['identical']} of {whole['bulletins']}"]
        )
    first = _table(["share of equal rows", *titles, "rows", "all rows equal"], rows)
    second = _language_table(scores["versions"], [("figures", lambda row: f"{row['figures']['f1']:.3f}")])
    return f"{scores['bulletins']} bulletins, model {scores['model']}.\n\n{first}\n{second}"


def zero_shot_table(scores: Mapping[str, Any], model: str) -> str:
    """Scores by language, as `score_documents` gives them, as Markdown."""
    table = _language_table(scores["languages"], [("all, overlapping", lambda row: f"{row['relaxed']['f1']:.3f}")])
    return f"{scores['documents']} bulletins, {scores['characters']} characters, model {model}.\n\n{table}"


def fill(page: str, tables: Mapping[str, str]) -> str:
    """The page with the marked place of each name filled anew."""
    for name, content in tables.items():
        page = fill_place(page, name, "languages.py", content)
    return page


def zero_shot(tagger: Tagger) -> dict[str, Any]:
    """`score_documents` over corpus/zero-shot."""
    documents = load_documents(str(ROOT / "corpus/zero-shot"))
    return score_documents(documents, predict_documents(tagger, documents))


def parallel(tagger: Tagger) -> dict[str, Any]:
    """`score_parallel` over corpus/parallel."""
    documents = load_documents(str(ROOT / "corpus/parallel"))
    return score_parallel(documents, predict_documents(tagger, documents))


def record(folder: Path, scores: Mapping[str, Any]) -> None:
    """Put the zero-shot scores into a model folder's metrics, and write its card anew."""
    path = folder / METRICS
    metrics = json.loads(path.read_text(encoding="utf-8"))
    metrics["zero_shot"] = {name: scores[name] for name in ("documents", "characters", "languages")}
    path.write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_card(folder, metrics)


def _language_table(languages: Mapping[str, Any], more: Sequence[tuple[str, Any]] = ()) -> str:
    rows: list[list[object]] = []
    for language, row in languages.items():
        cells = [f"{row['types'][name]['f1']:.3f}" if name in row["types"] else "" for name in ENTITY_TYPES]
        cells += [f"{row['entities']['f1']:.3f}", f"{row['measures']['f1']:.3f}", *(value(row) for _, value in more)]
        rows.append([f"{_NAMES[language]} ({language})", row["documents"], row["entities"]["support"], *cells])
    head = ["F1", "documents", "entities", *ENTITY_TYPES, "all", "measures micro", *(title for title, _ in more)]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]) + "\n"


if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else "default"
    reader = bulletin_ner.load(name)
    further = zero_shot(reader)
    tables = {"parallel": parallel_tables(parallel(reader)), "zero-shot": zero_shot_table(further, reader.settings.model)}
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    record(bulletin_ner.model_folder(name), further)
