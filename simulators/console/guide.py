"""The help page: three minutes, the keys, and which services are behind it."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from simulators.clients.control import CONTROL_PATH
from simulators.clients.payments import OPENAPI
from simulators.console.responses import page, world
from simulators.world.topology import PAYMENT

routes = Blueprint("help", __name__)
KEYS = {
    "/": "search the sagas",
    "j k": "the next row, the one before",
    "Enter": "open it",
    ".": "step: to the next moment at which something falls due",
    "g s": "sagas",
    "g t": "stories",
    "g c": "school, the student's side",
    "g i": "inbox",
    "g k": "clock",
    "g w": "webhooks",
    "g f": "faults",
    "g p": "Stripe",
    "g n": "the network of contracts",
    "?": "this page",
}


@routes.get("/help")
def explain() -> ResponseReturnValue:
    """The keys, and where everything is."""
    urls = dict(world().topology.urls)
    descriptions = {name: url + (OPENAPI if name == PAYMENT else CONTROL_PATH) for name, url in urls.items()}
    return page("help.html", keys=KEYS, services=urls, _descriptions=descriptions)
