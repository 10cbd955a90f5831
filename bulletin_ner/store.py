"""A store of what was read: one SQLite or DuckDB file, tables with keys, every bulletin once. See docs/store.md."""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import Any

from bulletin_ner.days import day_of, week_of
from bulletin_ner.intake import Document, Fault
from bulletin_ner.output import Result
from bulletin_ner.rows import Row, entity_row, measure_row, record_row
from bulletin_ner.schema import Bulletin, Post
from bulletin_ner.sinks import OutputError

FORMAT = 3
SQLITE_SUFFIXES = (".sqlite", ".db")
DUCKDB_SUFFIXES = (".duckdb",)

# The order is that of insertion: a row comes after those that its keys refer to. `start` and `end` are words of SQL, so offsets have
# longer names here. Lists are JSON text, for want of a list type that both engines have. Weeks and days are worked out before they are
# stored, by the rules of the report, for which the engines' functions of dates differ.
_TABLES = {
    "documents": """
        document TEXT PRIMARY KEY, language TEXT NOT NULL, reference_date TEXT, week TEXT, model TEXT NOT NULL, text TEXT NOT NULL""",
    "sources": """
        document TEXT NOT NULL REFERENCES documents (document), source TEXT NOT NULL, PRIMARY KEY (document, source)""",
    "entities": """
        document TEXT NOT NULL REFERENCES documents (document), id INTEGER NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL,
        start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, score DOUBLE NOT NULL, value_low DOUBLE, value_high DOUBLE, date TEXT,
        modifier TEXT, unit TEXT, indicator TEXT, aspect TEXT, kind TEXT, code TEXT, name TEXT, level TEXT, parents TEXT NOT NULL,
        candidates TEXT NOT NULL, person INTEGER, PRIMARY KEY (document, id)""",
    "roles": """
        document TEXT NOT NULL, entity INTEGER NOT NULL, id INTEGER NOT NULL, role TEXT NOT NULL, body TEXT, place TEXT, place_code TEXT,
        PRIMARY KEY (document, entity, id), FOREIGN KEY (document, entity) REFERENCES entities (document, id)""",
    "measures": """
        document TEXT NOT NULL REFERENCES documents (document), id INTEGER NOT NULL, label TEXT NOT NULL, score DOUBLE NOT NULL,
        start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (document, id)""",
    "records": """
        document TEXT NOT NULL REFERENCES documents (document), id INTEGER NOT NULL, indicator TEXT NOT NULL, aspect TEXT NOT NULL,
        value_low DOUBLE, value_high DOUBLE, modifier TEXT NOT NULL, unit TEXT, place TEXT, place_code TEXT, date TEXT, day TEXT,
        disease TEXT, origin TEXT, entity INTEGER, place_entity INTEGER, date_entity INTEGER, start_offset INTEGER NOT NULL,
        end_offset INTEGER NOT NULL, score DOUBLE NOT NULL, PRIMARY KEY (document, id),
        FOREIGN KEY (document, entity) REFERENCES entities (document, id),
        FOREIGN KEY (document, place_entity) REFERENCES entities (document, id),
        FOREIGN KEY (document, date_entity) REFERENCES entities (document, id)""",
    "warnings": """
        document TEXT NOT NULL REFERENCES documents (document), id INTEGER NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
        records TEXT NOT NULL, PRIMARY KEY (document, id)""",
}
_TOPIC = "coalesce(disease, ''), indicator, aspect, coalesce(place_code, place), coalesce(origin, ''), day"
_VIEWS = {
    "figures": """
        SELECT records.*, documents.language, documents.reference_date, documents.week, documents.model,
        substr(documents.text, start_offset + 1, end_offset - start_offset) AS sentence
        FROM records JOIN documents ON records.document = documents.document""",
    # What the report plots: of a figure told several times that of the latest moment counts, then of the latest bulletin; in one sentence
    # the first.
    "daily": f"""
        WITH told AS (
            SELECT *, row_number() OVER (PARTITION BY document, start_offset, {_TOPIC} ORDER BY id) AS nth FROM figures
            WHERE day IS NOT NULL AND place IS NOT NULL AND value_low = value_high
        ),
        ranked AS (
            SELECT *, row_number() OVER (
                PARTITION BY {_TOPIC} ORDER BY substr(date, instr(date, '/') + 1) DESC, coalesce(reference_date, '') DESC, document, id
            ) AS rank FROM told WHERE nth = 1
        )
        SELECT disease, indicator, aspect, place, place_code, origin, day, value_low AS value, modifier, document, id
        FROM ranked WHERE rank = 1""",
}
_PARAMETERS = 4000


