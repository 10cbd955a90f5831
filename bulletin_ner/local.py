"""Reading documents on this machine, in this process or in several: streamed, in order, one bad document costing no other."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from bulletin_ner import load, model_folder
from bulletin_ner.intake import Document, Fault
from bulletin_ner.output import Result
from bulletin_ner.saved import ModelError, verify_checksums
from bulletin_ner.tagger import Tagger

_BATCH, _BATCH_CHARACTERS = 32, 60_000


@dataclass(frozen=True)
class Model:
    """Which model reads, as `bulletin_ner.load` takes it."""

    name: str = "default"
    backend: str = "onnx"
    min_score: float | None = None
    threads: int = 0

    def folder(self) -> Path:
        return model_folder(self.name)

    def check(self) -> str:
        """Compare every file with its checksum; returns name and version as in a Bulletin. A ModelError names the bad part.

        Reading all of it takes about an eighth of the time that loading takes.
        """
        return verify_checksums(self.folder())

    def load(self) -> Tagger:
        return load(self.name, self.backend, self.min_score, self.threads)


def predict_documents(items: Iterable[Document | Fault], model: Model, jobs: int = 1) -> Iterator[Result | Fault]:
    """The documents' results as they come, in order, with ``jobs`` processes; a Fault passes through in its place.

    A document that the reader fails on becomes a Fault. Memory holds a few batches. A ModelError says why the model cannot be loaded.
    """
    if jobs == 1:
        yield from predict_with(model.load(), items)
        return
    share = model if model.threads else Model(model.name, model.backend, model.min_score, max(1, (os.cpu_count() or 1) // jobs))
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of the parent's threads
    pool = ProcessPoolExecutor(jobs, context, initializer=_start_worker)
    try:
        running: deque[Future[list[Result | Fault]]] = deque()
        for batch in _batches(items):
            running.append(pool.submit(_work, share, batch))
            if len(running) > 2 * jobs:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()
    except BrokenProcessPool as error:
        raise ModelError("a reading process died, most likely for want of memory; give fewer --jobs") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def predict_with(tagger: Tagger, items: Iterable[Document | Fault]) -> Iterator[Result | Fault]:
    """The same in this process, with a tagger that is loaded."""
    for batch in _batches(items):
        yield from _read(tagger, batch)


def _batches(items: Iterable[Document | Fault]) -> Iterator[list[Document | Fault]]:
    batch: list[Document | Fault] = []
    characters = 0
    for item in items:
        batch.append(item)
        characters += len(item.text) if isinstance(item, Document) else 0
        if len(batch) >= _BATCH or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _read(tagger: Tagger, batch: Sequence[Document | Fault]) -> list[Result | Fault]:
    documents = [item for item in batch if isinstance(item, Document)]
    try:
        found = tagger.read_dated([document.text for document in documents], [document.reference_date for document in documents])
        bulletins = (bulletin for bulletin, _ in found)
        return [Result(item, next(bulletins)) if isinstance(item, Document) else item for item in batch]
    except Exception:  # one document must not cost the others: each again, alone
        return [_read_one(tagger, item) if isinstance(item, Document) else item for item in batch]


def _read_one(tagger: Tagger, document: Document) -> Result | Fault:
    try:
        return Result(document, tagger.predict(document.text, document.reference_date))
    except MemoryError:
        return Fault(document.name, "not enough memory to read it; split it")
    except Exception as error:
        return Fault(document.name, f"the reader failed on it ({type(error).__name__}: {error}); please report it with the text")


def _start_worker() -> None:
    """Ctrl-C is the parent's to handle; and when the parent is killed, nobody is left to stop a worker but itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _work(model: Model, batch: Sequence[Document | Fault]) -> list[Result | Fault]:
    return _read(_tagger(model), batch)


@functools.lru_cache(maxsize=1)
def _tagger(model: Model) -> Tagger:
    return model.load()
