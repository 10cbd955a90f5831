"""One model out of two stages of a run: the mean of their best weights.

    python -m training.average runs/default-4 runs/default-5 runs/default --share 0.6

writes ``runs/default/run/best.safetensors``; a config whose ``run.start`` is that folder goes on from there. ``--share``: of the second.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

from training.checkpoint import BEST


def average(first: Path, second: Path, output: Path, share: float) -> None:
    """Tensors that only one of them has (layers kept as they were) are left out; a ValueError where shapes differ or nothing is shared."""
    one, two = (load_file(folder / "run" / BEST) for folder in (first, second))
    names = sorted(one.keys() & two.keys())
    if not names or any(one[name].shape != two[name].shape for name in names):
        raise ValueError(f"{first} and {second} have no weights of the same shapes: average stages of one config")
    target = output / "run" / BEST
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: one[name].lerp(two[name], share).contiguous() for name in names}, target)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.average", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--share", type=float, default=0.5)
    options = parser.parse_args()
    try:
        average(options.first, options.second, options.output, options.share)
    except (ValueError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
