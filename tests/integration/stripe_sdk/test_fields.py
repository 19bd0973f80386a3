"""Every object is what the installed official SDK declares: an upgrade of the SDK shows drift here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.declared import declared, differences, fields, words
from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stripe_world import World

ONLY_WHEN_USED = {
    "payment_intent": {"hooks", "payment_details", "presentment_details"},
    "charge": {"authorization_code", "level3", "refunds", "transfer"},
    "refund": {
        "description", "failure_balance_transaction", "failure_reason", "instructions_email", "next_action",
        "pending_reason", "presentment_details",
    },
    "event": {"account", "context"},
    "webhook_endpoint": {"deleted", "secret"},
    "checkout.session": {"line_items", "presentment_details"},
    "customer": {
        "cash_balance", "deleted", "invoice_credit_balance", "sources", "subscriptions", "tax", "tax_ids",
    },
    "price": {"currency_options", "deleted", "tiers"},
    "product": {"deleted"},
    "balance": {"connect_reserved", "instant_available", "issuing", "refund_and_dispute_prefunding"},
}  # fmt: skip
ONLY_WHEN_USED["payment_method"] = words(fields(stripe.PaymentMethod)["type"]) - {"card"} | {"radar_options"}
"""What Stripe shows only on occasion; every other field is always there, null when empty."""


@pytest.fixture
def shown(world: World, client: stripe.StripeClient) -> dict[str, list[dict[str, Any]]]:
    """One of everything, and what became of it: all that events tell of, and what is only ever asked for."""
    _live(world, client)
    objects: dict[str, list[dict[str, Any]]] = {}
    for each in [*_shown(world), *_asked_for(world)]:
        objects.setdefault(each["object"], []).append(each)
    return objects


def _live(world: World, client: stripe.StripeClient) -> None:
    """Pay, decline, refund, fail, dispute, win, lose, cancel."""
    paid = [a_paid_intent(client), a_paid_intent(client, "pm_card_refundFail"), a_paid_intent(client)]
    for intent in paid[:2]:
        client.v1.refunds.create({"payment_intent": intent.id})
    pending = a_paid_intent(client, "pm_card_pendingRefund")
    client.v1.refunds.cancel(client.v1.refunds.create({"payment_intent": pending.id}).id)
    for card in ("createDispute", "createDisputeInquiry", "createMultipleDisputes", "createIssuerFraudRecord"):
        a_paid_intent(client, f"pm_card_{card}")
    with pytest.raises(stripe.CardError):
        a_paid_intent(client, "pm_card_chargeDeclined")
    client.v1.payment_intents.cancel(an_intent(client).id, {"cancellation_reason": "abandoned"})
    a_paid_intent(client, "pm_card_authenticationRequired", return_url="http://127.0.0.1/back")
    held = a_paid_intent(client, capture_method="manual")
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 4000})
    _keep_a_customer(client)
    _offer(client)
    world.settle(timedelta(seconds=5))
    for dispute, text in zip(client.v1.disputes.list().data, ("winning_evidence", "losing_evidence"), strict=False):
        client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})
    world.settle(timedelta(days=10))


def _keep_a_customer(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.org", "metadata": {"studentId": "ada"}})
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    client.v1.payment_methods.detach(method.id)


def _offer(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "Algebra"})
    price = client.v1.prices.create({"product": product.id, "unit_amount": 4900, "currency": "eur"})
    item: Any = {"price": price.id, "quantity": 1}
    urls: Any = {"success_url": "http://127.0.0.1/paid", "cancel_url": "http://127.0.0.1/back"}
    for _ in range(2):
        wanted: Any = {"mode": "payment", "line_items": [item], **urls}
        session = client.v1.checkout.sessions.create(wanted)
    client.v1.checkout.sessions.expire(session.id)


def _shown(world: World) -> Iterator[dict[str, Any]]:
    for event in _listed(world, "events"):
        yield event
        yield event["data"]["object"]


def _asked_for(world: World) -> Iterator[dict[str, Any]]:
    yield _got(world, "balance")
    for kind in ("balance_transactions", "charges", "disputes", "payment_intents", "refunds", "webhook_endpoints"):
        yield from _listed(world, kind)
    for kind in ("customers", "products", "prices", "checkout/sessions"):
        yield from _listed(world, kind)
    for charge in _listed(world, "charges"):
        yield _got(world, f"payment_methods/{charge['payment_method']}")


def _listed(world: World, kind: str) -> Iterator[dict[str, Any]]:
    yield from _got(world, f"{kind}?limit=100")["data"]


def _got(world: World, path: str) -> Any:
    answer = world.http.get(f"{world.url}/v1/{path}", headers={"Authorization": "Bearer sk_test_of_the_tests"})
    assert answer.status_code == 200
    return answer.json()


def test_every_object_is_what_the_sdk_declares_in_names_nulls_types_and_words(
    shown: dict[str, list[dict[str, Any]]],
) -> None:
    wrong = {
        said
        for kind, objects in shown.items()
        for each in objects
        for said in differences(each, declared(each), kind)
    }  # fmt: skip
    assert sorted(wrong) == []


def test_every_object_shows_every_field_that_the_sdk_declares(shown: dict[str, list[dict[str, Any]]]) -> None:
    missing = {
        f"{kind}.{name}"
        for kind, objects in shown.items()
        for each in objects
        for name in fields(declared(each)).keys() - each.keys() - ONLY_WHEN_USED.get(kind, set())
    }
    assert sorted(missing) == []


def test_what_is_shown_only_when_used_is_really_left_out_by_somebody(shown: dict[str, list[dict[str, Any]]]) -> None:
    for kind, names in ONLY_WHEN_USED.items():
        assert names <= fields(declared(shown[kind][0])).keys()
        assert all(any(name not in each for each in shown[kind]) for name in names)


def test_all_kinds_of_money_objects_were_seen(shown: dict[str, list[dict[str, Any]]]) -> None:
    assert shown.keys() >= {
        "balance", "balance_transaction", "charge", "checkout.session", "customer", "dispute", "event",
        "payment_intent", "payment_method", "price", "product", "radar.early_fraud_warning", "refund",
        "webhook_endpoint",
    }  # fmt: skip
    assert {each["status"] for each in shown["dispute"]} >= {"needs_response", "won", "lost", "warning_closed"}
    assert {each["status"] for each in shown["refund"]} == {"succeeded", "failed", "pending", "canceled"}


def test_the_delivery_log_tells_every_attempt_but_no_body(client: stripe.StripeClient, world: World) -> None:
    world.receiver.answer = 500
    a_paid_intent(client)
    world.settle()
    log = world.http.get(f"{world.url}/_sim/deliveries").json()["items"]
    assert [each["event"] for each in log] == [
        "payment_intent.succeeded", "charge.succeeded", "payment_intent.created",
    ]  # fmt: skip
    assert [each["attempts"][0]["status"] for each in log] == [500] * 3
    assert "body" not in log[0]
