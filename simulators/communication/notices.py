"""Notices to people, each sent once, and the inbox in which a person finds them."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from simulators.kit.http.auth import limit_to_caller
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import Shape, text
from simulators.kit.json_types import Json
from simulators.kit.storage.documents import fresh_id, now, page, public_view, table
from simulators.kit.time.timestamps import instant

routes = Blueprint("notices", __name__)

# What a person reads, by the kind of the notice.
TEXTS = {
    "CONFIRMED": "{title}: it is paid, and it is yours.",
    "DECLINED": "{title}: the bank declined the payment. Nothing was charged; you can try another card.",
    "EXPIRED": "{title}: the time to pay is over. Nothing was charged.",
    "REFUNDED": "{title}: it could not be had after all. All that you paid is given back.",
    "NEEDS_ATTENTION": "{title}: something went wrong. A person is looking into it; you need not do anything.",
}


KINDS = tuple(TEXTS)  # What a stranger sends may be of any kind: it is looked for among them, not up.


@routes.get("/notices")
def list_notices() -> ResponseReturnValue:
    """The inbox of a person (`?personId=`), or everybody's (`?sagaId=`); students see only their own."""
    person = limit_to_caller(request.args.get("personId"))
    return page("notices", _with_text, personId=person, sagaId=request.args.get("sagaId"))


def read_notice(asked: Json) -> Json:
    """Return the notice that a command asks for: an attempt belongs to a decline, which must name one (BadField)."""
    if asked["kind"] != "DECLINED":
        return {field: value for field, value in asked.items() if field != "attempt"}
    if why := text(asked["attempt"]):
        raise BadField("attempt", why)
    return asked


def key(notice: Json) -> str:
    """Return what a notice is sent once for: its saga and kind, and of declines each attempt."""
    return json.dumps([notice[field] for field in ("sagaId", "kind", "attempt") if field in notice])


def notify(notice: Json) -> Json:
    """Put a notice into the person's inbox and return it."""
    notice_id = fresh_id("ntc")
    return table("notices").put({"id": notice_id, "noticeId": notice_id, **notice, "sentAt": now()})


def _with_text(notice: Json) -> Json:
    return public_view(notice) | {"text": TEXTS[notice["kind"]].format(title=notice["title"])}


def _kind(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
    return None if value in KINDS else f"must be one of {', '.join(KINDS)}"


NOTICE: Shape = {
    "sagaId": text,
    "personId": text,
    "kind": _kind,
    "title": text,
    "attempt": lambda _: None,
}  # see `read_notice`
DOCUMENT: Shape = {**NOTICE, "noticeId": text, "sentAt": instant}
