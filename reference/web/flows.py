"""The flows, described: the states of each saga, and what leads from one to another."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from reference.sagas.paid_saga import PaidSaga
from reference.web.services import services

routes = Blueprint("flows", __name__)


@routes.get("/flows")
def flows() -> ResponseReturnValue:
    """Return the flow of each saga, for whoever draws them."""
    return jsonify(items=[describe_flow(saga) for saga in services().sagas])


def describe_flow(saga: type[PaidSaga]) -> dict[str, Any]:
    """Return the states and moves of a saga as JSON."""
    return {
        "saga": saga.__name__,
        "states": [{"state": state.name.upper(), "isEnd": state.final} for state in saga.STATES],
        "moves": [
            {"message": trigger.title().replace("_", ""), "from": source.upper(), "to": target.upper()}
            for trigger, source, target in saga.moves()
        ],
    }
