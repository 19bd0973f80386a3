"""`GET /matrix`, by which clients ask whether a version may be deployed; its query is grouped as Rack does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, request

from tests.contracts.broker import matrix
from tests.contracts.broker.books import Books
from tests.contracts.broker.hal import Answer, answer, link
from tests.contracts.broker.matrix import Question, Row, Selector, Unknown
from tests.contracts.expectations import Json

GROUPED = re.compile(r"(q|ignore)\[\]\[(\w+)\]")


def routes(books: Books) -> Blueprint:
    room = Blueprint("asking", __name__)

    @room.get("/matrix")
    def asked() -> Answer:
        given = matrix.answer(books, _question(books))
        rows = [row.is_ignored for row in given.rows]
        counts = {True: "success", False: "failed", None: "unknown"}
        considered = [counts[row.success] for row in given.rows if not row.is_ignored]
        summary = {"deployable": given.deployable, "reason": "\n".join(given.reasons), "ignored": sum(rows)}
        summary |= {name: considered.count(name) for name in counts.values()}
        notices = [{"type": "info", "text": text} for text in given.reasons]
        return answer({"summary": summary, "notices": notices, "matrix": [_row(row) for row in given.rows]})

    return room


def _question(books: Books) -> Question:
    environment = _environment(books, request.args.get("environment"))
    latest, tag = request.args.get("latest") == "true", request.args.get("tag")
    return Question(
        asked=_selectors("q"),
        others=Selector(matrix.ANYBODY, tag=tag, latest=latest, environment=environment),
        ignored=_selectors("ignore"),
        latest_by=request.args.get("latestby", ""),
        successes=frozenset(value == "true" for value in request.args.getlist("success[]")),
    )


def _environment(books: Books, name: str | None) -> str | None:
    known = {each.name: each.uuid for each in books.environments.values()}
    if name and name not in known:
        raise Unknown(f"No environment is called {name}")
    return known[name] if name else None


def _selectors(name: str) -> tuple[Selector, ...]:
    groups: list[dict[str, Any]] = []
    for key, value in parse_qsl(request.query_string.decode()):
        found = GROUPED.fullmatch(key)
        if not found or found[1] != name:
            continue
        if not groups or found[2] in groups[-1]:
            groups.append({})
        groups[-1][found[2]] = _READ.get(found[2], str)(value)
    return tuple(Selector(**group) for group in groups)


_READ: dict[str, Callable[[str], Any]] = {"latest": lambda value: value == "true"}


def _row(row: Row) -> Json:
    result = row.result and {
        "success": row.result.success,
        "verifiedAt": "2026-09-01T09:00:00+00:00",
        "_links": {"self": link(f"/verification-results/{row.result.number}")},
    }
    return {
        "consumer": {"name": row.pact.consumer, "version": {"number": row.pact.version}},
        "provider": {"name": row.pact.provider, "version": {"number": row.result.version} if row.result else None},
        "pact": {"createdAt": "2026-09-01T09:00:00+00:00"},
        "verificationResult": result,
        **({"ignored": True} if row.is_ignored else {}),
    }
