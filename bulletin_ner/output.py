"""Results as they stream out: each format's text, piece by piece, with the ids and sources of the documents."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Protocol

from bulletin_ner.describe import spreadsheet_cell
from bulletin_ner.exporters import as_conll, as_table
from bulletin_ner.html_view import as_html
from bulletin_ner.intake import Document
from bulletin_ner.schema import Bulletin, Entity

_ENTITY_COLUMNS = tuple(field.name for field in fields(Entity))
# "id" is the entity's number in its bulletin; "document" is the id that came in.
_CSV_COLUMNS = ("source", "document", *_ENTITY_COLUMNS)


@dataclass(frozen=True)
class Result:
    """A document and what was read out of it."""

    document: Document
    bulletin: Bulletin

    def to_dict(self) -> dict[str, Any]:
        """The Bulletin's JSON object with id, source, title, encoding and reference_date_source before its keys."""
        document = self.document
        return {
            "id": document.id,
            "source": document.source,
            "title": document.title,
            "encoding": document.encoding,
            "reference_date_source": document.reference_date_source,
        } | self.bulletin.to_dict()


class Renderer(Protocol):
    """Turns results into one text: its pieces put together, `end` the last, are the whole output."""

    def add(self, result: Result) -> str: ...

    def end(self) -> str: ...


class JsonRenderer:
    """One object for one result, an array for any other number."""

    def __init__(self) -> None:
        self._first: str | None = None
        self._count = 0

    def add(self, result: Result) -> str:
        self._count += 1
        text = json.dumps(result.to_dict(), ensure_ascii=False, indent=1)
        if self._count == 1:
            self._first = text
            return ""
        before = f"[\n {_indented(self._first)}" if self._first is not None else ""
        self._first = None
        return f"{before},\n {_indented(text)}"

    def end(self) -> str:
        if self._count < 2:
            return (self._first or "[]") + "\n"
        return "\n]\n"


class PieceRenderer:
    """Formats whose results stand one after the other, with something between them."""

    def __init__(self, piece: Callable[[Result], str], between: str = "") -> None:
        self._piece = piece
        self._between = between
        self._started = False

    def add(self, result: Result) -> str:
        before = self._between if self._started else ""
        self._started = True
        return before + self._piece(result)

    def end(self) -> str:
        return ""


class CsvRenderer:
    """One row for each entity under one header; cells that a spreadsheet would run as a formula get a leading apostrophe."""

    def __init__(self) -> None:
        self._header = _csv_line(_CSV_COLUMNS)

    def add(self, result: Result) -> str:
        document = result.document
        rows = [
            _csv_line((document.source, document.id, *(getattr(entity, column) for column in _ENTITY_COLUMNS)))
            for entity in result.bulletin.entities
        ]
        return self._take_header() + "".join(rows)

    def end(self) -> str:
        return self._take_header()

    def _take_header(self) -> str:
        header, self._header = self._header, ""
        return header


class HtmlRenderer:
    """One page with all results. It keeps them until its end; for many results give --output a folder."""

    def __init__(self) -> None:
        self._named: list[tuple[str, Bulletin]] = []

    def add(self, result: Result) -> str:
        self._named.append((result.document.name, result.bulletin))
        return ""

    def end(self) -> str:
        return as_html(self._named)


def json_line(result: Result) -> str:
    """The result as one line of JSON."""
    return json.dumps(result.to_dict(), ensure_ascii=False) + "\n"


RENDERERS: dict[str, Callable[[], Renderer]] = {
    "table": lambda: PieceRenderer(lambda result: as_table([(result.document.name, result.bulletin)]), "\n"),
    "json": JsonRenderer,
    "jsonl": lambda: PieceRenderer(json_line),
    "csv": CsvRenderer,
    "conll": lambda: PieceRenderer(lambda result: as_conll([(result.document.name, result.bulletin)])),
    "html": HtmlRenderer,
}


def _indented(text: str) -> str:
    return text.replace("\n", "\n ")  # a line break inside a JSON string is written \\n


def _csv_line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([spreadsheet_cell(cell) for cell in cells])
    return out.getvalue()