class StoreError(OutputError, ValueError):
    """A store that cannot be used; the message names the file and the remedy."""


def document_key(text: str, reference_date: str | None, model: str) -> str:
    """What makes a bulletin the same: its text, its reference date and the model that read it; SHA-256 in hexadecimal."""
    return hashlib.sha256(json.dumps([text, reference_date, model]).encode()).hexdigest()


class Store:
    """An open store. Every `add` is one transaction: a kill at any moment leaves whole bulletins only.

    ``connection`` is a sqlite3 or duckdb connection, for whoever wants more than `query`.
    """

    def __init__(self, path: Path) -> None:
        """Open ``path``, made anew where there is none. The suffix decides: .sqlite and .db, or .duckdb (extra 'store')."""
        self.path = path
        self.connection, self._errors = _connect(path)
        try:
            self._prepare()
        except self._errors as error:
            self.connection.close()
            raise StoreError(f"{path}: cannot be read as a store ({error}); give another file") from error
        except StoreError:
            self.connection.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def query(self, sql: str) -> list[tuple]:
        """The rows of an SQL query."""
        return list(self.connection.execute(sql).fetchall())

    def known(self, keys: Sequence[str]) -> set[str]:
        """Which of these documents (`document_key`) are in the store."""
        places = ", ".join("?" * len(keys))
        return {key for (key,) in self.connection.execute(f"SELECT document FROM documents WHERE document IN ({places})", keys).fetchall()}

    def add_sources(self, sources: Sequence[tuple[str, str]]) -> None:
        """Note where bulletins that are in the store were met (again): pairs of a document's key and a source."""
        with self._transaction():
            self._insert("sources", sources)

    def add(self, named: Sequence[tuple[str, Bulletin]]) -> int:
        """Add bulletins, each with the name of its source, in one transaction; returns how many were new.

        A bulletin that is there already gets the new source only. After an error nothing of this call is in the store.
        """
        rows: dict[str, list[tuple]] = {table: [] for table in _TABLES}
        keys = [document_key(bulletin.text, bulletin.reference_date, bulletin.model) for _, bulletin in named]
        known, new = self.known(keys), set[str]()
        for key, (source, bulletin) in zip(keys, named, strict=True):
            if key not in new and key not in known:
                new.add(key)
                _collect(rows, key, bulletin)
            rows["sources"].append((key, source))
        with self._transaction():
            for table, values in rows.items():
                self._insert(table, values)
        return len(new)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException as error:
            with suppress(self._errors):  # some faults have rolled back already
                self.connection.execute("ROLLBACK")
            if isinstance(error, (self._errors, UnicodeError)):
                raise StoreError(f"{self.path}: {error}; nothing of this step was written, the rest is whole") from error
            raise

    def _insert(self, table: str, rows: Sequence[tuple]) -> None:
        """Several rows a statement: one row each is slow in DuckDB."""
        size = max(1, _PARAMETERS // len(rows[0])) if rows else 1
        for first in range(0, len(rows), size):
            chunk = rows[first : first + size]
            places = ", ".join(["(" + ", ".join("?" * len(chunk[0])) + ")"] * len(chunk))
            again = " ON CONFLICT DO NOTHING" if table == "sources" else ""
            self.connection.execute(f"INSERT INTO {table} VALUES {places}{again}", [value for row in chunk for value in row])

    def _prepare(self) -> None:
        found = {name for (name,) in self.query(_LIST_TABLES[isinstance(self.connection, sqlite3.Connection)])}
        if "bulletin_store" in found:
            ((version,),) = self.query("SELECT format FROM bulletin_store")
            if version == 2:
                self._add_posts()
            elif version != FORMAT:
                raise StoreError(f"{self.path}: a store of format {version}, this version keeps {FORMAT}; give another file")
            return
        if found:
            raise StoreError(f"{self.path}: a database with other tables ({', '.join(sorted(found)[:3])}); give another file")
        with self._transaction():
            for name, columns in _TABLES.items():
                self.connection.execute(f"CREATE TABLE {name} ({columns})")
            for name, selection in _VIEWS.items():
                self.connection.execute(f"CREATE VIEW {name} AS {selection}")
            self.connection.execute(f"CREATE TABLE bulletin_store AS SELECT {FORMAT} AS format")

    def _add_posts(self) -> None:
        """From format 2, whose roles had no body and place; they are told of new bulletins only."""
        with self._transaction():
            for name in _POST:
                self.connection.execute(f"ALTER TABLE roles ADD COLUMN {name} TEXT")
            self.connection.execute(f"UPDATE bulletin_store SET format = {FORMAT}")


_LIST_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table'",
    False: "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'",
}


