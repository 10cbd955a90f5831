"""Check and compile the corpus: every fault with its file and line, then one JSONL file for each split.

python -m training.check corpus                       # faults, then a summary
python -m training.check corpus --compile build/      # and train.jsonl, dev.jsonl and so on
python -m training.check mine --config config.toml    # with labels of your own: the config's entity types and measures, and no others
"""

from __future__ import annotations

import argparse
import collections
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bulletin_ner.cleaning import clean
from bulletin_ner.labels import LabelInventory
from training.documents import write_jsonl
from training.inventory import read_labels
from training.markup import PACKAGE, Fault, ParsedDocument, parse_file

SPLITS = ("train", "dev", "test")
EVALUATION_SETS = ("parallel", "zero-shot")  # held out as test is, each for a question of its own

_UNSPACED = ("zh-Hans", "zh-Hant", "ja", "ko", "th")  # a name may have letters straight behind it
# A list number at the head of a line is page layout, no figure.
_DIGITS = re.compile(r"\d+(?!(?<=^\d)[.、．)）]|(?<=^\d\d)[.、．)）])", re.MULTILINE)
_ZH_NUMERAL = re.compile(
    r"(?:(?<!最)近|约|約|超|逾|数|數|上)?[两兩二三四五六七八九十百千万萬亿億廿]+[余餘多]?"
    r"(?:名|例|人次|人|位|家|辆|輛|台|个|個|支|批|场|場|份|户|戶|所|处|處|座|张|張|床|轮|輪|宗|劑|剂|元|吨|噸|公斤)"
)
_ZH_DATE = re.compile(
    r"昨[日天晚]|今[日天晚早起晨]|明[日天晚]|后天|後天|前天|当[日天晚]|當[日天晚]|本[月周週年]|次日|翌日|即日|上[周週][一二三四五六日末]?|本[周週][一二三四五六日末]?|上个?月|上個?月|下个?月|去年|今年|明年"
)
_EN_DATE = re.compile(
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|yesterday|today|tomorrow|tonight"
    r"|(?:this|last|next) (?:week|month|year|morning|afternoon|evening))\b",
    re.IGNORECASE,
)
_EN_NUMERAL = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty|fifty"
    r"|hundreds?|thousands?|millions?|dozens?)\b",
    re.IGNORECASE,
)


def check_document(parsed: ParsedDocument) -> list[Fault]:
    """Faults of completeness: what looks like an entity and is neither tagged nor declared to be none with [N:...]."""
    document = parsed.document
    text = document.text
    covered = bytearray(len(text))
    for start, end in [(e.start, e.end) for e in document.entities] + list(parsed.negatives):
        covered[start:end] = b"\1" * (end - start)
    faults = []
    rules = [(_DIGITS, "digits")]
    if document.language == "en":
        rules += [(_EN_DATE, "what looks like a date"), (_EN_NUMERAL, "what looks like a count")]
    elif document.language.startswith("zh"):
        rules += [(_ZH_DATE, "what looks like a date"), (_ZH_NUMERAL, "what looks like a count")]
    for pattern, what in rules:
        for match in pattern.finditer(text):
            if not all(covered[match.start() : match.end()]):
                around = text[max(0, match.start() - 6) : match.end() + 6].replace("\n", " ")
                faults.append(parsed.fault(match.start(), f"{what} {match[0]!r} in {around!r} is neither tagged nor [N:...]"))
    names = collections.defaultdict(set)
    for entity in document.entities:
        if entity.type in ("PLACE", "OFFICIAL"):
            names[text[entity.start : entity.end]].add(entity.type)
    for name in names:
        if len(name) < 2:
            continue
        for match in re.finditer(re.escape(name) if document.language in _UNSPACED else rf"(?<!\w){re.escape(name)}(?!\w)", text):
            if not any(covered[match.start() : match.end()]):
                around = text[max(0, match.start() - 6) : match.end() + 6].replace("\n", " ")
                faults.append(parsed.fault(match.start(), f"{name!r} is tagged elsewhere but not in {around!r}"))
    kept = bytearray(len(text))
    for start in clean(text).starts:
        kept[start] = 1
    for entity in document.entities:
        span = text[entity.start : entity.end]
        if not any(kept[entity.start : entity.end]):
            faults.append(parsed.fault(entity.start, f"{entity.type} {span!r} stands inside a mark of the page, which is not read"))
        if entity.type in ("PLACE", "OFFICIAL") and re.search(r"[、，。；：？！\n]", span):
            faults.append(parsed.fault(entity.start, f"{entity.type} {span!r} holds punctuation: one tag for each name"))
        if entity.type in ("COUNT", "DATE") and re.match(r"截至|截止|共|as of\b|a total of\b|on\b", span):
            faults.append(parsed.fault(entity.start, f"{entity.type} {span!r}: 截至, 共, as of, a total of stay outside"))
        if entity.type == "COUNT" and document.language.startswith("zh") and re.fullmatch(r"[\d,.]+", span):
            following = text[entity.end : entity.end + 1]
            if following and following in "例名人个個家辆輛台位支万萬亿億元":
                faults.append(parsed.fault(entity.start, f"COUNT {span!r}: the classifier {following!r} belongs inside"))
    return faults


