"""What a long run says on standard error: faults, notes and, on a terminal, its progress."""

from __future__ import annotations

import sys
from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bulletin_ner.intake import Document, Fault


class Reporter:
    """Counts what was read, prints each fault as one line, and sums up the encodings that were guessed."""

    def __init__(self, total: int | None) -> None:
        """``total``: the number of documents, None where it is not known."""
        self.faults = 0
        self.results = 0
        self._detected: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False, emoji=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=self._console, transient=True, disable=not sys.stderr.isatty())
        self._task = self._progress.add_task("reading", total=total)

    def __enter__(self) -> Reporter:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def fault(self, fault: Fault) -> None:
        self.faults += 1
        self.say(str(fault))
        self._progress.advance(self._task)

    def result(self, document: Document) -> None:
        self.results += 1
        if not document.text.strip():
            self.say(f"note: {document.name}: empty, and so is its result; if that is a failed download, fetch it anew")
        if document.encoding_detected:
            self._detected.setdefault(document.encoding, document.name)
            self._counts[document.encoding] += 1
        self._progress.advance(self._task)

    def say(self, message: str) -> None:
        """One line; beside the progress bar where there is one."""
        if self._progress.disable:
            sys.stderr.write(message + "\n")
            sys.stderr.flush()
        else:
            self._console.print(message)

    def sum_up(self) -> None:
        """What was assumed, and how much failed."""
        for encoding, name in self._detected.items():
            self.say(f"note: {self._counts[encoding]} read as {encoding}, which was detected, such as {name}; if wrong, say --encoding")
        if self.faults:
            self.say(f"{self.faults} not read, {self.results} read")
