"""Kill a long run at random moments, resume it, and compare with an uninterrupted one: `python benchmarks/kill_resume.py --model FOLDER`.

Each try sends SIGKILL again and again, some after whole lines, some in the middle of the model's work, until the run comes to its end. A
try holds where the file then is, byte for byte, what a run without interruption writes.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from bulletin_ner.cli import main; main()", "predict"]


def write_rows(path: Path, count: int) -> None:
    """A table of short bulletins, two of them with one id, one row that is no JSON."""
    rows = [json.dumps({"id": f"r{n}", "text": f"11月{n % 28 + 1}日，甲县新增确诊病例{n}例。"}, ensure_ascii=False) for n in range(count)]
    rows[count // 2] = rows[count // 3]
    rows.insert(count // 4, "no row")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def command(rows: Path, output: Path, model: str, jobs: int) -> list[str]:
    return [*PROGRAM, str(rows), "--model", model, "--format", "jsonl", "--output", str(output), "--jobs", str(jobs)]


def kill_until_done(arguments: list[str], output: Path, chance: random.Random) -> tuple[int, int]:
    """Run and kill until one run ends by itself; returns its exit code and the number of kills."""
    kills = 0
    while True:
        before = output.stat().st_size if output.exists() else 0
        process = subprocess.Popen([*arguments, *(["--resume"] if kills else [])], stderr=subprocess.DEVNULL)
        # Wait until it has got further than the last one, so that every try comes to its end.
        while process.poll() is None and (not output.exists() or output.stat().st_size <= before):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        if process.poll() is None and chance.random() < 0.6:
            process.kill()
            process.wait()
            kills += 1
            cut_a_line(output, chance)
        elif process.wait() >= 0:
            return process.returncode, kills


def cut_a_line(output: Path, chance: random.Random) -> None:
    """Now and then take off the last bytes too, as a machine that lost its power does."""
    if chance.random() < 0.3 and output.stat().st_size:
        with output.open("r+b") as file:
            file.truncate(max(1, output.stat().st_size - chance.randrange(1, 400)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default="default")
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--rows", type=int, default=150)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        rows, whole = Path(folder, "rows.jsonl"), Path(folder, "whole.jsonl")
        write_rows(rows, given.rows)
        subprocess.run(command(rows, whole, given.model, given.jobs), stderr=subprocess.DEVNULL, check=False)
        held = killed = 0
        for number in range(given.tries):
            output = Path(folder, f"try-{number}.jsonl")
            code, kills = kill_until_done(command(rows, output, given.model, given.jobs), output, chance)
            same = output.read_bytes() == whole.read_bytes()
            held += code == 1 and same  # 1: the row that is no JSON
            killed += kills
            if not same:
                sys.stdout.write(f"try {number}: code {code}, {output.stat().st_size} bytes, {whole.stat().st_size} wanted\n")
    sys.stdout.write(f"{held} of {given.tries} tries held, {killed} kills, {given.rows} rows each, --jobs {given.jobs}\n")
    return 0 if held == given.tries else 1


if __name__ == "__main__":
    sys.exit(main())
