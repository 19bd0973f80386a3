"""The contracts, read in the browser: the page that `harness contracts page` writes, of what lies beside the demo."""

from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify
from flask.typing import ResponseReturnValue

from simulators.console.responses import wants_json
from simulators.contracts.pact import pacts_in
from simulators.contracts.page import page_of

routes = Blueprint("contracts", __name__)
PACTS, FEATURES = Path("pacts"), Path("features")
STYLED_BY_ITSELF = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


@routes.get("/contracts")
def network() -> ResponseReturnValue:
    """Who asks whom for what; a page of its own, which brings its style along."""
    try:
        if wants_json():
            needs = [(each.consumer, each.provider, len(each.interactions)) for each in pacts_in(PACTS)]
            names = ("consumer", "provider", "interactions")
            return jsonify(items=[dict(zip(names, each, strict=True)) for each in needs])
        page = page_of(PACTS, FEATURES)
    except (ValueError, OSError) as trouble:
        abort(
            HTTPStatus.NOT_FOUND,
            f"There are no contracts here: start the demo where the folder {PACTS} is ({trouble}).",
        )
    return Response(page, headers={"Content-Security-Policy": STYLED_BY_ITSELF})
