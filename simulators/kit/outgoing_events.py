"""The events that a neighbour announces to the payment-service: stored first, delivered at least once."""

from __future__ import annotations

from flask import current_app

from simulators.kit.attempt import Attempt
from simulators.kit.http.cloudevents import CONTENT_TYPE, envelope, sent_trace
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fresh_id

PAYMENT_SERVICE = "payment-service"


class EventReceiver:
    """The only receiver: it always wants to know, and knows us by the service token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def secrets(self, delivery: Json) -> list[str]:  # noqa: ARG002 - one token for all
        """Return the bearer token."""
        return [self._token]

    def headers(self, attempt: Attempt) -> dict[str, str]:
        """Return the same headers for every attempt."""
        return {"Content-Type": CONTENT_TYPE, "Authorization": f"Bearer {attempt.secrets[0]}"}


def announce(name: str, data: Json) -> None:
    """Tell the payment-service about a saga, in the trace of the request; call it where it becomes true."""
    at = simulator().seams.clock.now()
    source = f"edtech.{current_app.name}"
    body = envelope(fresh_id("evt"), source, name, data["sagaId"], at, data, sent_trace())
    url = current_app.extensions["events_url"]
    current_app.extensions["deliveries"].send(PAYMENT_SERVICE, url, name, body, sagaId=data["sagaId"])
