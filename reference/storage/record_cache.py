"""Sagas and payments as this process has saved them last, so that the next message of a saga need not read them.

Whoever takes one owns it, and puts it back when its move is committed. That it may be older than what is stored does
no harm: a move says which version it moves.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from reference.tracing import TraceContext

ROOM = 2000  # Records; a few kilobytes each.


class Kept(NamedTuple):
    """A saga or a payment, and the place in its trace where it was saved."""

    record: Any
    trace: TraceContext


class RecordCache:
    """The records that were saved last."""

    def __init__(self) -> None:
        self._kept: dict[tuple[type, str], Kept] = {}
        self._lock = threading.Lock()

    def take(self, table: type, saga_id: str) -> Kept | None:
        """Take a saga's record of a table out, if it is here."""
        with self._lock:
            return self._kept.pop((table, saga_id), None)

    def put(self, table: type, saga_id: str, kept: Kept) -> None:
        """Keep a record that nobody changes any more; the one that was put first makes room."""
        with self._lock:
            self._kept[table, saga_id] = kept
            if len(self._kept) > ROOM:
                del self._kept[next(iter(self._kept))]
