"""To begin anew: with new services, or without the purchases of some students only."""

from http import HTTPStatus

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from simulators.clients.http_client import Refused
from simulators.console.responses import acknowledge, field, session, world
from simulators.kit.json_types import Json

routes = Blueprint("reset", __name__)
PAGE_SIZE = 200


@routes.post("/reset")
def reset() -> ResponseReturnValue:
    """New services, in which nothing has happened (`service`: with which payment-service); or for one `prefix` only.

    Then the purchases of students whose names begin so are cancelled, if they can be, and no page lists them any more:
    the services themselves keep them, as real ones do.
    """
    if prefix := field("prefix"):
        with session().acting():
            return acknowledge(_forget(prefix), "/")
    service = field("service", session().first_service)
    if service not in session().services:
        abort(HTTPStatus.BAD_REQUEST, f"service must be one of {', '.join(session().services)}")
    with session().acting():
        return acknowledge(f"All is new: {session().reset(service)} are gone.", "/")


def _forget(prefix: str) -> str:
    sagas = [each for each in world().payment.sagas(PAGE_SIZE) if each["studentId"].startswith(prefix)]
    fresh = [each for each in sagas if each["sagaId"] not in session().forgotten]
    cancelled = sum(map(_cancel, fresh))
    world().settle()
    for each in fresh:
        now = world().payment.find_saga(each["sagaId"]) or each
        session().forgotten[each["sagaId"]] = now["state"]
    count = f"{len(fresh)} purchase{'s' if len(fresh) != 1 else ''} of students named {prefix}…"
    return f"{count} {'is' if len(fresh) == 1 else 'are'} shown no more, {cancelled} of them cancelled."


def _cancel(saga: Json) -> bool:
    if saga["outcome"]:
        return False
    try:
        world().student(saga["studentId"]).cancel(saga["sagaId"])
    except Refused:
        return False  # It is too late.
    return True
