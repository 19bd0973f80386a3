"""Every parameter that a route takes makes a difference: none is read and forgotten."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from simulators.kit.seams import seeded_seams
from simulators.stripe.app import create_app
from simulators.stripe.parameters import Clearable, Required, boolean, integer, metadata, new_metadata
from simulators.stripe.texts import email, return_address, web_address
from tests.unit.stripe_simulator.asking import flat, routes_of

KEY = {"Authorization": "Bearer sk_test_1"}
Form = dict[str, Any]

INTENT = {"amount": "4900", "currency": "eur"}
CARDS_ONLY = INTENT | {"payment_method_types": {"0": "card"}}
NOW = CARDS_ONLY | {"confirm": "true", "payment_method": "pm_card_visa"}
ITEM = {"price_data": {"currency": "eur", "unit_amount": "4900", "product_data": {"name": "Algebra"}}}
SESSION = {"mode": "payment", "success_url": "https://shop.example/", "line_items": {"0": ITEM}}
HOOK = {"url": "https://shop.example/hook", "enabled_events": {"0": "*"}}
PRICE = ITEM["price_data"]
TYPED = {"type": "card", "card": {"token": "tok_visa"}}

# How each thing is made that a request is about, in this order: the path and the form.
MADE: dict[str, tuple[tuple[str, Form], ...]] = {
    "open": (("payment_intents", CARDS_ONLY),),
    "paid": (("payment_intents", NOW),),
    "held": (("payment_intents", NOW | {"capture_method": "manual"}),),
    "asking": (("payment_intents", CARDS_ONLY),),
    "customer": (("customers", {}),),
    "product": (("products", {"name": "Algebra"}),),
    "price": (("prices", PRICE),),
    "session": (("checkout/sessions", SESSION),),
    "endpoint": (("webhook_endpoints", HOOK),),
    "disputed": (("payment_intents", NOW | {"payment_method": "pm_card_createDispute"}),),
    "method": (("customers", {"payment_method": "pm_card_visa"}),),
}
# What is asked: the path (with an id of what was made), what is made for it, and the least of a form.
ASKED: dict[str, tuple[str, str, Form]] = {
    "POST /v1/payment_intents": ("payment_intents", "customer", CARDS_ONLY),
    "POST /v1/payment_intents with confirm": ("payment_intents", "customer", NOW),
    "POST /v1/payment_intents/<intent_id>": ("payment_intents/{intent}", "open", {}),
    "POST /v1/payment_intents/<intent_id>/confirm": (
        "payment_intents/{intent}/confirm", "asking", {"payment_method": "pm_card_visa"},
    ),
    "POST /v1/payment_intents/<intent_id>/capture": ("payment_intents/{intent}/capture", "held", {}),
    "POST /v1/payment_intents/<intent_id>/cancel": ("payment_intents/{intent}/cancel", "open", {}),
    "POST /v1/refunds": ("refunds", "paid", {"payment_intent": "{intent}"}),
    "POST /v1/charges/<charge_id>": ("charges/{charge}", "paid", {}),
    "POST /v1/customers": ("customers", "customer", {}),
    "POST /v1/customers/<customer_id>": ("customers/{customer}", "customer", {}),
    "POST /v1/products": ("products", "product", {"name": "Geometry"}),
    "POST /v1/products/<product_id>": ("products/{product}", "product", {}),
    "POST /v1/prices": ("prices", "product", PRICE),
    "POST /v1/prices/<price_id>": ("prices/{price}", "price", {}),
    "POST /v1/checkout/sessions": ("checkout/sessions", "customer", SESSION),
    "POST /v1/checkout/sessions/<session_id>": ("checkout/sessions/{session}", "session", {}),
    "POST /v1/webhook_endpoints": ("webhook_endpoints", "endpoint", HOOK),
    "POST /v1/webhook_endpoints/<endpoint_id>": ("webhook_endpoints/{endpoint}", "endpoint", {}),
    "POST /v1/disputes/<dispute_id>": ("disputes/{dispute}", "disputed", {}),
    "POST /v1/payment_methods": ("payment_methods", "customer", TYPED),
    "POST /v1/payment_methods/<method_id>": ("payment_methods/{method}", "method", {}),
}  # fmt: skip
# Values that no rule of this test would find.
VALUES: dict[str, Any] = {
    "customer": "{customer}",
    "charge": "{charge}",
    "payment_method": "pm_card_mastercard",
    "product": "{product}",
    "default_payment_method": "pm_card_visa",
    "amount": "2500",
    "amount_to_capture": "2500",
    "currency": "usd",
    "expires_at": "1767229200",
    "active": "false",
    "enabled": "false",
    "disabled": "true",
    "exp_month": "11",
    "exp_year": "2040",
    "payment_method_types": {"0": "card", "1": "sepa_debit"},
    "enabled_events": {"0": "charge.failed"},
    "line_items": {"0": ITEM | {"quantity": "2"}},
    "api_version": "2026-03-25.dahlia",
    "capture_method": "manual",
    "customer_email": "ada@example.org",
    "url": "https://other.example/",
    "token": "tok_mastercard",
    "automatic_payment_methods": {"enabled": "true", "allow_redirects": "never"},
    "product_data": {"name": "Geometry"},
    "unit_amount": "2500",
    "payment_method_data": {"type": "card", "card": {"token": "tok_mastercard"}},
    "unit_label": "hour",
    "recurring": {"interval": "month"},
    "preferred_locales": {"0": "fr"},
    "id": "prod_x",
    "images": {"0": "https://shop.example/a.png"},
    "phone": "123",
    "final_capture": "false",
    "statement_descriptor": "ALGEBRA",
    "sepa_debit": {"iban": "AT611904300234573201"},
    "address": {"city": "London"},
    "shipping": {"name": "Ada", "address": {"city": "London"}},
    "submit": "true",
    "payment_intent": "{intent}",
    "us_bank_account": {"account_number": "000123456789", "routing_number": "110000000"},
    "customer_creation": "always",
    "allow_redisplay": "always",
    "payment_method_options": {"card": {"request_three_d_secure": "any"}},
    "payment_intent_data": {"description": "Algebra"},
    "billing_details": {"name": "Ada"},
    "mandate_data": {"customer_acceptance": {"type": "offline"}},
    "client_reference_id": "ada",
}
SIMPLE: tuple[tuple[Any, Any], ...] = (
    (boolean, "true"), (integer, "7"), (metadata, {"a": "1"}), (new_metadata, {"a": "1"}), (email, "ada@example.org"),
    (web_address, "https://x.example/"), (return_address, "https://x.example/"),
)  # fmt: skip
# What makes a difference only together with something else, and the test that says so.
ELSEWHERE = {
    "error_on_requires_action": "test_three_d_secure", "off_session": "test_three_d_secure",
    "use_stripe_sdk": "test_three_d_secure", "return_url": "test_three_d_secure",
    "client_secret": "test_payment_intents", "mandate_data": "test_bank_debits: one is assumed where none is given",
    "sepa_debit": "test_bank_debits: with its type", "us_bank_account": "test_bank_debits: with its type",
    "mode": "there is one", "ui_mode": "there is one", "type": "test_bank_debits",
}  # fmt: skip


# What is there already, be it by another name.
IN_LEAST = {"charge", "confirm", "payment_intent"}
# What can only be said in place of something else.
INSTEAD = {"product": "product_data", "automatic_payment_methods": "payment_method_types"}
# What is named and refused here, because of what the request is about.
REFUSED = {"statement_descriptor", "final_capture"}


def value_of(name: str, entry: Any) -> Any:
    """Return something that this parameter may be, other than what it is by default."""
    check = entry.check if isinstance(entry, Required | Clearable) else entry
    parts = parts_of(check)
    if name == "card":
        return {"exp_month": "11"} if "exp_month" in parts.get("table", {}) else {"token": "tok_mastercard"}
    if name in VALUES:
        return VALUES[name]
    if "choices" in parts:
        return parts["choices"][-1]
    if "table" in parts:
        return {inner: value_of(inner, each) for inner, each in parts["table"].items()}
    return next((value for simple, value in SIMPLE if check is simple), "Words 1")


def parts_of(check: Any) -> Mapping[str, Any]:
    """Return what a check is made of."""
    return inspect.getclosurevars(check).nonlocals


def answer(how: str, more: Form) -> tuple[int, Any]:
    """Return what comes of a request with this besides: the answer, and all that is then remembered."""
    app = create_app(seeded_seams(3, datetime(2026, 1, 1, tzinfo=UTC)))
    client = app.test_client()
    path, of, least = ASKED[how]
    known = {"customer": _post(client, "customers", {})["id"]}
    for made_path, form in MADE[of]:
        made = _post(client, made_path, form)
        known |= {"intent": made["id"], "secret": made.get("client_secret"), "charge": made.get("latest_charge")}
        known |= dict.fromkeys(("product", "price", "session", "endpoint"), made["id"])
        known |= {"customer": made["id"]} if made["object"] == "customer" else {}
    state: Any = client.get("/_sim/state").json
    known |= {"dispute": _last(state, "disputes"), "method": _last(state, "payment_methods")}
    least = {name: value for name, value in least.items() if name not in {INSTEAD.get(each) for each in more}}
    sent = {name: value.format(**known) for name, value in flat(least | more).items()}
    response = client.post(f"/v1/{path.format(**known)}", data=sent, headers=KEY)
    after: Any = client.get("/_sim/state").json
    app.extensions["simulator"].close()
    return response.status_code, (response.json, after)


def _post(client: FlaskClient, path: str, form: Form) -> Any:
    response = client.post(f"/v1/{path}", data=flat(form), headers=KEY)
    assert response.status_code == 200, response.text
    return response.json


def _last(state: Mapping[str, Any], table: str) -> str | None:
    rows = state.get(table)
    return rows[-1]["id"] if rows else None


@pytest.mark.parametrize("how", ASKED)
def test_every_parameter_makes_a_difference(how: str) -> None:
    app = create_app(seeded_seams(1, datetime(2026, 1, 1, tzinfo=UTC)))
    method, path = how.split()[:2]
    [route] = [each for each in routes_of(app) if (each.method, each.path) == (method, path)]
    app.extensions["simulator"].close()
    plain = answer(how, {})
    assert plain[0] == 200
    least = ASKED[how][2]
    names = [name for name in route.table if name not in ELSEWHERE and (name not in least or name in {*VALUES, "card"})]
    given = {name: answer(how, {name: value_of(name, route.table[name])}) for name in names if name not in IN_LEAST}
    assert [name for name, (_, outcome) in given.items() if outcome == plain[1]] == []
    assert {name for name, (status, _) in given.items() if status != 200} <= REFUSED