def load_corpus(
    root: Path, names: Sequence[str] = SPLITS, labels: LabelInventory = PACKAGE
) -> tuple[dict[str, list[ParsedDocument]], list[Fault]]:
    """Parse the ``*.txt`` in root's folders of these names; returns the documents of each and all faults."""
    splits: dict[str, list[ParsedDocument]] = {}
    faults: list[Fault] = []
    for split in names:
        splits[split] = []
        for path in sorted((root / split).glob("*.txt")):
            parsed, found = parse_file(path, labels)
            splits[split] += parsed
            faults += found
    faults += [fault for documents in splits.values() for parsed in documents for fault in check_document(parsed)]
    return splits, faults + _check_across(splits)


def _check_across(splits: dict[str, list[ParsedDocument]]) -> list[Fault]:
    faults = []
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for split, documents in splits.items():
        for parsed in documents:
            document = parsed.document
            for what, value in (("id", document.id), ("text", document.text), ("family", document.family), ("place", document.place)):
                other = seen.setdefault((what, value), (split, document.id))
                if what in ("id", "text"):
                    clash = other != (split, document.id) or (what == "id" and sum(p.document.id == value for p in documents) > 1)
                else:
                    clash = other[0] != split and not (what == "place" and "/" not in value)
                if clash:
                    faults.append(parsed.fault(0, f"{what} {value[:40]!r} is also in {other[0]} ({other[1]})"))
    return faults


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.check", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, help="the corpus folder, or single .txt files")
    parser.add_argument("--compile", type=Path, metavar="DIR", help="write the splits as JSONL")
    parser.add_argument("--config", type=Path, help="a training config, whose [labels] are the entity types and measures to be found")
    options = parser.parse_args(arguments)
    try:
        labels = PACKAGE if options.config is None else read_labels(options.config)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    splits: dict[str, list[ParsedDocument]] = collections.defaultdict(list)
    faults: list[Fault] = []
    for path in options.paths:
        if path.is_dir():
            found_splits, found = load_corpus(path, (*SPLITS, *EVALUATION_SETS), labels)
            for split, documents in found_splits.items():
                splits[split] += documents
        else:
            documents, found = parse_file(path, labels)
            splits[path.parent.name] += documents
            found += [fault for parsed in documents for fault in check_document(parsed)]
        faults += found
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    for split, documents in splits.items():
        golds = [parsed.document for parsed in documents]
        sys.stdout.write(
            f"{split}: {len(golds)} documents, {sum(len(g.text) for g in golds)} characters, "
            f"{sum(len(g.entities) for g in golds)} entities, {sum(len(g.sentences) for g in golds)} sentences\n"
        )
        if options.compile and not faults:
            options.compile.mkdir(parents=True, exist_ok=True)
            write_jsonl(golds, options.compile / f"{split}.jsonl")
    sys.stdout.write(f"{len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
