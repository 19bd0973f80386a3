"""Events: what happened, as it was then, kept and announced to every endpoint that wants it."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, g, has_request_context, request

from simulators.stripe.account import API_VERSION, fetched, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import boolean, list_of, text

if TYPE_CHECKING:
    from simulators.kit.delivery import Deliveries
    from simulators.kit.shelf import Json

routes = Blueprint("events", __name__)


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
    _announce(event)


def emit_change(name: str, before: Json, after: Json) -> Json:
    """Announce what the document has become and how it differed before; return it."""
    emit(name, after, _differences(before, after))
    return after


@routes.get("/v1/events/<event_id>")
@takes({})
def retrieve_event(asked: Json, event_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One event."""
    return _shown(fetched("events", event_id))


@routes.get("/v1/events")
@takes({**PAGE, "type": text, "types": list_of(text), "delivery_success": boolean})
def list_events(asked: Json) -> Json:
    """Events, newest first, by name, time and whether they arrived."""
    names = asked.get("types") or [asked.get("type", "*")]
    success = asked.get("delivery_success")

    def keep(event: Json) -> bool:
        return any(fnmatch(event["type"], name) for name in names) and success in {None, not _undelivered(event)}

    answer = page("events", asked, keep)
    answer["data"] = [_shown(event) for event in answer["data"]]
    return answer


def _differences(before: Json, after: Json) -> Json:
    """Return what was there before, of objects only the keys that differ; None for what was not there."""
    told: Json = {}
    for name in (name for name in after if before.get(name) != after[name]):
        old, new = before.get(name), after[name]
        if isinstance(old, dict) and isinstance(new, dict):
            told[name] = {key: old.get(key) for key in old | new if old.get(key) != new.get(key)}
        else:
            told[name] = old
    return told


def _announce(event: Json) -> None:
    deliveries: Deliveries = current_app.extensions["deliveries"]
    name = event["type"]
    wanting = [each for each in table("webhook_endpoints").oldest(status="enabled") if _wants(each, name)]
    body = json.dumps(event | {"pending_webhooks": len(wanting)})
    for endpoint in wanting:
        deliveries.send(endpoint["id"], endpoint["url"], name, body, about=event["id"])


def _wants(endpoint: Json, name: str) -> bool:
    return any(wanted in {"*", name} for wanted in endpoint["enabled_events"])


def _shown(event: Json) -> Json:
    pending = sum(1 for _ in table("deliveries").oldest(about=event["id"], status="PENDING"))
    return event | {"pending_webhooks": pending}


def _undelivered(event: Json) -> bool:
    return any(each["status"] != "DELIVERED" for each in table("deliveries").oldest(about=event["id"]))


def _request() -> Json:
    """Return which call caused it; what happens by itself has none."""
    if not has_request_context():
        return {"id": None, "idempotency_key": None}
    return {"id": g.get("request_id"), "idempotency_key": request.headers.get("Idempotency-Key")}
