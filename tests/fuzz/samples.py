"""Requests that no purchase makes: control routes of every simulator, and what else Stripe offers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.fuzz.mutator import Request

CONTROL = [
    ("POST", "/_sim/faults/latency", {"latency": 5, "times": 1}),
    ("POST", "/_sim/faults/lost_delivery", {"event": "x", "probability": 0.5}),
    ("POST", "/_sim/clock", {"advanceSeconds": 1, "running": False}),
    ("POST", "/_sim/seed", {"seed": 7}),
    ("PUT", "/_sim/schedule", {"retrySeconds": [1, 2], "giveUpAfterSeconds": 60}),
    ("POST", "/_sim/announcements", {"courseId": "algebra", "studentId": "ada", "sagaId": "s1"}),
    ("POST", "/_sim/taken", {"tutorId": "grace", "scheduledAt": "2026-09-03T10:00:00Z", "duration": 60}),
]
ITEM = "line_items[0][quantity]=1&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=900"
NAMED_ITEM = f"{ITEM}&line_items[0][price_data][product_data][name]=Algebra"
CARD = "card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2034&card[cvc]=123"
BY_CARD = "currency=eur&payment_method_types[]=card&confirm=true"
FORMS = [
    ("/v1/products", "name=Algebra&description=All+of+it&metadata[a]=b"),
    ("/v1/prices", "unit_amount=900&currency=eur&product_data[name]=Algebra"),
    ("/v1/checkout/sessions", f"mode=payment&success_url=http://shop.test/ok&{NAMED_ITEM}"),
    ("/v1/customers", "email=ada@example.com&name=Ada"),
    ("/v1/payment_methods", "type=card&card[token]=tok_visa"),
    ("/v1/payment_methods", f"type=card&{CARD}"),
    ("/v1/payment_intents", f"amount=4900&payment_method=pm_card_visa&{BY_CARD}"),
    ("/v1/payment_intents", f"amount=100&payment_method=pm_card_chargeDeclined&{BY_CARD}"),
    ("/v1/payment_intents", "amount=4900&currency=jpy&automatic_payment_methods[enabled]=true&capture_method=manual"),
    ("/v1/webhook_endpoints", "url=http://shop.test/hook&enabled_events[]=charge.refunded"),
]
OF_AN_INTENT = [
    ("/v1/refunds", "payment_intent={}&amount=100&reason=requested_by_customer"),
    ("/v1/payment_intents/{}", "description=x&metadata[a]=b&receipt_email=ada@example.com"),
    ("/v1/payment_intents/{}/cancel", "cancellation_reason=abandoned"),
    ("/v1/payment_intents/{}/capture", "amount_to_capture=100"),
]
READS = [
    "/v1/payment_intents?limit=3&expand[]=data.latest_charge",
    "/v1/payment_intents/search?query=status:'succeeded'",
    *("/v1/charges", "/v1/refunds", "/v1/disputes", "/v1/balance", "/v1/balance_transactions", "/v1/events"),
    *("/_sim", "/_sim/calls"),
]


def control_samples() -> Iterator[Request]:
    """Yield what is sent to the control routes."""
    for method, path, body in CONTROL:
        yield Request(method, path, {"Content-Type": "application/json"}, json.dumps(body).encode())


def stripe_samples(key: str, intent_id: str) -> Iterator[Request]:
    """Yield what else an account can ask of Stripe, and about one of its intents."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-www-form-urlencoded"}
    for path, form in FORMS:
        yield Request("POST", path, headers, form.encode())
    for path, form in OF_AN_INTENT:
        yield Request("POST", path.format(intent_id), headers, form.format(intent_id).encode())
    for path in READS:
        yield Request("GET", path, headers)
