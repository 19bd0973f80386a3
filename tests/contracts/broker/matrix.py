"""`GET /matrix`: which versions were verified with which, and whether one may be deployed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from flask import Blueprint, request

from tests.contracts.broker.books import Books, Pact, Result
from tests.contracts.broker.hal import Answer, answer, link
from tests.contracts.expectations import Json

Row = tuple[Pact, Result | None]
Selected = dict[str, str | None]  # The version of each pacticipant that is asked about; None stands for all.


class Unknown(Exception):  # noqa: N818 - says what happened
    """Somebody is asked about of whom nobody has heard."""


def routes(books: Books) -> Blueprint:
    room = Blueprint("matrix", __name__)

    @room.get("/matrix")
    def matrix() -> Answer:
        selected, environment = _selected(), request.args.get("environment")
        for name in selected.keys() - books.pacticipants.keys():
            raise Unknown(f"Pacticipant {name} not found")
        rows = list(_rows(books, selected, environment))
        successes = [result.success if result else None for _, result in rows]
        deployable = None if None in successes else all(successes)
        summary = {"deployable": deployable, "reason": _reason(successes), "unknown": successes.count(None)}
        return answer({"summary": summary, "notices": [], "matrix": [_row(*row) for row in rows]})

    return room


def _selected() -> Selected:
    """Read the query's groups: each begins with a pacticipant, as Rack has it."""
    found: Selected = {}
    for key, value in parse_qsl(request.query_string.decode()):
        if key == "q[][pacticipant]":
            found[value] = None
        elif key == "q[][version]":
            found[list(found)[-1]] = value
    return found


def _rows(books: Books, selected: Selected, environment: str | None) -> Iterator[Row]:
    """Yield each pact of those selected with each result, or with None while there is none."""

    def is_meant(name: str, version: str) -> bool:
        if name in selected:
            return selected[name] in {None, version}
        return environment is None or books.deployed[environment].get(name) == version

    for pact in books.pacts.values():
        parties = {pact.consumer, pact.provider}
        is_about = (parties & selected.keys()) and (parties | selected.keys()) == parties
        if is_about and is_meant(pact.consumer, pact.version):
            results = [each for each in books.results_of(pact) if is_meant(pact.provider, each.version)]
            yield from ((pact, result) for result in {each.version: each for each in results}.values() or [None])


def _reason(successes: list[bool | None]) -> str:
    if None in successes:
        return "There is no verified pact between some of these versions."
    return "All required verification results are " + ("published and successful." if all(successes) else "not good.")


def _row(pact: Pact, result: Result | None) -> Json:
    at = "2026-09-01T09:00:00+00:00"
    links = {"self": link(f"/verification-results/{result.number}")} if result else {}
    return {
        "consumer": {"name": pact.consumer, "version": {"number": pact.version}},
        "provider": {"name": pact.provider, "version": {"number": result.version} if result else None},
        "pact": {"createdAt": at},
        "verificationResult": result and {"success": result.success, "verifiedAt": at, "_links": links},
    }
