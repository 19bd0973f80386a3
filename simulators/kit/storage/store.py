"""The documents of a simulator: TinyDB, with writes that cost no more because there are many."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, cast

from tinydb import TinyDB
from tinydb.table import Document
from tinydb.table import Table as TinyTable

from simulators.kit.http.validation import Shape
from simulators.kit.json_types import Json
from simulators.kit.storage.change_log import ChangeLog, DocumentChange
from simulators.kit.storage.indexed_table import IndexedTable, deep_copy


class Copy(Document):
    """A document as read: the reader's own."""

    def __init__(self, value: Json, doc_id: int) -> None:
        super().__init__(deep_copy(value), doc_id)


class DocumentTable(TinyTable):
    """A TinyDB table by each document's own `id`; what is written, or found by a field, costs the same at any size."""

    document_class = Copy  # type: ignore[assignment] # it asks for the class itself, a subclass will do
    document_id_class = str  # type: ignore[assignment] # our ids are Stripe's and our neighbours'
    _storage: ChangeLog

    def put(self, document: Json) -> Json:
        """Store under its `id`, in place of what was there; return it."""
        self._storage.change([DocumentChange(self.name, document["id"], deep_copy(document))])
        return document

    def find(self, document_id: str | None) -> Json | None:
        """Return the document of this id, or None."""
        with self._storage.lock:
            document = self._rows.documents.get(document_id or "")
            return None if document is None else deep_copy(document)

    def drop(self, document_id: str) -> None:
        """Take one away; nothing happens if it is not there."""
        if document_id in self._rows.documents:
            self._storage.change([DocumentChange(self.name, document_id, None)])

    def drop_oldest(self, field: str, until: float) -> list[Json]:
        """Take away the oldest ones if this field is not above `until`, two at most: a little with every write."""
        with self._storage.lock:
            oldest = islice(self._rows.walk(None, None, newest_first=False, start=None), 2)
            gone = [found for each in oldest if (found := self._rows.documents[each])[field] <= until]
            self._storage.change(DocumentChange(self.name, each["id"], None) for each in gone)
        return gone

    def newest(self, older_than: str | None = None, **equals: Hashable) -> Iterator[Json]:
        """Yield those whose fields equal these, newest first, from the one after `older_than`."""
        return self._walk(equals, newest_first=True, start=older_than)

    def oldest(self, newer_than: str | None = None, **equals: Hashable) -> Iterator[Json]:
        """Yield those whose fields equal these, oldest first, from the one after `newer_than`."""
        return self._walk(equals, newest_first=False, start=newer_than)

    def first(self, **equals: Hashable) -> Json | None:
        """Return the oldest of those whose fields equal these, or None."""
        return next(self._walk(equals, newest_first=False, start=None), None)

    def _walk(self, equals: dict[str, Hashable], *, newest_first: bool, start: str | None) -> Iterator[Json]:
        field, value = next(iter(equals.items()), (None, None))
        documents = self._rows.documents
        for found in self._rows.walk(field, value, newest_first=newest_first, start=start):
            document = documents[found]
            if all(document.get(name) == wanted for name, wanted in equals.items()):
                yield deep_copy(document)

    @property
    def _rows(self) -> IndexedTable:
        return self._storage.tables[self.name]

    def _update_table(self, updater: Callable[[Any], None]) -> NoReturn:
        """Refuse TinyDB's own ways to write, which write the whole table each time."""
        raise NotImplementedError("put and drop write one document")


class Store:
    """All tables of one simulator, and the one lock under which a route reads, checks and writes."""

    def __init__(self, path: Path | None = None, shapes: Mapping[str, Shape] = MappingProxyType({})) -> None:
        """Open the file, or raise UnreadableState and leave it as it is; `shapes` says what documents must have."""
        self._log = ChangeLog(path, shapes)
        self.lock = self._log.lock
        self._database = TinyDB(storage=lambda: self._log)
        self._database.table_class = DocumentTable
        self._depth = 0

    def table(self, name: str) -> DocumentTable:
        """Return the table of this name; it exists from its first document on."""
        return cast("DocumentTable", self._database.table(name, cache_size=0))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock; what is written inside is kept whole at the end, or undone when an exception leaves."""
        with self.lock:
            self._depth += 1
            if self._depth == 1:
                self._log.begin()
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._log.rollback()
                raise
            else:
                if self._depth == 1:
                    self._log.commit()
            finally:
                self._depth -= 1

    def export(self) -> dict[str, list[Json]]:
        """Return everything as one ordinary JSON document: tables, each a list in order of arrival."""
        with self.lock:
            return {
                name: [deep_copy(each) for each in table.values()] for name, table in self._log.read().items() if table
            }

    def counts(self) -> dict[str, int]:
        """Return how many documents each table holds."""
        with self.lock:
            return {name: len(table) for name, table in self._log.read().items()}

    def load(self, tables: Mapping[str, Iterable[Json]]) -> None:
        """Replace everything by what an export returned."""
        with self.lock:
            self._log.write({name: {each["id"]: deep_copy(each) for each in rows} for name, rows in tables.items()})

    def reset(self) -> None:
        """Forget everything."""
        self.load({})

    def close(self) -> None:
        """Let go of the file, if there is one."""
        self._database.close()
