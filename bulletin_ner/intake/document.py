"""What intake hands on: a Document with its provenance, or a Fault; and the Options that say how to read."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from bulletin_ner.normalisation.dates import parse_reference

INPUT_FORMATS = ("auto", "text", "html", "jsonl", "csv", "tsv", "parquet")
MAX_BYTES = 10_000_000


class InputError(ValueError):
    """An input that cannot be read; the message gives the reason and the remedy, the caller knows the place."""


@dataclass(frozen=True)
class Document:
    """One text to read.

    ``source`` is the input as the caller named it ("-" for standard input), ``id`` the row's id in a table and the source elsewhere.
    ``encoding`` is the codec that the text was decoded with, ``encoding_detected`` whether nothing but the bytes told it.
    ``reference_date`` is an ISO 8601 day or None; ``reference_date_source`` is given, column, byline, metadata or url.
    """

    source: str
    id: str
    text: str
    encoding: str
    encoding_detected: bool = False
    title: str | None = None
    reference_date: str | None = None
    reference_date_source: str | None = None

    @property
    def name(self) -> str:
        """The source, with the id behind it where the source holds several documents."""
        return self.source if self.id == self.source else f"{self.source}#{self.id}"


@dataclass(frozen=True)
class Fault:
    """An input, or a part of one, that could not be read: the place, the reason and the remedy, in one line."""

    source: str
    message: str

    def __str__(self) -> str:
        line = " ".join(f"{self.source}: {self.message}".split())
        return line.encode("utf-8", "backslashreplace").decode("utf-8")  # names and headers may hold bytes that are no characters


@dataclass(frozen=True)
class Options:
    """How inputs are read.

    ``text_column`` must be in a table; without ``id_column`` the ids are its column "id" or else the row numbers, without
    ``date_column`` the dates are in "reference_date" where it has that. ``max_bytes`` bounds one text, page or row.
    A ValueError names an option that cannot be.
    """

    input_format: str = "auto"
    encoding: str | None = None
    text_column: str = "text"
    id_column: str | None = None
    date_column: str | None = None
    reference_date: str | None = None
    max_bytes: int = MAX_BYTES

    def __post_init__(self) -> None:
        if self.input_format not in INPUT_FORMATS:
            raise ValueError(f"input format {self.input_format!r} is none of {', '.join(INPUT_FORMATS)}")
        if self.encoding is not None and not _is_text_encoding(self.encoding):
            raise ValueError(f"encoding {self.encoding!r} is not known; write utf-8, utf-16, gb18030, big5 or another of Python's codecs")
        if self.max_bytes < 1:
            raise ValueError(f"max_bytes must be at least 1, not {self.max_bytes}")
        parse_reference(self.reference_date)


def _is_text_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
        b"x".decode(name, "ignore")  # of no bytes at all, anything would do
    except (LookupError, UnicodeError, ValueError):
        return False
    return True
