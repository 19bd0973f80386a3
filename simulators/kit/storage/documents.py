"""A simulator's documents, ids and time, for whoever handles a request."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from flask import request
from werkzeug.exceptions import NotFound

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import query_number
from simulators.kit.json_types import Json
from simulators.kit.seams import new_id
from simulators.kit.simulator import simulator
from simulators.kit.storage.store import DocumentTable
from simulators.kit.time.timestamps import format_instant

PAGE = 100


def table(name: str) -> DocumentTable:
    """Return the documents of this kind."""
    return simulator().store.table(name)


def fetch(name: str, document_id: str) -> Json:
    """Return the document of this id, or 404."""
    if (found := table(name).find(document_id)) is None:
        raise NotFound(f"there is no {document_id!r} among the {name}")
    return found


def fresh_id(prefix: str) -> str:
    """Return a new id."""
    return new_id(simulator().seams.randomness, prefix)


def now() -> str:
    """Return the simulated time as it travels: ISO 8601, UTC, milliseconds."""
    return format_instant(simulator().seams.clock.now())


def public_view(document: Json) -> Json:
    """Return a document as others see it: its `id` has a name of its own beside it."""
    return {field: value for field, value in document.items() if field != "id"}


def page(name: str, view: Callable[[Json], Json] = public_view, **equals: str | None) -> Json:
    """Return one page of those whose fields equal these (None: any), oldest first, from after `?cursor=`."""
    cursor, limit = request.args.get("cursor"), query_number("limit", PAGE, 1, PAGE)
    if cursor is not None and table(name).find(cursor) is None:
        raise BadField("cursor", "is not one that was given out, or what it stood for is gone")
    wanted = {field: value for field, value in equals.items() if value is not None}
    found = list(islice(table(name).oldest(cursor, **wanted), limit + 1))
    return {
        "items": [view(each) for each in found[:limit]],
        "nextCursor": found[limit - 1]["id"] if len(found) > limit else None,
    }
