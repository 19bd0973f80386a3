"""Inbound messages: events of other services, and Stripe's webhooks. A handler only translates."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from reference.domain.messages import Event
from reference.gateways.stripe_webhook import NotBelievedError, Webhook
from reference.web.activities import follow
from reference.web.services import json_body, services
from reference.wire import CONTENT_TYPE, unwrap

routes = Blueprint("inbound", __name__)


@routes.post("/events")
def events() -> ResponseReturnValue:
    """Take an event of another service; 202 means that it is durably accepted."""
    services().authenticator.authenticate("service")
    if request.mimetype != CONTENT_TYPE:
        raise UnsupportedMediaType(f"Send {CONTENT_TYPE}.")
    envelope, event = unwrap(json_body(), Event)
    follow(envelope.trace)
    services().payments.receive(envelope.source, envelope.id, event)
    return "", HTTPStatus.ACCEPTED


@routes.post("/webhooks/stripe")
def stripe_webhook() -> ResponseReturnValue:
    """Believe only signed and fresh news."""
    try:
        webhook = services().webhooks.read(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except NotBelievedError as doubt:
        services().metrics.count_webhook("", "REFUSED")  # Whoever forges one chooses no label.
        current_app.logger.warning("a webhook was not believed: %s", doubt)
        raise BadRequest("This webhook is not believed.") from doubt
    services().metrics.count_webhook(webhook.name, _receive(webhook))
    return jsonify(received=True)


def _receive(webhook: Webhook) -> str:
    payments = services().payments
    if webhook.unreadable:
        payments.keep_dead_letter("stripe", webhook.event_id, webhook.unreadable, webhook.reason)
        return "UNREADABLE"
    if webhook.news:
        return payments.receive("stripe", webhook.event_id, webhook.news)
    return payments.ignore("stripe", webhook.event_id, webhook.name, webhook.ignored)
