"""The corpus in figures: `python -m training.data_card corpus` prints them, with `--write` puts them into docs/data-card.md."""

from __future__ import annotations

import argparse
import collections
import re
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from bulletin_ner.cleaning import clean
from bulletin_ner.labels import ENTITY_TYPES, LANGUAGES, MEASURES
from training.agreement import compare
from training.check import load_corpus
from training.documents import AnnotatedDocument
from training.standoff import read_labels

Splits = dict[str, list[AnnotatedDocument]]

CARD = Path("docs/data-card.md")  # in the source tree, where the command runs
PROVINCES = """北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州
云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门""".split()
_SPELLINGS = {"Hong Kong": "香港", "Macao": "澳门", "Taiwan": "台湾", "台南": "台湾", "台北": "台湾", "高雄": "台湾"}
_BYLINE = re.compile(
    r"记者|記者|通讯员|通訊員|编辑|編輯|撰稿|摄影|攝影|（.{2,8}[摄攝]）"
    r"|\b(?:[Rr]eporter|[Cc]orrespondent|[Ee]ditor|[Pp]hoto(?:graph)? by)\b|^By [A-Z]",
    re.MULTILINE,
)


def tables(splits: Splits, real: Sequence[AnnotatedDocument]) -> str:
    """The data card's tables, as Markdown. ``real``: labelled real texts to compare with (their text may be blank)."""
    everything = [document for documents in splits.values() for document in documents]
    parts = [_sizes(splits), _kinds(everything), _shapes(everything, real), _labels(everything), _places(everything)]
    for field in ("genre", "disease", "noise"):
        parts.append(_counts(field, everything))
    return "\n".join(parts)


def fill(card: str, content: str, rounds: Path) -> str:
    """The data card with its marked places filled: the tables, and the agreement of each round of second annotation."""
    agreement = []
    for first in sorted(rounds.glob("*-first.jsonl")):
        second = first.with_name(first.name.replace("-first", "-second"))
        pairs = list(zip(read_labels(first), read_labels(second), strict=True))
        characters = sum(len(document.text) for document, _ in pairs)
        title = first.name.removesuffix("-first.jsonl").replace("-", " ")
        agreement.append(f"### {title.capitalize()}: {len(pairs)} documents, {characters} characters\n\n{compare(pairs)}")
    for name, text in (("tables", content), ("agreement", "\n".join(agreement))):
        head, rest = re.split(rf"(?<=<!-- {name}: written by `python -m training\.data_card corpus --write` -->)\n", card, maxsplit=1)
        _, end, tail = rest.partition(f"<!-- /{name} -->")
        card = f"{head}\n{text}\n{end}{tail}"
    return card


def _sizes(splits: Splits) -> str:
    rows = []
    for split, documents in [*splits.items(), ("all", [d for own in splits.values() for d in own])]:
        characters = {name: sum(len(d.text) for d in documents if d.language == name) for name in LANGUAGES}
        rows.append(
            [split, len(documents), sum(characters.values())]
            + [f"{sum(d.language == name for d in documents)} ({characters[name]})" for name in LANGUAGES]
            + [len({d.family for d in documents}), len({d.place for d in documents})]
        )
    return "## Size\n\n" + _table(["split", "documents", "characters", *LANGUAGES, "families", "places"], rows)


def _kinds(documents: Sequence[AnnotatedDocument]) -> str:
    officials = sum(any(entity.type == "OFFICIAL" for entity in d.entities) for d in documents)
    bylines = sum(bool(_BYLINE.search(d.text)) for d in documents)
    rows = [
        ["documents above 2,000 characters", sum(len(d.text) > 2000 for d in documents)],
        ["documents with a named official", officials],
        ["documents with a byline, caption credit or editor (a named person who is no official), by pattern", bylines],
        ["documents on other diseases than COVID-19", sum(d.disease != "covid-19" for d in documents)],
        ["documents from other countries", sum(province(d.place) is None for d in documents)],
    ]
    return "## Kinds\n\n" + _table(["", "n"], rows)


def _places(documents: Sequence[AnnotatedDocument]) -> str:
    counted = collections.Counter(province(document.place) or "other countries" for document in documents)
    rows = [[name, counted[name]] for name in (*PROVINCES, "other countries")]
    return "## By province-level unit\n\n" + _table(["place", "documents"], rows)


def province(place: str) -> str | None:
    """The province-level unit of a document's place, in any of its spellings; None for another country."""
    first = clean(place.split("/")[0]).text
    for name in PROVINCES:
        if first.startswith(name) or name in _SPELLINGS.get(first, ""):
            return name
    return None


def _shapes(documents: Sequence[AnnotatedDocument], real: Sequence[AnnotatedDocument]) -> str:
    groups = [(language, [document for document in documents if document.language == language]) for language in LANGUAGES]
    rows = []
    for title, own in [*groups, ("real news, zh-Hans", real)]:
        if not own:
            continue
        characters = sum(len(document.text) for document in own)
        sentences = [sentence for document in own for sentence in document.sentences]
        lengths = [sentence.end - sentence.start for sentence in sentences]
        row: list[object] = [title, f"{characters / len(own):.0f}", f"{statistics.mean(lengths):.1f}", f"{statistics.median(lengths):.0f}"]
        for name in ENTITY_TYPES:
            row.append(f"{1000 * sum(e.type == name for d in own for e in d.entities) / characters:.1f}")
        row.append(f"{100 * sum(not sentence.labels for sentence in sentences) / len(sentences):.0f} %")
        row.append(f"{sum(len(sentence.labels) for sentence in sentences) / len(sentences):.2f}")
        rows.append(row)
    head = ["texts", "mean document", "mean sentence", "median", *(f"{name} per 1,000" for name in ENTITY_TYPES)]
    return "## Shape (lengths in characters)\n\n" + _table([*head, "unlabelled", "labels a sentence"], rows)


def _labels(documents: Sequence[AnnotatedDocument]) -> str:
    sentences: collections.Counter[tuple[str, str]] = collections.Counter()
    holders: collections.Counter[tuple[str, str]] = collections.Counter()
    for document in documents:
        for sentence in document.sentences:
            sentences.update((label, document.language) for label in sentence.labels)
        holders.update({(label, document.language) for sentence in document.sentences for label in sentence.labels})
    rows = [[label, *(f"{sentences[label, name]} ({holders[label, name]})" for name in LANGUAGES)] for label in MEASURES]
    return "## Measures: sentences (documents)\n\n" + _table(["label", *LANGUAGES], rows)


def _counts(field: str, documents: Sequence[AnnotatedDocument]) -> str:
    counted = collections.Counter(getattr(document, field) for document in documents)
    return f"## By {field}\n\n" + _table([field, "documents"], [[name, count] for name, count in counted.most_common()])


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.data_card", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true", help="fill docs/data-card.md instead of printing")
    options = parser.parse_args(arguments)
    splits, faults = load_corpus(options.corpus)
    if faults:
        sys.stderr.write(f"{len(faults)} faults, first {faults[0]}; run python -m training.check {options.corpus}\n")
        return 1
    real = read_labels(options.corpus / "standoff/dxy-news.jsonl")
    content = tables({split: [parsed.document for parsed in own] for split, own in splits.items()}, real)
    if options.write:
        CARD.write_text(fill(CARD.read_text(encoding="utf-8"), content, options.corpus / "agreement"), encoding="utf-8")
    else:
        sys.stdout.write(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
