"""The page of the dead letters: messages that nobody could use, each with its reason, for the person in charge."""

from itertools import islice

from flask import Blueprint
from flask.typing import ResponseReturnValue

from simulators.clients.http_client import Refused
from simulators.console.responses import acknowledge, field, page, world
from simulators.kit.json_types import Json

routes = Blueprint("dead_letters", __name__)
SHOWN = 200


@routes.get("/dead-letters")
def list_dead_letters() -> ResponseReturnValue:
    """All that wait, newest first."""
    return page("dead_letters.html", items=_waiting())


@routes.post("/dead-letters/<int:number>/retry")
def retry(number: int) -> ResponseReturnValue:
    """The message is taken once more."""
    world().payment.retry_dead_letter(number, _reason())
    return acknowledge("The message was taken once more.")


@routes.post("/dead-letters/<int:number>/resolve")
def resolve(number: int) -> ResponseReturnValue:
    """The person in charge has dealt with it in another way."""
    world().payment.resolve_dead_letter(number, _reason())
    return acknowledge("It is dealt with, and kept with who said so and why.")


def _reason() -> str:
    return field("why") or "done from the console"


def _waiting() -> list[Json]:
    try:
        return list(islice(world().payment.dead_letters(), SHOWN))
    except Refused:
        return []  # The naive service keeps none: what it cannot use is gone.
