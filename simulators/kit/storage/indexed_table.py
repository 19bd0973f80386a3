"""One table's documents in memory, found by id, by field and in order of arrival, whatever their number."""

from __future__ import annotations

import json
import marshal
from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Iterator

from simulators.kit.json_types import Json


def deep_copy(document: Json) -> Json:
    """Return a deep copy, so that nobody changes what is stored by changing what was read."""
    copy: Json = marshal.loads(marshal.dumps(document))  # noqa: S302 - our own, and ten times as fast as JSON
    return copy


class IndexedTable:
    """Documents by id; an index over a field is built when it is first asked for, and kept."""

    def __init__(self) -> None:
        self.documents: dict[str, Json] = {}
        self._places: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        self._indexes: dict[str | None, dict[Hashable, list[int]]] = {None: {}}
        self._next_place = 0

    def set(self, document_id: str, document: Json | None) -> None:
        """Put, replace or (with None) take away one document; a replaced one keeps its place."""
        before = self.documents.get(document_id)
        place = self._places.get(document_id, self._next_place)
        for field, index in self._indexes.items():
            _move(index, place, _key(before, field), _key(document, field))
        if document is None:
            self._forget(document_id)
        else:
            self._keep(document_id, document, place)

    def walk(self, field: str | None, value: Hashable, *, newest_first: bool, start: str | None) -> Iterator[str]:
        """Yield the ids of those with this value, from beside `start` (or the end) in the order asked for."""
        places = self._index(field).get(value, [])
        if newest_first:
            end = len(places) if start is None else bisect_left(places, self._places[start])
            steps = range(end - 1, -1, -1)
        else:
            begin = 0 if start is None else bisect_right(places, self._places[start])
            steps = range(begin, len(places))
        return (self._ids[places[step]] for step in steps)

    def _index(self, field: str | None) -> dict[Hashable, list[int]]:
        if field not in self._indexes:
            index = self._indexes[field] = {}
            for document_id, document in self.documents.items():
                _move(index, self._places[document_id], _ABSENT, _key(document, field))
        return self._indexes[field]

    def _keep(self, document_id: str, document: Json, place: int) -> None:
        self.documents[document_id] = document
        self._places[document_id] = place
        self._ids[place] = document_id
        self._next_place = max(self._next_place, place + 1)

    def _forget(self, document_id: str) -> None:
        if self.documents.pop(document_id, None) is not None:
            del self._ids[self._places.pop(document_id)]


_ABSENT = object()


def _key(document: Json | None, field: str | None) -> Hashable:
    if document is None:
        return _ABSENT
    value = None if field is None else document.get(field)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


def _move(index: dict[Hashable, list[int]], place: int, old: Hashable, new: Hashable) -> None:
    if old is new or old == new:
        return
    if old is not _ABSENT:
        places = index[old]
        del places[bisect_left(places, place)]
    if new is not _ABSENT:
        insort(index.setdefault(new, []), place)
