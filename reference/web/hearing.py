"""What other services and Stripe tell us. A handler only translates."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from reference.domain.messages import Event
from reference.gateways.stripe_webhook import NotBelievedError, Webhook
from reference.web.doors import body, doors
from reference.wire import CONTENT_TYPE, unwrap

routes = Blueprint("hearing", __name__)


@routes.post("/events")
def events() -> ResponseReturnValue:
    """Take an event of another service; 202 means that it is durably accepted."""
    doors().gatekeeper.caller("service")
    if request.mimetype != CONTENT_TYPE:
        raise UnsupportedMediaType(f"Send {CONTENT_TYPE}.")
    envelope, event = unwrap(body(), Event)
    doors().service.receive(envelope.source, envelope.id, event)
    return "", 202


@routes.post("/webhooks/stripe")
def stripe_webhook() -> ResponseReturnValue:
    """Believe only signed and fresh news."""
    try:
        webhook = doors().webhooks.read(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except NotBelievedError as doubt:
        doors().metrics.webhook("", "REFUSED")  # Whoever forges one chooses no label.
        current_app.logger.warning("a webhook was not believed: %s", doubt)
        raise BadRequest("This webhook is not believed.") from doubt
    doors().metrics.webhook(webhook.name, _take(webhook))
    return jsonify(received=True)


def _take(webhook: Webhook) -> str:
    service = doors().service
    if webhook.news:
        return service.receive("stripe", webhook.event_id, webhook.news)
    return service.ignore("stripe", webhook.event_id, webhook.name, webhook.ignored)
