"""Early fraud warnings: a bank's hint that a payment looks like fraud, before anybody disputes it."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import text
from simulators.stripe.webhooks.events import emit

routes = Blueprint("early_fraud_warnings", __name__)


def warn(charge: Json) -> None:
    """Keep and announce the bank's warning about this charge."""
    warning = {
        "id": fresh_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charge["id"],
        "created": now(),
        "fraud_type": "misc",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    emit("radar.early_fraud_warning.created", table("early_fraud_warnings").put(warning))


@routes.get("/v1/radar/early_fraud_warnings/<warning_id>")
@takes({})
def retrieve_early_fraud_warning(params: Json, warning_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One warning; it is `actionable` until the charge is refunded or disputed."""
    return _as_of_now(fetch("early_fraud_warnings", warning_id))


@routes.get("/v1/radar/early_fraud_warnings")
@takes({**PAGE, "charge": text, "payment_intent": text})
def list_early_fraud_warnings(params: Json) -> Json:
    """Warnings, newest first, all or those about one charge or intent."""
    answer = page("early_fraud_warnings", params, by=("charge", "payment_intent"))
    answer["data"] = [_as_of_now(warning) for warning in answer["data"]]
    return answer


def _as_of_now(warning: Json) -> Json:
    charge = fetch("charges", warning["charge"])
    return warning | {"actionable": not (charge["refunded"] or charge["disputed"])}
