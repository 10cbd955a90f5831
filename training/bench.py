"""`bulletin-ner bench`: speed, latency, start-up, memory and stages of a model on a corpus, and other tools on the same texts.

Rounds of all of them take turns, so that whatever else the machine does meets all alike; ratios are the medians of the rounds' ratios.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np

import bulletin_ner
from bulletin_ner import Tagger, tagger
from training.documents import AnnotatedDocument
from training.evaluation.peers import PEERS, Peer

# The peak of a process as getrusage tells it may be that of the one that started it, so Linux's own figure is taken where it is there.
_START = """
import pathlib, resource, sys
import bulletin_ner
bulletin_ner.load(sys.argv[1]).predict(sys.argv[2])
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.is_file() else []
peak = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)
sys.stdout.write(str(peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)))
"""
_TYPICAL = (200, 1500)  # characters of a text whose latency is told
_STAGES = ("decode_spans", "pool_sentences", "span_logits", "normalise", "detect_language", "sentences")

Reader = Callable[[Sequence[str]], object]


def bench(model: str, documents: Sequence[AnnotatedDocument], rounds: int, threads: int, peers: bool) -> dict[str, Any]:
    """All figures as plain data. ``threads``: of the network, 0 for one a core.

    Seconds are of the clock; ``cpu`` figures count processor time of all cores, which another program's work changes less.
    """
    own = bulletin_ner.load(model, threads=threads)
    texts = [document.text for document in documents]
    chinese = [document.text for document in documents if document.language != "en"]
    for text in texts[:2]:
        own.predict(text)
    result: dict[str, Any] = {
        "date": date.today().isoformat(),
        "machine": machine(),
        "model": own.settings.model,
        "window": own.settings.window,
        "context": own.settings.context,
        "threads": threads or os.cpu_count(),
        "texts": len(texts),
        "characters": sum(map(len, texts)),
        "start": _start(model, min(texts, key=len), rounds),
        "throughput": _figures(texts, [_time(lambda own_texts: list(own.predict_many(own_texts)), texts) for _ in range(rounds)]),
        "latency": _latency(own, texts),
        "stages": _stages(own, texts),
    }
    if peers and chinese:
        result["peers"] = _against(own, [peer for peer in PEERS if "zh-Hans" in peer.languages], chinese, rounds)
    return result


def machine() -> dict[str, Any]:
    """Processor, cores, system, Python and the load when it is called, None where the system does not tell it."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"processor": model, "cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version(), "load": load}


def _start(model: str, text: str, rounds: int) -> dict[str, float]:
    """Seconds and peak MiB from the start of a process to its first result, the quickest of the rounds."""
    seconds, cpu, peak = [], [], 0.0
    for _ in range(rounds):
        before, start = os.times(), time.perf_counter()
        done = subprocess.run([sys.executable, "-c", _START, model, text], check=True, capture_output=True, text=True)
        seconds.append(time.perf_counter() - start)
        after = os.times()
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
        peak = max(peak, int(done.stdout) / 2**20)
    return {"seconds": min(seconds), "cpu": min(cpu), "peak_mib": peak}


def _time(read: Reader, texts: Sequence[str]) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    start, cpu = time.perf_counter(), time.process_time()
    read(texts)
    return time.perf_counter() - start, time.process_time() - cpu


def _figures(texts: Sequence[str], times: Sequence[tuple[float, float]]) -> dict[str, float]:
    characters = sum(map(len, texts))
    clock, cpu = (characters / median(spent) for spent in zip(*times, strict=True))
    return {"characters_per_second": clock, "characters_per_cpu": cpu}


