"""Where results go, so that a kill at any moment leaves no half record: standard output, a file, a JSONL file to go on with, a folder."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import sys
import time
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path
from typing import BinaryIO, Protocol

from bulletin_ner.output import RENDERERS, Result, json_line

_SYNC_SECONDS = 1.0
_UNSAFE = re.compile(r"[^\w.-]")


class OutputError(Exception):
    """An output that cannot be written or gone on with; the message names it and the remedy."""


class Sink(Protocol):
    """Takes results in order; then either `close`, or `discard` where the run did not come to its end."""

    def done(self, source: str, id: str) -> bool:
        """Whether a document's result is there from an earlier run; each of several with one id is told once."""

    def write(self, result: Result) -> None: ...

    def close(self) -> None: ...

    def discard(self) -> None: ...


def open_sink(output: Path | None, format: str, resume: bool, model: str) -> Sink:
    """The sink for an --output. An OutputError says why there can be none; nothing that is there is touched before the first result.

    ``model``: name and version, which a resumed file must be of.
    """
    if resume and not (output is not None and (output.is_dir() or format == "jsonl")):
        raise OutputError("--resume goes on with a JSONL file or a folder: give --format jsonl --output FILE, or --output FOLDER")
    if output is None:
        return StreamSink(format)
    if output.is_dir():
        return FolderSink(output, format, resume)
    if output.exists() and not output.is_file():  # a device or a pipe, which cannot be replaced
        return StreamSink(format, output)
    require_folder(output)
    return LinesSink(output, resume, model) if format == "jsonl" else FileSink(output, format)


def require_folder(output: Path) -> None:
    """An OutputError where the folder is not there that an --output would lie in."""
    if not output.parent.is_dir():
        raise OutputError(f"{output}: there is no folder {output.parent}; create it, or choose another --output")


class _RenderedSink(ABC):
    """Writes a format's text piece by piece; nothing is there from an earlier run."""

    def __init__(self, format: str) -> None:
        self._renderer = RENDERERS[format]()

    def done(self, source: str, id: str) -> bool:
        return False

    def write(self, result: Result) -> None:
        self._put(self._renderer.add(result))

    def close(self) -> None:
        self._put(self._renderer.end())

    @abstractmethod
    def _put(self, text: str) -> None: ...


class StreamSink(_RenderedSink):
    """Standard output, or a device or pipe, as UTF-8 whatever the terminal's setting."""

    def __init__(self, format: str, device: Path | None = None) -> None:
        super().__init__(format)
        self._device = device
        self._stream = sys.stdout.buffer if device is None else _open_stream(device)

    def close(self) -> None:
        super().close()
        self.discard()

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush() if self._device is None else self._stream.close()

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text.encode("utf-8"))
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            name = self._device or "standard output"
            raise OutputError(f"{name}: {error.strerror}; free some space, or choose another --output") from error


class FileSink(_RenderedSink):
    """A file that appears, or changes, only when it is whole."""

    def __init__(self, path: Path, format: str) -> None:
        super().__init__(format)
        self._path = path
        self._part = path.with_name(path.name + ".part")
        try:
            self._file = self._part.open("wb")
        except OSError as error:
            raise _unwritable(path, error) from error

    def close(self) -> None:
        super().close()
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._path)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink()

    def _put(self, text: str) -> None:
        try:
            self._file.write(text.encode("utf-8"))
        except OSError as error:
            raise _unwritable(self._path, error) from error


class LinesSink:
    """A JSONL file that grows by whole lines and can be gone on with.

    A line is appended in one write; what a kill or a full disk leaves of one is cut off, at once or at the next resume.
    """

    def __init__(self, path: Path, resume: bool, model: str) -> None:
        self._path = path
        self._found: Counter[tuple[str, str]] = Counter()
        self._end = 0
        self._synced = time.monotonic()
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            if resume:
                self._read(model)
                os.ftruncate(self._descriptor, self._end)
        except OSError as error:
            raise _unwritable(path, error) from error
        self._begun = resume

    def done(self, source: str, id: str) -> bool:
        if not self._found[source, id]:
            return False
        self._found[source, id] -= 1
        return True

    def write(self, result: Result) -> None:
        data = json_line(result).encode("utf-8")
        try:
            self._begin()
            os.lseek(self._descriptor, self._end, os.SEEK_SET)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            self._end += len(data)
            if time.monotonic() - self._synced > _SYNC_SECONDS:
                os.fsync(self._descriptor)
                self._synced = time.monotonic()
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._end)
            raise _unwritable(self._path, error, "then go on with --resume") from error

    def close(self) -> None:
        try:
            self._begin()
            os.fsync(self._descriptor)
            os.close(self._descriptor)
        except OSError as error:
            raise _unwritable(self._path, error, "then go on with --resume") from error

    def discard(self) -> None:
        """The whole lines stay."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _begin(self) -> None:
        if not self._begun:
            os.ftruncate(self._descriptor, 0)
            self._begun = True

    def _read(self, model: str) -> None:
        with os.fdopen(os.dup(self._descriptor), "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return  # what a kill left of the last line
                try:
                    row = json.loads(line)
                    key, own = (row["source"], row["id"]), row["model"]
                except (ValueError, KeyError, TypeError, RecursionError) as error:
                    fault = f"line {number} is no result of this command"
                    raise OutputError(
                        f"{self._path}: {fault}; delete the line to have its document read again, or choose another file"
                    ) from error
                if own != model:
                    raise OutputError(f"{self._path}: begun with the model {own}, not {model}; give that --model, or choose another file")
                self._found[key] += 1
                self._end += len(line)


class FolderSink:
    """A file for each result, whole or not there, named after the document."""

    def __init__(self, folder: Path, format: str, resume: bool) -> None:
        self._folder = folder
        self._format = format
        self._resume = resume
        self._taken: dict[str, tuple[str, str]] = {}
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(f"{folder}: Permission denied; make the folder writable, or choose another --output")

    def done(self, source: str, id: str) -> bool:
        name = self._name(source, id)
        if not (self._resume and (self._folder / name).exists()):
            return False
        self._taken.setdefault(name, (source, id))
        return self._taken[name] == (source, id)

    def write(self, result: Result) -> None:
        document = result.document
        name = self._name(document.source, document.id)
        owner = self._taken.setdefault(name, (document.source, document.id))
        if owner != (document.source, document.id):
            raise NameTaken(f"its result would overwrite that of {owner[0]}, both are called {name!r}; give --output a file")
        sink = FileSink(self._folder / name, self._format)
        try:
            sink.write(result)
            sink.close()
        except BaseException:
            sink.discard()
            raise

    def close(self) -> None:
        pass

    def discard(self) -> None:
        pass

    def _name(self, source: str, id: str) -> str:
        stem = "stdin" if source == "-" else Path(source).stem
        if id != source:
            stem += "-" + _UNSAFE.sub("_", id)[:100]
        return f"{stem}.{'txt' if self._format == 'table' else self._format}"


class NameTaken(ValueError):
    """Two results of one name for a folder; the others can still be written."""


def _open_stream(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError, then: str = "or choose another --output") -> OutputError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    remedy = "free some space" if full else "make it writable"
    return OutputError(f"{path}: {error.strerror or error}; {remedy}, {then}")
