"""Where a simulator keeps its documents: TinyDB, with writes that cost no more because there are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from tinydb import TinyDB
from tinydb.table import Document
from tinydb.table import Table as TinyTable

from simulators.kit.json_types import Json
from simulators.kit.storage.change_log import Change, ChangeLog
from simulators.kit.storage.indexed_table import deep_copy

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from simulators.kit.storage.indexed_table import IndexedTable


class Copy(Document):
    """A document as read: the reader's own."""

    def __init__(self, value: Json, doc_id: int) -> None:
        super().__init__(deep_copy(value), doc_id)


class Changes(MutableMapping[str, Json]):
    """What TinyDB's updaters see in place of a copy of the whole table: it notes what they touch."""

    def __init__(self, documents: dict[str, Json]) -> None:
        self._documents = documents
        self._touched: dict[str, Json | None] = {}

    def made(self, table: str) -> list[Change]:
        """Return what really became different."""
        return [
            Change(table, key, document)
            for key, document in self._touched.items()
            if document != self._documents.get(key)
        ]

    def __getitem__(self, key: str) -> Json:
        if key not in self._touched:
            self._touched[key] = deep_copy(self._documents[key])
        document = self._touched[key]
        if document is None:
            raise KeyError(key)
        return document

    def __setitem__(self, key: str, document: Json) -> None:
        self._touched[key] = deep_copy(document)

    def __delitem__(self, key: str) -> None:
        self._touched[key] = None

    def __contains__(self, key: object) -> bool:
        return self._touched[key] is not None if key in self._touched else key in self._documents

    def __iter__(self) -> Iterator[str]:
        return (key for key in [*self._documents, *(self._touched.keys() - self._documents.keys())] if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Table(TinyTable):
    """A TinyDB table keyed by each document's own `id`, with ways to read that cost the same at any size."""

    document_class = Copy  # type: ignore[assignment] # it asks for the class itself, a subclass will do
    document_id_class = str  # type: ignore[assignment] # our ids are Stripe's and our neighbours'
    _storage: ChangeLog

    def put(self, document: Json) -> Json:
        """Store under its `id`, in place of what was there; return it."""
        self._storage.change([Change(self.name, document["id"], deep_copy(document))])
        return document

    def find(self, document_id: str | None) -> Json | None:
        """Return the document of this id, or None."""
        with self._storage.lock:
            document = self._rows.documents.get(document_id or "")
            return None if document is None else deep_copy(document)

    def drop(self, document_id: str) -> None:
        """Take one away; nothing happens if it is not there."""
        if document_id in self._rows.documents:
            self._storage.change([Change(self.name, document_id, None)])

    def drop_oldest(self, field: str, until: float) -> list[Json]:
        """Take away the oldest ones if this field is not above `until`, two at most: a little with every write."""
        with self._storage.lock:
            oldest = islice(self._rows.walk(None, None, newest_first=False, start=None), 2)
            gone = [found for each in oldest if (found := self._rows.documents[each])[field] <= until]
            self._storage.change(Change(self.name, each["id"], None) for each in gone)
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

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._storage.lock:
            changes = Changes(self._rows.documents)
            updater(changes)
            self._storage.change(changes.made(self.name))


class Database(TinyDB):
    """TinyDB with our table."""

    table_class = Table


class Store:
    """All tables of one simulator, and the one lock under which a route reads, checks and writes."""

    def __init__(self, path: Path | None = None) -> None:
        self._log = ChangeLog(path)
        self.lock = self._log.lock
        self._database = Database(storage=lambda: self._log)
        self._depth = 0

    def table(self, name: str) -> Table:
        """Return the table of this name; it exists from its first document on."""
        table = self._database.table(name, cache_size=0)
        assert isinstance(table, Table)  # noqa: S101 - Database.table_class says so
        return table

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
