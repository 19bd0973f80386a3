"""The contracts that the harness brings along, read in the browser: the pages that `harness contracts page` writes."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, abort, jsonify
from flask.typing import ResponseReturnValue

from simulators.console.responses import frame, scoped_style, wants_json
from simulators.contracts.page import INDEX, Contracts, contracts_in, page, stylesheet
from simulators.package_data import FEATURES, PACTS

routes = Blueprint("contracts", __name__)


@routes.get("/contracts/")
def overview() -> ResponseReturnValue:
    """Who asks whom for what."""
    if wants_json():
        needs = [(each.consumer, each.provider, len(each.interactions)) for each in _contracts().pacts]
        names = ("consumer", "provider", "interactions")
        return jsonify(items=[dict(zip(names, each, strict=True)) for each in needs])
    return one(INDEX)


@routes.get("/contracts/<name>")
def one(name: str) -> ResponseReturnValue:
    """What two services need of each other, or what the scenarios of a feature play of it."""
    try:
        return frame("contracts", "Contracts", page(_contracts(), name, framed=True))
    except LookupError:
        abort(404)


@routes.get("/contracts/style.css")
def style() -> Response:
    """The style of these pages, and of nothing around them."""
    return scoped_style("contracts", stylesheet())


@cache
def _contracts() -> Contracts:
    return contracts_in(PACTS, FEATURES)
