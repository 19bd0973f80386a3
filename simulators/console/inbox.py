"""The page of the inbox: what the communication-service has told people, newest first, searched and page by page."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from simulators.console.paging import numbered_links
from simulators.console.responses import page, session, world
from simulators.kit.http.validation import parse_number
from simulators.kit.json_types import Json

routes = Blueprint("inbox", __name__)
SHOWN = 50
FARTHEST_PAGE = 10**6
SEARCHED_FIELDS = ("personId", "kind", "text", "sagaId")
STYLES = {"CONFIRMED": "completed", "REFUNDED": "refunded", "NEEDS_ATTENTION": "parked"}


@routes.get("/inbox")
def list_notices() -> ResponseReturnValue:
    """What one person (`person`) or everybody was told, of it what has these words (`q`); told twice is marked."""
    person, words = request.args.get("person", ""), request.args.get("q", "").strip()
    number = parse_number(request.args.get("page", "1"), 1, FARTHEST_PAGE)
    if number is None:
        abort(HTTPStatus.BAD_REQUEST, f"page must be a whole number from 1 to {FARTHEST_PAGE}")
    notices = _mark_duplicates(world().communication.notices(person_id=person or None))
    shown = [each for each in reversed(notices) if each["sagaId"] not in session().forgotten]
    found = [each for each in shown if words.lower() in _text(each)]
    pages = max(-(-len(found) // SHOWN), 1)
    return page(
        "inbox.html", person=person, q=words, items=found[(number - 1) * SHOWN : number * SHOWN], page=number,
        pages=pages, total=len(found), _styles=STYLES, _links=numbered_links(number, pages),
    )  # fmt: skip


def _mark_duplicates(notices: list[Json]) -> list[Json]:
    seen: set[tuple[Any, ...]] = set()
    for each in notices:
        key = (each["sagaId"], each["kind"], each.get("attempt"))
        each["isDuplicate"] = key in seen
        seen.add(key)
    return notices


def _text(notice: Json) -> str:
    return " ".join(notice[name] for name in SEARCHED_FIELDS).lower()
