"""Intake: files, folders, standard input, web pages and tables to Documents, one at a time, each fault said and passed over."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from bulletin_ner.intake.document import INPUT_FORMATS, MAX_BYTES, Document, Fault, InputError, Options
from bulletin_ner.intake.encodings import Decoded, decode
from bulletin_ner.intake.pages import HTML_SUFFIXES, Page, declared_charset, looks_like_html, read_page
from bulletin_ner.intake.publication import Publication, find_publication
from bulletin_ner.intake.sources import STDIN, expand
from bulletin_ner.intake.tables import TABLE_SUFFIXES, Row, read_row, read_rows

__all__ = [
    "INPUT_FORMATS",
    "MAX_BYTES",
    "Document",
    "Fault",
    "InputError",
    "Options",
    "expand",
    "read_documents",
    "read_row",
    "row_document",
]


def read_documents(
    names: Iterable[str | Fault], options: Options, done: Callable[[str, str], bool] = lambda source, id: False
) -> Iterator[Document | Fault]:
    """The documents of the files (`expand` gives them) as they are read, and a Fault for whatever cannot be.

    ``done(source, id)``: whether a document need not be read again. Memory holds one text, page or row at a time.
    """
    for name in names:
        if isinstance(name, Fault):
            yield name
            continue
        kind = _kind(name, options)
        try:
            if kind in TABLE_SUFFIXES.values():
                yield from _read_table(name, kind, options, done)
            elif not done(name, name):
                yield _read_text(name, kind, options)
        except InputError as error:
            yield Fault(name, str(error))
        except OSError as error:
            yield Fault(name, f"{error.strerror or error}; {_remedy(error)}")


def _kind(name: str, options: Options) -> str:
    if options.input_format != "auto":
        return options.input_format
    suffix = Path(name).suffix.lower()
    return "html" if suffix in HTML_SUFFIXES else TABLE_SUFFIXES.get(suffix, "auto")


def _read_text(name: str, kind: str, options: Options) -> Document:
    with _open(name) as file:
        data = file.read(options.max_bytes + 1)
    if len(data) > options.max_bytes:
        raise InputError(f"more than {options.max_bytes} bytes; split it, or raise --max-bytes")
    decoded = decode(data, options.encoding, declared_charset(data) if kind != "text" else None)
    is_page = options.input_format == "html" or (kind == "html" and "<" in decoded.text)
    return _document(name, name, decoded, options, is_page or (kind == "auto" and looks_like_html(decoded.text)))


def _read_table(name: str, kind: str, options: Options, done: Callable[[str, str], bool]) -> Iterator[Document | Fault]:
    with _open(name) as file:
        for row in read_rows(name, file, kind, options):
            if isinstance(row, Fault):
                yield row
            elif not done(name, row.id):
                yield row_document(name, row, options)


def row_document(source: str, row: Row, options: Options) -> Document | Fault:
    """The document of a table's row."""
    decoded = Decoded(row.text, row.encoding, row.detected)
    day = Publication(row.day, "column") if row.day else None
    try:
        return _document(source, row.id, decoded, options, looks_like_html(row.text), day, row.url)
    except InputError as error:
        return Fault(f"{source}#{row.id}", str(error))


def _document(
    source: str, id: str, decoded: Decoded, options: Options, is_page: bool, published: Publication | None = None, url: str | None = None
) -> Document:
    """The document, its text extracted where it is a page. What the caller says of its day comes before what the page says."""
    page = read_page(decoded.text) if is_page else Page(decoded.text, None, decoded.text, None, None)
    if published is None and options.reference_date is not None:
        published = Publication(options.reference_date, "given")
    if published is None:
        published = find_publication(page.shown, page.published, url or page.url)
    day, told = (published.day, published.source) if published else (None, None)
    return Document(source, id, page.text, decoded.encoding, decoded.detected, page.title, day, told)


def _open(name: str) -> BinaryIO:
    return sys.stdin.buffer if name == STDIN else Path(name).open("rb", buffering=1 << 18)


def _remedy(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "make it readable"
    return "check the name and the disk"
