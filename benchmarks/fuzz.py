"""A coverage-guided fuzz target: `python benchmarks/fuzz.py -runs=20000`, or any other option of libFuzzer.

Bytes become a text and a day; it goes through all stages with random features in the network's place, and the laws of `torture.py` must
hold. Needs atheris (extra 'fuzz').
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["bulletin_ner"]):
    import bulletin_ner.normalisation.document  # noqa: F401

from random_model import random_tagger
from torture import DATES, PIECES, Case, check, check_stages

_TAGGER = random_tagger(3)


def read(data: bytes) -> None:
    """One run: pieces that the rules look for, and characters of any kind."""
    source = atheris.FuzzedDataProvider(data)
    parts: list[str] = []
    date = DATES[source.ConsumeIntInRange(0, len(DATES) - 1)]
    while source.remaining_bytes() and len(parts) < 60:
        choice = source.ConsumeIntInRange(0, 2 * len(PIECES))
        parts.append(PIECES[choice] if choice < len(PIECES) else source.ConsumeUnicode(4))
    case = Case(0, "fuzz", "".join(parts), date)
    check_stages(case)
    check(case, _TAGGER.predict(case.text, date))


if __name__ == "__main__":
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()
