"""Fill the marked places of README.md: `python benchmarks/readme.py` runs its example and copies the default model's recorded scores."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

from marked_places import fill_place

ROOT = Path(__file__).parent.parent
TYPES = ("PLACE", "COUNT", "DATE", "OFFICIAL", "ROLE", "all")


def example_output(readme: str) -> str:
    """What the README's Python example prints."""
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    if code is None:
        raise ValueError("README.md has no Python example")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code[1], "README.md", "exec"), {})
    return f"```text\n{printed.getvalue()}```"


def score_table(metrics: dict) -> str:
    """The test scores that were recorded when the default model was exported."""
    scores = metrics["test"]
    lines = [
        f"The default model on the corpus's test split ({scores['documents']} documents, {scores['characters']} characters; written",
        "for this project, no family or county shared with training), strict spans, exported weights:",
        "",
        "| " + " | ".join(["", *TYPES, "measures micro", "measures macro"]) + " |",
        "|" + "---|" * (len(TYPES) + 3),
    ]
    cells = [f"{scores['entities'][name]['f1']:.3f}" for name in TYPES] + [f"{scores['measures'][n]['f1']:.3f}" for n in ("micro", "macro")]
    return "\n".join([*lines, "| F1 | " + " | ".join(cells) + " |"])


def fill(readme: str) -> str:
    """The README with both places filled anew."""
    metrics = json.loads((ROOT / "models/default/metrics.json").read_text(encoding="utf-8"))
    for name, content in (("result", example_output(readme)), ("scores", score_table(metrics))):
        readme = fill_place(readme, name, "readme.py", content)
    return readme


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(fill(path.read_text(encoding="utf-8")), encoding="utf-8")
