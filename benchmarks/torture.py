"""`make torture`: many damaged and senseless texts through the stages and through the whole tagger, with fixed seeds.

    python benchmarks/torture.py --stages 100000 --whole 2000

No text may crash, be lost, or give an offset that does not fit; the first that does is printed with its seed and ends the run.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from random_model import random_tagger

import bulletin_ner
from bulletin_ner import Bulletin, Tagger
from bulletin_ner.cleaning import clean
from bulletin_ner.labels import ENTITY_TYPES
from bulletin_ner.segmentation import sentences

ROOT = Path(__file__).parent.parent
DATES = (None, "2022-11-10", "2020-02-29", "0001-01-01", "9999-12-31")
# What the rules look for, so that they meet each other in orders that no one thought of.
PIECES = (
    "截至 11月10日20时 大足区 新增 确诊病例 12例 无症状感染者 其中 、 ， 。 ； ： （ ） 县长 周明远 无新增 零死亡 1.2万余人次 全市 各 3例 "
    "和 2022年13月45日 24时 至 今天 次日 百分之三 三分之一 正月初五 國慶連假 (fā) 鍾南山 市长 区长 Yubei District Chongqing three no "
    "new 第53周 deaths as of 31 November half a million 12,345 -5 1e9 99999999999999999999 0 ０１２ Ⅷ ½ % ‰ $ <b> &nbsp; ... "
).split() + ["of which", "\u200b", "\ufeff", "\ud800", "\U0001f9a0", "e\u0301", "\u202e", "\r\n", "\n", "\t", "\x00", "\u2028"]
RANGES = ((0x20, 0x7F), (0xA0, 0x24F), (0x370, 0x52F), (0x600, 0x6FF), (0xE00, 0xE7F), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0, 0x10FFFF))


@dataclass(frozen=True)
class Case:
    """A text and the day that it is read with."""

    seed: int
    kind: str
    text: str
    date: str | None


def cases(first: int = 0) -> Iterator[Case]:
    """Texts without end, each from its own seed."""
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").glob("*.txt"))]
    kinds: dict[str, Callable[[random.Random], str]] = {
        "unicode": _unicode,
        "pieces": _pieces,
        "mixed": lambda generator: _mixed(generator, sources),
        "damaged": lambda generator: _damaged(generator, sources),
    }
    seed = first
    while True:
        generator = random.Random(seed)
        kind = generator.choice(list(kinds))
        yield Case(seed, kind, kinds[kind](generator), generator.choice(DATES))
        seed += 1


def _unicode(generator: random.Random) -> str:
    low, high = generator.choice(RANGES)
    return "".join(chr(generator.randint(low, high)) for _ in range(generator.randint(0, 80)))


def _pieces(generator: random.Random) -> str:
    joint = generator.choice(("", "", " ", "、"))
    return joint.join(generator.choice(PIECES) for _ in range(generator.randint(0, 40)))


def _mixed(generator: random.Random, sources: list[str]) -> str:
    parts = []
    for _ in range(generator.randint(1, 4)):
        source = generator.choice(sources)
        start = generator.randrange(len(source))
        parts.append(source[start : start + generator.randint(1, 120)])
    return generator.choice(("", "\n", " ")).join(parts)


def _damaged(generator: random.Random, sources: list[str]) -> str:
    chars = list(_mixed(generator, sources))
    for _ in range(generator.randint(1, 12)):
        position = generator.randrange(len(chars) + 1)
        action = generator.randrange(4)
        if action == 0:
            chars[position : position + generator.randint(1, 8)] = []
        elif action == 1:
            chars.insert(position, generator.choice(PIECES))
        elif action == 2:
            chars[position : position + 3] = chars[position : position + 3] * generator.randint(2, 9)
        else:
            chars.insert(position, chr(generator.randint(0, 0x2FFF)))
    return "".join(chars)


def check(case: Case, bulletin: Bulletin) -> None:
    """An AssertionError where a result does not fit its text."""
    text = case.text
    assert bulletin.text == text, "another text"
    position = 0
    for number, entity in enumerate(bulletin.entities):
        assert entity.id == number, "ids are not in order"
        assert position <= entity.start < entity.end <= len(text), f"entity {number} is out of order"
        assert text[entity.start : entity.end] == entity.text, f"entity {number} is not at its offsets"
        assert entity.type in ENTITY_TYPES, f"entity {number} has no known type"
        position = entity.end
    bounds = set(sentences(text))
    assert all((measure.start, measure.end) in bounds for measure in bulletin.measures), "a measure of no sentence"
    known = {None, *range(len(bulletin.entities))}
    for record in bulletin.records:
        assert (record.start, record.end) in bounds, "a record of no sentence"
        assert {record.entity, record.place_entity, record.date_entity} <= known, "a record of an unknown mention"
    assert all(index < len(bulletin.records) for warning in bulletin.warnings for index in warning.records), "a warning of no record"
    bulletin.to_json()


def check_stages(case: Case) -> None:
    """The laws of cleaning and segmentation."""
    cleaned = clean(case.text)
    position = 0
    for start, end in zip(cleaned.starts, cleaned.ends, strict=True):
        assert position <= start < end <= len(case.text), "a cleaned character is out of order"
        position = end
    covered = "".join(case.text[start:end] for start, end in sentences(case.text))
    assert sorted("".join(covered.split())) == sorted("".join(case.text.split())), "a character is in no sentence"


def run(tagger: Tagger, number: int, first: int = 0, report: Callable[[str], object] = sys.stdout.write) -> Counter[str]:
    """Read so many cases, one by one and in batches; counts of what was read. A failure names its case."""
    counts: Counter[str] = Counter()
    by_date: dict[str | None, list[Case]] = {date: [] for date in DATES}
    for case in islice(cases(first), number):
        with _named(case):
            check_stages(case)
        by_date[case.date].append(case)
    for date, own in by_date.items():
        bulletins = tagger.predict_many((case.text for case in own), batch_size=64, reference_date=date)
        for case in own:
            with _named(case):
                bulletin = next(bulletins)
                check(case, bulletin)
            counts.update({case.kind: 1, "texts": 1, "characters": len(case.text), "entities": len(bulletin.entities)})
            counts.update({"measures": len(bulletin.measures), "records": len(bulletin.records), "warnings": len(bulletin.warnings)})
            if counts["texts"] % 5000 == 0:
                report(f"{counts['texts']} texts\n")
    assert counts["texts"] == number, "a text was lost"
    return counts


@contextmanager
def _named(case: Case) -> Iterator[None]:
    """Names the case where anything is raised about it."""
    try:
        yield
    except Exception as error:
        place = f"case {case.seed} ({case.kind}, or one read with it): {case.text!r}, {case.date}"
        raise AssertionError(f"{type(error).__name__} {error}; {place}") from error


def main() -> None:
    """Run both parts and print what was read."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stages", type=int, default=100_000, help="texts through all stages, with random features for the network's")
    parser.add_argument("--whole", type=int, default=2_000, help="texts through the whole tagger")
    parser.add_argument("--model", type=Path, default=bulletin_ner.default_model(), help="a model folder")
    options = parser.parse_args()
    for name, tagger, number in (
        ("stages", random_tagger(1, options.model), options.stages),
        ("whole", bulletin_ner.load(options.model), options.whole),
    ):
        start = time.time()
        counts = run(tagger, number)
        told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        sys.stdout.write(f"{name}: {told}; no fault, {time.time() - start:.0f} s\n")


if __name__ == "__main__":
    main()
