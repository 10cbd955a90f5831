"""Whether one bulletin gives the same table in Simplified Chinese, Traditional Chinese and English.

python -m training.parallel corpus/parallel --model models/default
python -m training.parallel corpus/parallel --model models/default --format json --output parallel.json
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import bulletin_ner
from bulletin_ner.labels import EPIDEMIC_INDICATORS, LANGUAGES
from bulletin_ner.schema import Bulletin
from training.data import load_documents
from training.documents import AnnotatedDocument
from training.evaluate import predict_documents, score_documents
from training.values import f1_row

FIELDS = ("indicator", "aspect", "value", "place_code", "date")
_LEFT_OUT = ("aspect", "place_code", "date")  # what versions part on; each is also left out, to see how much it costs

Rows = collections.Counter[tuple[object, ...]]
Versions = dict[str, tuple[AnnotatedDocument, Bulletin]]


def group_versions(documents: Sequence[AnnotatedDocument], predictions: Sequence[Bulletin]) -> dict[str, Versions]:
    """Documents with their predictions by bulletin (the id without its last part) and language; a ValueError names a missing version."""
    groups: dict[str, Versions] = collections.defaultdict(dict)
    for document, bulletin in zip(documents, predictions, strict=True):
        name = document.id.rpartition("-")[0]
        if document.language in groups[name]:
            raise ValueError(f"{document.id}: a second version of {name!r} in {document.language}")
        groups[name][document.language] = (document, bulletin)
    for name, versions in groups.items():
        if set(versions) != set(LANGUAGES):
            raise ValueError(f"{name}: has {', '.join(sorted(versions))}; a parallel bulletin needs {', '.join(LANGUAGES)}")
    return dict(groups)


def table_rows(bulletin: Bulletin, fields: Sequence[str] = FIELDS) -> Rows:
    """The records as a multiset of these fields."""
    return collections.Counter(tuple(_plain(getattr(record, field)) for field in fields) for record in bulletin.records)


def share_equal(tables: Iterable[Sequence[Rows]]) -> dict[str, Any]:
    """For bulletins given as one multiset of rows for each version: of all rows, the share that every version of their bulletin has.

    ``rows`` counts those of all versions together, ``identical`` the bulletins whose versions agree in every row; no rows at all agree.
    """
    equal = rows = bulletins = identical = 0
    for versions in tables:
        common = versions[0]
        for other in versions[1:]:
            common = common & other
        own = sum(version.total() for version in versions)
        equal += len(versions) * common.total()
        rows += own
        bulletins += 1
        identical += len(versions) * common.total() == own
    return {"share": equal / rows if rows else 1.0, "rows": rows, "identical": identical, "bulletins": bulletins}


def score_parallel(documents: Sequence[AnnotatedDocument], predictions: Sequence[Bulletin]) -> dict[str, Any]:
    """Plain numbers: ``equality`` of rows for each pair of versions and all three, with all fields and with one left out, and for each
    version its scores against the annotation (entities strict, measures micro, ``figures``: indicator, aspect and value as multisets)."""
    groups = group_versions(documents, predictions)
    kept = {"all fields": FIELDS, **{f"without {name}": tuple(f for f in FIELDS if f != name) for name in _LEFT_OUT}}
    sides = [*combinations(LANGUAGES, 2), LANGUAGES]
    equality = {
        " = ".join(side): {
            title: share_equal([[table_rows(versions[language][1], fields) for language in side] for versions in groups.values()])
            for title, fields in kept.items()
        }
        for side in sides
    }
    scored = score_documents(documents, predictions)["languages"]
    for language in LANGUAGES:
        scored[language]["figures"] = _figures([versions[language] for versions in groups.values()])
    return {
        "bulletins": len(groups),
        "model": predictions[0].model if predictions else "",
        "equality": equality,
        "versions": {language: scored[language] for language in LANGUAGES},
    }


def format_parallel(scores: dict[str, Any]) -> str:
    """A readable table of `score_parallel`'s result."""
    titles = list(next(iter(scores["equality"].values())))
    lines = [f"{scores['bulletins']} bulletins in {len(LANGUAGES)} versions, {scores['model']}", ""]
    lines.append(f"{'share of equal rows':30}" + "".join(f"{title:>20}" for title in titles) + f"{'rows':>8}{'identical':>11}")
    for side, row in scores["equality"].items():
        whole = row[titles[0]]
        lines.append(f"{side:30}" + "".join(f"{row[t]['share']:20.3f}" for t in titles) + f"{whole['rows']:8}{whole['identical']:11}")
    lines += ["", f"{'scores of each version':30}{'entities F1':>20}{'measures F1':>20}{'figures F1':>20}"]
    for language, row in scores["versions"].items():
        lines.append(f"{language:30}" + "".join(f"{row[name]['f1']:20.3f}" for name in ("entities", "measures", "figures")))
    return "\n".join(lines)


def _figures(pairs: Sequence[tuple[AnnotatedDocument, Bulletin]]) -> dict[str, Any]:
    """Predicted figures against annotated ones; zeros in words, which the annotation has no spans for, are left out."""
    hits = extra = missed = 0
    for document, bulletin in pairs:
        gold: Rows = collections.Counter(
            (entity.indicator, entity.aspect, _plain(entity.value))
            for entity in document.entities
            if entity.type == "COUNT" and entity.indicator in EPIDEMIC_INDICATORS
        )
        found: Rows = collections.Counter((r.indicator, r.aspect, _plain(r.value)) for r in bulletin.records if r.entity is not None)
        hits += (gold & found).total()
        extra += (found - gold).total()
        missed += (gold - found).total()
    return f1_row(hits, extra, missed)


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.parallel", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", help="a folder of parallel bulletins, such as corpus/parallel")
    parser.add_argument("--model", default="default", help="a saved model's folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--output", type=Path, help="a file; standard output where it is not given")
    options = parser.parse_args(arguments)
    try:
        documents = load_documents(options.corpus)
        scores = score_parallel(documents, predict_documents(bulletin_ner.load(options.model), documents))
    except (ValueError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    content = json.dumps(scores, ensure_ascii=False, indent=1) if options.format == "json" else format_parallel(scores)
    if options.output is None:
        sys.stdout.write(content + "\n")
    else:
        options.output.write_text(content + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