def _latency(own: Tagger, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds for one bulletin of common length."""
    typical = [text for text in texts if _TYPICAL[0] <= len(text) <= _TYPICAL[1]] or list(texts)
    seconds = []
    for text in typical:
        start = time.perf_counter()
        own.predict(text)
        seconds.append(1000 * (time.perf_counter() - start))
    characters = float(np.mean([len(text) for text in typical]))
    return {"p50_ms": float(np.percentile(seconds, 50)), "p95_ms": float(np.percentile(seconds, 95)), "characters": characters}


def _stages(own: Tagger, texts: Sequence[str]) -> dict[str, float]:
    """Each stage's share of the processor time, 0 to 1."""
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            start = time.process_time()
            try:
                return function(*given)
            finally:
                spent[name] += time.process_time() - start

        return call

    class Network:
        """The backend with a clock."""

        name, multiple, batch_tokens = own._backend.name, own._backend.multiple, own._backend.batch_tokens
        __call__ = staticmethod(timed("network", own._backend))

    tokenizer = own.tokenizer
    clocked = own.with_backend(Network())
    with contextlib.ExitStack() as stack:
        for name in _STAGES:
            stack.enter_context(patch.object(tagger, name, timed(name, getattr(tagger, name))))
        stack.enter_context(patch.object(type(tokenizer), "__call__", timed("clean_and_tokenise", type(tokenizer).__call__)))
        start = time.process_time()
        list(clocked.predict_many(texts))
        whole = time.process_time() - start
    shares = {name: seconds / whole for name, seconds in sorted(spent.items())}
    return {**shares, "other": 1 - sum(shares.values())}


def _against(own: Tagger, peers: Sequence[Peer], texts: Sequence[str], rounds: int) -> list[dict[str, Any]]:
    """Peers that are installed, in turns with the tagger: their figures, and how many times as quick the tagger is."""
    results = []
    for peer in peers:
        try:
            find = peer.load(importlib.import_module(peer.package))
        except ImportError:
            results.append({"name": peer.name, "missing": "pip install 'bulletin-ner[peers]'"})
            continue
        pairs = list(_turns(own, lambda given, find=find: [list(find(text)) for text in given], texts, rounds))  # type: ignore[misc]
        found: dict[str, Any] = {"name": peer.name, "version": importlib.metadata.version(peer.package.replace("_", "-"))}
        found |= _figures(texts, [theirs for _, theirs in pairs])
        found["own"] = _figures(texts, [ours for ours, _ in pairs])
        found["times_as_quick"] = median(theirs[0] / ours[0] for ours, theirs in pairs)
        found["times_as_quick_cpu"] = median(theirs[1] / ours[1] for ours, theirs in pairs)
        results.append(found)
    return results


def _turns(own: Tagger, read: Reader, texts: Sequence[str], rounds: int) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    read(texts[:1])
    for _ in range(rounds):
        yield _time(lambda given: list(own.predict_many(given)), texts), _time(read, texts)


def as_text(result: dict[str, Any]) -> str:
    """The figures for a reader."""
    start, speed, latency = result["start"], result["throughput"], result["latency"]
    computer = result["machine"]
    lines = [
        f"{result['model']}, windows of {result['window']} tokens with {result['context']} before, {result['threads']} threads, "
        f"{result['characters']} characters in {result['texts']} texts",
        f"{computer['processor']}, {computer['cores']} cores, load {computer['load']}, Python {computer['python']}, {result['date']}",
        f"throughput    {speed['characters_per_second']:.0f} characters a second, {speed['characters_per_cpu']:.0f} a second of one core",
        f"latency       {latency['p50_ms']:.0f} ms (p50), {latency['p95_ms']:.0f} ms (p95) for {latency['characters']:.0f} characters",
        f"start         {start['seconds']:.2f} s to the first result, {start['cpu']:.2f} s of the processor, {start['peak_mib']:.0f} MiB",
        "stages        " + ", ".join(f"{name} {share:.1%}" for name, share in result["stages"].items()),
    ]
    for peer in result.get("peers", ()):
        if "missing" in peer:
            lines.append(f"{peer['name']}: not installed ({peer['missing']})")
        else:
            lines.append(
                f"{peer['name']} {peer['version']}: {peer['characters_per_second']:.0f} characters a second; "
                f"bulletin_ner is {peer['times_as_quick']:.2f} times as quick ({peer['times_as_quick_cpu']:.2f} by processor time)"
            )
    return "\n".join(lines)


def plot(result: dict[str, Any], path: Path) -> None:
    """Speeds and stages as a picture; an ImportError says how to get matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("a plot needs matplotlib: pip install 'bulletin-ner[report]'") from error
    figure = Figure(figsize=(8, 4), layout="constrained")
    speeds, stages = figure.subplots(2, 1)
    bars = {"bulletin_ner": result["throughput"]["characters_per_second"]}
    bars |= {peer["name"]: peer["characters_per_second"] for peer in result.get("peers", ()) if "missing" not in peer}
    speeds.barh(list(bars), list(bars.values()))
    speeds.set_xlabel("characters a second")
    left = 0.0
    for name, share in result["stages"].items():
        stages.barh(["stages"], [share], left=left, label=name)
        left += share
    stages.set_xlabel("share of the processor time")
    stages.legend(ncols=3, fontsize="small")
    figure.suptitle(f"{result['machine']['processor']}, {result['threads']} threads, {result['date']}")
    figure.savefig(path)
