"""What Stripe says, as far as our gateway reads it; any field can be changed by name."""

from __future__ import annotations

import json
from typing import Any

import stripe

from tests.unit.reference.builders import NOON, PRICE, SECRET

WEBHOOK_SECRET = "whsec_unit"
METADATA = {
    "paymentId": "pay_1",
    "sagaId": "saga_1",
    "paymentContext": "COURSE_ENROLLMENT",
    "contextId": "algebra",
}


def intent(status: str = "requires_payment_method", **changes: Any) -> dict[str, Any]:
    paid = status == "succeeded"
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "status": status,
        "amount": PRICE.amount,
        "amount_received": PRICE.amount if paid else 0,
        "currency": "eur",
        "client_secret": SECRET,
        "metadata": METADATA,
        "latest_charge": {"id": "ch_1", "object": "charge", "created": int(NOON.timestamp())} if paid else None,
        "last_payment_error": None,
        "livemode": False,
    } | changes


def with_bank(**changes: Any) -> dict[str, Any]:
    """Return an intent for which a bank was asked; its charge is named only, as in webhooks."""
    return intent("processing", **{"latest_charge": "py_1"} | changes)


def charge(status: str = "pending", **changes: Any) -> dict[str, Any]:
    return {
        "id": "py_1",
        "object": "charge",
        "status": status,
        "created": int(NOON.timestamp()),
        "amount_refunded": 0,
        "balance_transaction": None,
        "failure_code": None,
        "outcome": None,
    } | changes


def refund(status: str = "succeeded", **changes: Any) -> dict[str, Any]:
    return {
        "id": "re_1",
        "object": "refund",
        "status": status,
        "amount": PRICE.amount,
        "currency": "eur",
        "payment_intent": "pi_1",
        "metadata": {},
        "failure_reason": None,
    } | changes


MONEY = {"amount": 4900, "currency": "eur"}


def dispute(**changes: Any) -> dict[str, Any]:
    return {"id": "dp_1", "object": "dispute", "status": "needs_response", "payment_intent": "pi_1"} | MONEY | changes


def error(kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    return {"error": {"type": kind, "message": "No.", **({"code": code} if code else {})}}


def listed(*things: dict[str, Any], url: str = "/v1/payment_intents") -> dict[str, Any]:
    return {"object": "list", "data": list(things), "has_more": False, "url": url}


def event(name: str, thing: Any, **changes: Any) -> dict[str, Any]:
    created = int(NOON.timestamp())
    event = {"id": "evt_1", "object": "event", "type": name, "created": created, "livemode": False}
    return event | {"data": {"object": thing}} | changes


def signature(body: str, secret: str = WEBHOOK_SECRET, at: float = NOON.timestamp()) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(body, secret, int(at)))


def signed(event: dict[str, Any], secret: str = WEBHOOK_SECRET) -> tuple[bytes, str]:
    body = json.dumps(event)
    return body.encode(), signature(body, secret)
