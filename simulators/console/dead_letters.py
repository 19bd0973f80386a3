"""What nobody could use waits here for the person in charge, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulators.clients.http_client import Refused
from simulators.console.responses import done, given, page, stage

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("dead_letters", __name__)


@routes.get("/dead-letters")
def letters() -> ResponseReturnValue:
    """All that wait, newest first."""
    return page("dead_letters.html", items=_waiting())


@routes.post("/dead-letters/<int:number>/retry")
def retry(number: int) -> ResponseReturnValue:
    """The message is taken once more."""
    _end(number, "retry")
    return done("The message was taken once more.")


@routes.post("/dead-letters/<int:number>/resolve")
def resolve(number: int) -> ResponseReturnValue:
    """The person in charge has dealt with it in another way."""
    _end(number, "resolve")
    return done("It is dealt with, and kept with who said so and why.")


def _end(number: int, how: str) -> None:
    why = given("why") or "done from the console"
    stage().service().post(f"/dead-letters/{number}/{how}", {"why": why})


def _waiting() -> list[Json]:
    try:
        return list(stage().service().get("/dead-letters", limit=200)["items"])
    except Refused:
        return []  # The naive service keeps none: what it cannot use is gone.
