"""Write the table of docs/taxonomy.md from the package's data: python benchmarks/taxonomy_table.py"""

from __future__ import annotations

import re
from pathlib import Path

from bulletin_ner.taxonomy import SCHEMES, Equivalents, measure_types

PAGE = Path(__file__).parent.parent / "docs" / "taxonomy.md"
_BLOCK = re.compile(r"(?<=<!-- codes: the table of bulletin_ner/data/taxonomy\.json -->\n).*?(?=<!-- /codes -->)", re.DOTALL)


def fill(page: str) -> str:
    """The page with its table as the data have it."""
    rows = ["| label | 中文 | OxCGRT | WHO PHSM | HIT-COVID | CoronaNet |", "|---|---|---|---|---|---|"]
    for measure in measure_types().values():
        cells = [measure.label, measure.name["zh"], *(_cell(measure.equivalents[scheme]) for scheme in SCHEMES)]
        rows.append(f"| {' | '.join(cells)} |")
    return _BLOCK.sub(lambda _: "\n".join(rows) + "\n", page)


def _cell(found: Equivalents) -> str:
    codes = "; ".join(code.code.replace("*", "\\*") + (f" ({code.note})" if code.note else "") for code in found.codes)
    return " — ".join(filter(None, (codes, found.remark)))


if __name__ == "__main__":
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
