"""Events: snapshots of what happened, kept for 30 days and sent to every endpoint that wants them."""

from __future__ import annotations

import json
from fnmatch import fnmatch

from flask import Blueprint, current_app, g, has_request_context, request

from simulators.kit.delivery import Deliveries
from simulators.kit.json_types import Json
from simulators.stripe.account import fetch, fresh_id, not_found_error, now, table
from simulators.stripe.api import takes
from simulators.stripe.api_version import API_VERSION
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import boolean, list_of, text

routes = Blueprint("events", __name__)

EVENTS_KEPT_SECONDS = 30 * 24 * 3600


def emit(name: str, document: Json, previous: Json | None = None) -> None:
    """Keep an event about this document as it now is (and how it differed before), and announce it."""
    data = {"object": document} | ({"previous_attributes": previous} if previous is not None else {})
    event = {
        "id": fresh_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": _request(),
        "type": name,
    }
    table("events").put(event)
    _announce(event, _subscribers(name))
    for old in table("events").drop_oldest("created", now() - EVENTS_KEPT_SECONDS):
        for delivery in list(table("deliveries").oldest(about=old["id"])):
            table("deliveries").drop(delivery["id"])


def emit_change(name: str, before: Json, after: Json) -> Json:
    """Announce what the document has become and how it differed before; return it."""
    emit(name, after, _differences(before, after))
    return after


@routes.get("/v1/events/<event_id>")
@takes({})
def retrieve_event(params: Json, event_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One event of the last 30 days."""
    return _public_event(_recent_event(event_id))


@routes.post("/v1/events/<event_id>/retry")
@takes({"webhook_endpoint": text, "for_stripecli": boolean})
def retry_event(params: Json, event_id: str) -> Json:
    """Another delivery, as `stripe events resend` asks for it: to one endpoint, or to all that want it."""
    event, chosen = _recent_event(event_id), params.get("webhook_endpoint")
    wanting = [fetch("webhook_endpoints", chosen, "webhook_endpoint")] if chosen else _subscribers(event["type"])
    _announce(event, wanting)
    return _public_event(event)


@routes.get("/v1/events")
@takes({**PAGE, "type": text, "types": list_of(text), "delivery_success": boolean})
def list_events(params: Json) -> Json:
    """Events of the last 30 days, newest first, by name, time and whether they arrived."""
    names = params.get("types") or [params.get("type", "*")]
    success = params.get("delivery_success")

    def keep(event: Json) -> bool:
        named = any(fnmatch(event["type"], name) for name in names) and event["created"] > now() - EVENTS_KEPT_SECONDS
        return named and (success is None or success is not bool(_awaiting_endpoints(event)))

    answer = page("events", params, keep)
    answer["data"] = [_public_event(event) for event in answer["data"]]
    return answer


def _differences(before: Json, after: Json) -> Json:
    """Return what was there before, of objects only the keys that differ; None for what was not there."""
    differences: Json = {}
    for name in (name for name in after if before.get(name) != after[name]):
        old, new = before.get(name), after[name]
        if isinstance(old, dict) and isinstance(new, dict):
            differences[name] = {key: old.get(key) for key in old | new if old.get(key) != new.get(key)}
        else:
            differences[name] = old
    return differences


def _recent_event(event_id: str) -> Json:
    event = fetch("events", event_id)
    if event["created"] <= now() - EVENTS_KEPT_SECONDS:
        raise not_found_error("events", event_id)
    return event


def _subscribers(name: str) -> list[Json]:
    """Return the endpoints that are to hear of events of this name."""
    enabled = table("webhook_endpoints").oldest(status="enabled")
    return [each for each in enabled if not {"*", name}.isdisjoint(each["enabled_events"])]


def _announce(event: Json, endpoints: list[Json]) -> None:
    if not endpoints:
        return
    deliveries: Deliveries = current_app.extensions["deliveries"]
    for endpoint in endpoints:
        version = endpoint["api_version"] or event["api_version"]
        body = json.dumps(event | {"api_version": version, "pending_webhooks": len(endpoints)})
        deliveries.send(endpoint["id"], endpoint["url"], event["type"], body, about=event["id"])


def _public_event(event: Json) -> Json:
    enabled = {each["id"] for each in table("webhook_endpoints").oldest(status="enabled")}
    return event | {"pending_webhooks": len(_awaiting_endpoints(event, "PENDING") & enabled)}


def _awaiting_endpoints(event: Json, *status: str) -> set[str]:
    """Return the endpoints that have not got it, though it is in one of these states (or none: in any) for them."""
    known = [(each["receiver"], each["status"]) for each in table("deliveries").oldest(about=event["id"])]
    arrived = {receiver for receiver, state in known if state == "DELIVERED"}
    return {receiver for receiver, state in known if not status or state in status} - arrived


def _request() -> Json:
    """Return which call caused it; what happens by itself has none."""
    if not has_request_context():
        return {"id": None, "idempotency_key": None}
    return {"id": g.get("request_id"), "idempotency_key": request.headers.get("Idempotency-Key")}
