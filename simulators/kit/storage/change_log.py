"""TinyDB's storage for simulators: in memory, and in a file of JSON lines that survives kill -9 when asked for."""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, NamedTuple

from tinydb.storages import Storage

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import Shape, validate_documents
from simulators.kit.json_types import Json
from simulators.kit.storage.indexed_table import IndexedTable


class UnreadableState(Exception):  # noqa: N818 - reads as what happened
    """A state file holds what this version cannot read; it is left as it is."""

    def __init__(self, path: Path, where: str, why: str) -> None:
        super().__init__(f"{path.name} cannot be read, and is left as it is: {where} {why}")


class DocumentChange(NamedTuple):
    """One document put, or (None) taken away: one line of the file."""

    table: str
    id: str
    document: Json | None


class ChangeLog(Storage):
    """Tables in memory; with a path, each change is first a line on disk, and rewritten when mostly history."""

    def __init__(self, path: Path | None = None, shapes: Mapping[str, Shape] = MappingProxyType({})) -> None:
        self.tables: defaultdict[str, IndexedTable] = defaultdict(IndexedTable)
        self.lock = threading.RLock()
        self._path, self._lines = path, 0
        self._file: IO[bytes] | None = None
        self._torn = False
        self._gathering = False
        self._gathered: list[DocumentChange] = []
        self._undo: list[DocumentChange] = []
        if path is not None:
            for change in _changes_in(path):
                self._apply(change)
            self._validate(path, shapes)
            self._rewrite(path)

    def read(self) -> dict[str, dict[str, Any]]:
        """Return the live documents by table: TinyDB's view, not to be changed."""
        return {name: table.documents for name, table in self.tables.items()}

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace everything (reset, import): the one operation that costs as much as there is."""
        tables = defaultdict(IndexedTable, {name: IndexedTable() for name in data})
        for name, documents in data.items():
            for document_id, document in documents.items():
                tables[name].set(document_id, document)
        self.tables = tables
        if self._path is not None:
            self._rewrite(self._path)

    def change(self, changes: Iterable[DocumentChange]) -> None:
        """Make these changes durable, at once or with the transaction they are part of."""
        with self.lock:
            if alone := not self._gathering:
                self.begin()
            for change in changes:
                self._gathered.append(change)
                self._undo.append(self._apply(change))
            if alone:
                self.commit()

    def begin(self) -> None:
        """Gather changes until commit or rollback."""
        self._gathering, self._gathered, self._undo = True, [], []

    def commit(self) -> None:
        """Write what was gathered, all of it or nothing."""
        try:
            self._append(self._gathered)
        except BaseException:
            self.rollback()
            raise
        self._gathering = False

    def rollback(self) -> None:
        """Undo what was gathered, as if it had never been."""
        self._gathering = False
        while self._undo:
            self._apply(self._undo.pop())  # newest first

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            with suppress(OSError):  # what could not be written before cannot be now
                self._file.close()

    def _validate(self, path: Path, shapes: Mapping[str, Shape]) -> None:
        try:
            validate_documents({name: table.documents.values() for name, table in self.tables.items()}, shapes)
        except BadField as wrong:
            raise UnreadableState(path, wrong.field, wrong.why) from None

    def _apply(self, change: DocumentChange) -> DocumentChange:
        table = self.tables[change.table]
        before = table.documents.get(change.id)
        table.set(change.id, change.document)
        return DocumentChange(change.table, change.id, before)

    def _append(self, changes: list[DocumentChange]) -> None:
        if self._file is None or self._path is None or not changes:
            return
        self._lines += len(changes)
        if self._torn or self._lines > 1000 + 4 * sum(len(table.documents) for table in self.tables.values()):
            self._rewrite(self._path)  # the tables hold these changes already
            return
        self._torn = True
        _write(self._file, changes)
        self._torn = False

    def _rewrite(self, path: Path) -> None:
        """Compact: the new file takes the old one's name only when it is whole."""
        changes = [
            DocumentChange(name, document_id, document)
            for name, table in self.tables.items()
            for document_id, document in table.documents.items()
        ]
        self.close()
        self._torn = True
        fresh = path.with_name(path.name + ".new")
        self._file = fresh.open("wb")
        for change in changes:
            self._file.write(_line(change))
        _write(self._file, [])
        fresh.replace(path)
        _sync_folder(path.parent)
        self._lines, self._torn = len(changes), False


def _line(change: DocumentChange, **extra: bool) -> bytes:
    """Return it as people read it; half a character stays the escape that it came as."""
    written = json.dumps(change._asdict() | extra, ensure_ascii=False)
    return written.encode(errors="backslashreplace") + b"\n"


def _write(file: IO[bytes], changes: list[DocumentChange]) -> None:
    """Append one transaction; all lines but its last say that more belongs to it."""
    file.write(b"".join([_line(change, more=True) for change in changes[:-1]] + [_line(c) for c in changes[-1:]]))
    file.flush()
    os.fsync(file.fileno())


def _changes_in(path: Path) -> Iterator[DocumentChange]:
    """Yield what was committed; a torn end, the work of a kill in mid-write, was never answered."""
    gathered: list[DocumentChange] = []
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            return
        change, has_more = _read_line(path, number, line)
        gathered.append(change)
        if not has_more:
            yield from gathered
            gathered = []


def _read_line(path: Path, number: int, line: bytes) -> tuple[DocumentChange, bool]:
    """Return a change, and whether more belongs to its transaction."""
    try:
        entry = json.loads(line)
        table, document_id, document = entry["table"], entry["id"], entry["document"]
        is_change = isinstance(table, str) and (document is None or document["id"] == document_id)
        has_more = bool(entry.get("more"))
    except (ValueError, LookupError, TypeError, RecursionError):
        is_change = False
    if not is_change:
        raise UnreadableState(path, f"line {number}", "is no change of a document")
    return DocumentChange(table, document_id, document), has_more


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
