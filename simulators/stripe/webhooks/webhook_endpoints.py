"""Webhook endpoints: who is sent which events."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, request

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import duration, json_body, optional, validate
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import amend, fetch, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.api_version import version
from simulators.stripe.errors import UnexpectedStateError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import (
    Clearable,
    Required,
    Table,
    boolean,
    list_of,
    metadata,
    new_metadata,
    one_of,
    text,
)
from simulators.stripe.texts import web_address

routes = Blueprint("webhook_endpoints", __name__)


DAY_SECONDS = 24 * 3600
# So many endpoints an account can have: Stripe's own limit.
MOST = 16


@cache
def _names() -> tuple[str, ...]:
    """Return the names of all events that Stripe has, as its official SDK lists them."""
    return tuple(json.loads(Path(__file__).with_name("event_names.json").read_text()))


def event_name(name: str, value: Any) -> str:  # noqa: ANN401 - whatever was sent
    """Read the name of an event of Stripe's, whether the simulator ever sends it or not; `*` is all of them."""
    return str(one_of("*", *_names())(name, value))


CHANGEABLE: Table = {"description": Clearable(text), "disabled": boolean, "metadata": metadata}
CREATE: Table = {
    "url": Required(web_address),
    "enabled_events": Required(list_of(event_name)),
    "api_version": version,
    "description": Clearable(text),
    "metadata": Clearable(new_metadata),
}


def register(url: str, enabled_events: list[str], secret: str | None = None, **more: Any) -> Json:  # noqa: ANN401 - JSON
    """Keep a new endpoint; return it with its secret, which is shown only this once."""
    endpoint = {
        "id": fresh_id("we"),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": now(),
        "description": None,
        "enabled_events": enabled_events,
        "livemode": False,
        "status": "enabled",
        "url": url,
    } | more
    endpoint["metadata"] = endpoint.get("metadata") or {}
    table("webhook_endpoints").put(endpoint)
    secret = secret or fresh_id("whsec")
    table("webhook_secrets").put({"id": endpoint["id"], "secret": secret, "former": []})
    return endpoint | {"secret": secret}


def seed_endpoint(url: str, secret: str | None) -> None:
    """Have an endpoint there for all events; one that outlived a restart stays, and takes the secret given now."""
    if (known := table("webhook_endpoints").first(url=url)) is None:
        register(url, ["*"], secret)
    elif secret:
        table("webhook_secrets").put({"id": known["id"], "secret": secret, "former": []})


@routes.post("/v1/webhook_endpoints")
@takes(CREATE)
def create_webhook_endpoint(params: Json) -> Json:
    """A new endpoint; the only answer with its secret."""
    if sum(1 for _ in table("webhook_endpoints").oldest()) >= MOST:
        raise UnexpectedStateError(f"You have reached the maximum of {MOST} test webhook endpoints.")
    return register(**params)


@routes.get("/v1/webhook_endpoints/<endpoint_id>")
@takes({})
def retrieve_webhook_endpoint(params: Json, endpoint_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One endpoint."""
    return fetch("webhook_endpoints", endpoint_id)


@routes.get("/v1/webhook_endpoints")
@takes(PAGE)
def list_webhook_endpoints(params: Json) -> Json:
    """Endpoints, newest first."""
    return page("webhook_endpoints", params)


@routes.post("/v1/webhook_endpoints/<endpoint_id>")
@takes({**CHANGEABLE, "url": web_address, "enabled_events": list_of(event_name)})
def update_webhook_endpoint(params: Json, endpoint_id: str) -> Json:
    """Changes to an endpoint; a disabled one hears nothing, not even what waits for it."""
    endpoint = fetch("webhook_endpoints", endpoint_id)
    if (disabled := params.pop("disabled", None)) is not None:
        endpoint["status"] = "disabled" if disabled else "enabled"
    return table("webhook_endpoints").put(amend(endpoint, params))


@routes.delete("/v1/webhook_endpoints/<endpoint_id>")
@takes({})
def delete_webhook_endpoint(params: Json, endpoint_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The end of an endpoint."""
    fetch("webhook_endpoints", endpoint_id)
    table("webhook_endpoints").drop(endpoint_id)
    table("webhook_secrets").drop(endpoint_id)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


@routes.post("/_sim/webhook_endpoints/<endpoint_id>/secret")
def roll_secret(endpoint_id: str) -> Json:
    """Take another signing secret, as the Dashboard does: both sign for so long (overlapSeconds, a day by default)."""
    body = validate(json_body() if request.data else {}, {"overlapSeconds": optional(duration)})
    overlap = DAY_SECONDS if body.get("overlapSeconds") is None else body["overlapSeconds"]
    if overlap > DAY_SECONDS:
        raise BadField("overlapSeconds", f"must be a number from 0 to {DAY_SECONDS}")
    with simulator().store.transaction():
        known = fetch("webhook_secrets", endpoint_id)
        former = [{"secret": known["secret"], "until": now() + overlap}, *known["former"]]
        rolled = {"id": endpoint_id, "secret": fresh_id("whsec"), "former": former}
        return table("webhook_secrets").put(rolled)