class StoreSink:
    """A `sinks.Sink` that fills a store, ``batch`` bulletins a transaction, and passes over what the store knows."""

    def __init__(self, store: Store, model: str, batch: int = 32) -> None:
        """``model``: name and version as in a Bulletin."""
        self.added = self.known = 0
        self._store = store
        self._model = model
        self._batch = batch
        self._waiting: list[tuple[str, Bulletin]] = []

    def unread(self, items: Iterable[Document | Fault]) -> Iterator[Document | Fault]:
        """The items without the documents that are in the store, which get their source noted there; Faults pass through."""
        for item in items:
            if isinstance(item, Document):
                key = document_key(item.text, item.reference_date, self._model)
                if self._store.known([key]):
                    self._store.add_sources([(key, item.name)])
                    self.known += 1
                    continue
            yield item

    def done(self, source: str, id: str) -> bool:
        return False  # the text decides, not its name

    def write(self, result: Result) -> None:
        self._waiting.append((result.document.name, result.bulletin))
        if len(self._waiting) >= self._batch:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._store.close()

    def discard(self) -> None:
        """Keep what was read: its bulletins are whole."""
        with suppress(StoreError):
            self._flush()
        self._store.close()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        new = self._store.add(waiting)
        self.added += new
        self.known += len(waiting) - new


def _connect(path: Path) -> tuple[Any, type[Exception]]:
    if path.suffix in SQLITE_SUFFIXES:
        try:
            connection = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: {error}; the folder must be there and writable") from error
        connection.execute("PRAGMA foreign_keys = ON")
        return connection, sqlite3.Error
    if path.suffix in DUCKDB_SUFFIXES:
        try:
            import duckdb
        except ImportError as error:
            raise StoreError(f"{path} needs DuckDB: pip install 'bulletin-ner[store]', or name the file .sqlite") from error
        try:
            return duckdb.connect(str(path)), duckdb.Error
        except duckdb.Error as error:
            raise StoreError(f"{path}: {str(error).splitlines()[0]}; close the program that has it open, or give another file") from error
    raise StoreError(f"{path}: the name of a store ends in {', '.join((*SQLITE_SUFFIXES, *DUCKDB_SUFFIXES))}")


def _collect(rows: dict[str, list[tuple]], key: str, bulletin: Bulletin) -> None:
    published = datetime.date.fromisoformat(bulletin.reference_date[:10]) if bulletin.reference_date else None
    week = week_of(published, (record.date for record in bulletin.records))
    rows["documents"].append((key, bulletin.language, bulletin.reference_date, week, bulletin.model, bulletin.text))
    for entity in bulletin.entities:
        row = entity_row(entity)
        rows["entities"].append((key, *_values(row, _ENTITY)))
        posts = entity.posts or [Post(role, None, None, None) for role in entity.roles]
        rows["roles"] += [(key, entity.id, number, *astuple(post)) for number, post in enumerate(posts)]
    for number, measure in enumerate(bulletin.measures):
        rows["measures"].append((key, number, *_values(measure_row(measure), _MEASURE)))
    for number, record in enumerate(bulletin.records):
        day, _ = day_of(record.date, record.aspect)
        row = {**record_row(record), "day": day.isoformat() if day else None}
        rows["records"].append((key, number, *_values(row, _RECORD)))
    for number, warning in enumerate(bulletin.warnings):
        rows["warnings"].append((key, number, warning.kind, warning.message, json.dumps(warning.records)))


_ENTITY = (
    "id type text start end score value_low value_high date modifier unit indicator aspect kind code name level parents candidates person"
).split()
_POST = ("body", "place", "place_code")
_MEASURE = "label score start end text".split()
_RECORD = (
    "indicator aspect value_low value_high modifier unit place place_code date day disease origin entity place_entity date_entity start end"
    " score"
).split()


def _values(row: Row, names: Sequence[str]) -> list[Any]:
    values = (row[name] for name in names)
    return [json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value for value in values]
