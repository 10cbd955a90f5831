"""What reading many bulletins costs: `python benchmarks/scale.py [BULLETINS]` measures and fills the figures of docs/scaling.md.

Costs are processor time of all processes of a run, so that what else the machine does weighs little. Each engine reads one bulletin and
then the whole sample: the difference is the cost of reading, the first run the cost of starting.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet

from training.bench import machine
from training.data import load_documents

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/scaling.md"
MARK = "<!-- figures: written by `python benchmarks/scale.py` -->\n"
END = "<!-- /figures -->"
JOBS, ROWS_PER_FILE, PLANNED = 2, 20, 100_000
TARGET = 10_000_000

_LOCAL = """
import sys
from bulletin_ner.cli import main
sys.argv = ["bulletin-ner", "predict", sys.argv[1], "--format", "jsonl", "--output", sys.argv[2], "--jobs", sys.argv[3]]
main()
"""
_RAY = """
import sys
from bulletin_ner.scale import predict_dataset
predict_dataset([sys.argv[1]], sys.argv[2], workers=int(sys.argv[3]), rows_per_file=int(sys.argv[4]))
"""
_PLAN = """
import sys
from bulletin_ner.intake import Options
from bulletin_ner.scale.plan import plan_shards
plan_shards([sys.argv[1]], 1000, Options(), "")
"""


@dataclass(frozen=True)
class Usage:
    """Seconds on the clock, processor seconds of all processes, and the most bytes that one of them, and all of them, held at a time."""

    wall: float
    processor: float
    largest: int
    together: int


def watch(code: str, *arguments: object) -> Usage:
    """Run Python code with arguments and watch its processes, ten times a second; an error where it fails."""
    started = time.monotonic()
    spent: dict[int, float] = {}
    largest = together = 0
    with tempfile.TemporaryFile() as said:
        process = psutil.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=said, stderr=said, cwd=ROOT)
        while process.poll() is None:
            held = []
            for own in _family(process):
                try:
                    times, memory = own.cpu_times(), own.memory_info().rss
                except psutil.Error:
                    continue
                spent[own.pid] = times.user + times.system
                held.append(memory)
            largest, together = max([largest, *held]), max(together, sum(held))
            time.sleep(0.1)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(said.read().decode()[-2000:])
    return Usage(time.monotonic() - started, sum(spent.values()), largest, together)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def sample(count: int) -> list[str]:
    """Texts of the corpus's training split, taken evenly."""
    documents = load_documents(str(ROOT / "corpus/train"))
    return [documents[len(documents) * index // count].text for index in range(count)]


def write_rows(path: Path, texts: Sequence[str], count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            row = {"id": f"bulletin-{number:09}", "text": texts[number % len(texts)], "reference_date": "2022-11-12"}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def measure(texts: Sequence[str], folder: Path) -> str:
    """All runs; the table of docs/scaling.md."""
    one, whole = (write_rows(folder / f"{count}.jsonl", texts, count) for count in (1, len(texts)))
    local = [watch(_LOCAL, path, folder / f"{path.stem}-out.jsonl", JOBS) for path in (one, whole)]
    ray = [watch(_RAY, path, folder / f"{path.stem}-ray", JOBS, ROWS_PER_FILE) for path in (one, whole)]
    many = write_rows(folder / "many.jsonl", texts, PLANNED)
    planned, fewer = watch(_PLAN, many), watch(_PLAN, one)
    files = sorted((folder / f"{whole.stem}-ray").glob("*.parquet"))
    written = sum(file.stat().st_size for file in files)
    text_bytes = sum(_column_bytes(file, "text") for file in files)
    per = {name: (runs[1].processor - runs[0].processor) / (len(texts) - 1) for name, runs in (("local", local), ("ray", ray))}
    plan_seconds = (planned.processor - fewer.processor) / PLANNED
    plan_bytes = (planned.largest - fewer.largest) / PLANNED
    characters = sum(map(len, texts)) / len(texts)
    hours = {name: seconds * TARGET / 3600 for name, seconds in per.items()}
    lines = [
        f"Measured on {len(texts)} texts of `corpus/train` ({characters:.0f} characters on average), {JOBS} processes with one thread",
        f"each, default model, {_told(machine())}.",
        "",
        "| | `--engine local` | `--engine ray` |",
        "|---|---|---|",
        f"| processor seconds to start | {local[0].processor:.1f} | {ray[0].processor:.1f} |",
        f"| processor seconds a bulletin | {per['local']:.3f} | {per['ray']:.3f} |",
        f"| processor seconds for 1,000 characters | {per['local'] / characters * 1000:.3f} | {per['ray'] / characters * 1000:.3f} |",
        f"| most memory of one process | {_mega(local[1].largest)} | {_mega(ray[1].largest)} |",
        f"| most memory of all processes | {_mega(local[1].together)} | {_mega(ray[1].together)} |",
        f"| 10 million such bulletins, core-hours | {hours['local']:,.0f} | {hours['ray']:,.0f} |",
        "",
        f"A bulletin costs {per['ray'] / per['local'] - 1:+.0%} with Ray. Planning costs {plan_seconds * 1e6:.0f} microseconds and"
        f" {plan_bytes:.0f} bytes of memory a row ({PLANNED:,} rows): for 10 million, {plan_seconds * TARGET / 60:.0f} minutes and"
        f" {_mega(plan_bytes * TARGET)} on the machine that starts the run.",
        "",
        f"The Parquet files hold {written / len(texts):.0f} bytes a bulletin, {text_bytes / written:.0%} of them the text: 10 million make"
        f" {written / len(texts) * TARGET / 1e9:.1f} GB.",
    ]
    return "\n".join(lines) + "\n"


def _column_bytes(path: Path, name: str) -> int:
    metadata = pyarrow.parquet.read_metadata(path)
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    chunks = [group.column(index) for group in groups for index in range(group.num_columns)]
    return sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema == name)


def _mega(number: float) -> str:
    return f"{number / 1e6:,.0f} MB"


def _told(computer: Mapping[str, Any]) -> str:
    load = "" if computer["load"] is None else f", {computer['load'] / computer['cores']:.1f} processes waiting for each when it ended"
    return f"{computer['processor']}, {computer['cores']} cores{load}, {date.today().isoformat()}"


def main() -> None:
    texts = sample(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    with tempfile.TemporaryDirectory() as folder:
        table = measure(texts, Path(folder))
    head, rest = PAGE.read_text(encoding="utf-8").split(MARK)
    PAGE.write_text(head + MARK + table + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
