"""How to use the console: three minutes, the keys, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulators.console.responses import page, world

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

routes = Blueprint("help", __name__)
KEYS = {
    "/": "search the sagas",
    "j k": "the next row, the one before",
    "Enter": "open it",
    ".": "step: to the next moment at which something falls due",
    "g s": "sagas",
    "g t": "stories",
    "g c": "school, the student's side",
    "g w": "webhooks",
    "g f": "faults",
    "g p": "Stripe",
    "g n": "the network of contracts",
    "?": "this page",
}


@routes.get("/help")
def explain() -> ResponseReturnValue:
    """The keys, and where everything is."""
    return page("help.html", keys=KEYS, services=dict(world().topology.urls))
