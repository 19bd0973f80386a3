"""The contracts that the harness brings along, read in the browser: the page that `harness contracts page` writes."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from simulators.console.responses import STYLED_BY_ITSELF, wants_json
from simulators.contracts.pact import pacts_in
from simulators.contracts.page import page_of
from simulators.package_data import FEATURES, PACTS

routes = Blueprint("contracts", __name__)


@routes.get("/contracts")
def network() -> ResponseReturnValue:
    """Who asks whom for what; a page of its own, which brings its style along."""
    if wants_json():
        needs = [(each.consumer, each.provider, len(each.interactions)) for each in pacts_in(PACTS)]
        names = ("consumer", "provider", "interactions")
        return jsonify(items=[dict(zip(names, each, strict=True)) for each in needs])
    return Response(page_of(PACTS, FEATURES, home="/"), headers=STYLED_BY_ITSELF)
