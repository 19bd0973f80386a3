"""The dead letters, for the person in charge: list them, retry them, resolve them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict, NotFound

from reference.application.lists import DeadLetter
from reference.domain.messages import NotExpected
from reference.web.services import reason_given, requested_page, services, without_secrets
from reference.wire import encode

routes = Blueprint("operators", __name__)


@routes.get("/dead-letters")
def dead_letters() -> ResponseReturnValue:
    """List what waits for a person, newest first."""
    services().authenticator.authenticate("operator")
    with services().reading() as unit:
        found = unit.lists.dead_letters(requested_page())
    return jsonify(items=[_public_view(each) for each in found.items], nextCursor=found.next_cursor)


@routes.post("/dead-letters/<int(max=2147483647):letter_id>/retry")
def retry(letter_id: int) -> ResponseReturnValue:
    """Take the message once more, now that whatever was wrong is mended."""
    return _end(letter_id, again=True)


@routes.post("/dead-letters/<int(max=2147483647):letter_id>/resolve")
def resolve(letter_id: int) -> ResponseReturnValue:
    """Say that it is dealt with in another way."""
    return _end(letter_id, again=False)


def _end(letter_id: int, *, again: bool) -> ResponseReturnValue:
    caller = services().authenticator.authenticate("operator")
    why = reason_given()
    try:
        if not services().payments.end_dead_letter(letter_id, by=caller.id, why=why, again=again):
            raise NotFound("No such dead letter waits for anybody.")
    except NotExpected as mismatch:
        raise Conflict(str(mismatch)) from mismatch
    return "", HTTPStatus.ACCEPTED


def _public_view(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "source": letter.source,
        "messageId": letter.message_id,
        "name": letter.message.name,
        "sagaId": letter.message.saga_id or None,
        "data": without_secrets(encode(letter.message)),
        "reason": letter.reason,
        "at": encode(letter.at),
        "nextStep": "mend what the reason names, then retry; or deal with it by hand and resolve",
    }
