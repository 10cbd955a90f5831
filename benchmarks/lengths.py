"""Time and memory from a kilobyte to ten megabytes: `python benchmarks/lengths.py`.

Random features stand in for the network, whose work is linear by its windows; what is measured is everything else. Each length runs in a
process of its own; memory is the peak beyond that of a short text, the result included.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import time
from pathlib import Path

from random_model import random_tagger

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)  # bytes of UTF-8
ROOT = Path(__file__).parent.parent


def text_of(size: int) -> str:
    """The examples over and over, so many bytes of UTF-8."""
    unit = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").glob("*.txt")))
    return (unit * (size // len(unit.encode("utf-8")) + 1)).encode("utf-8")[:size].decode("utf-8", errors="ignore")


def measure(size: int) -> str:
    """One row: bytes, microseconds of processor time per character, peak memory, entities."""
    tagger = random_tagger(7)
    tagger.predict(text_of(3_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text = text_of(size)
    repeats = max(1, 100_000 // size)
    gc.collect()
    start = time.process_time()
    for _ in range(repeats):
        bulletin = tagger.predict(text)
    spent = (time.process_time() - start) / repeats
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    found = f"{len(bulletin.entities):,} | {len(bulletin.records):,}"
    return f"| {size:,} | {len(text):,} | {1e6 * spent / len(text):.1f} | {peak:.0f} | {found} |"


def main() -> None:
    """Print the table."""
    sys.stdout.write("| bytes | characters | CPU µs per character | MiB more | entities | records |\n|---|---|---|---|---|---|\n")
    for size in SIZES:
        sys.stdout.flush()
        subprocess.run([sys.executable, __file__, str(size)], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(measure(int(sys.argv[1])) + "\n")
    else:
        main()
