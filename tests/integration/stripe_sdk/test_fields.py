from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent

if TYPE_CHECKING:
    from tests.stripe_world import World

pytestmark = pytest.mark.served

ONLY_WHEN_USED: dict[type[stripe.StripeObject], set[str]] = {
    stripe.PaymentIntent: {"hooks", "payment_details", "presentment_details"},
    stripe.Charge: {"authorization_code", "level3", "refunds", "transfer"},
    stripe.Refund: {
        "description", "failure_balance_transaction", "failure_reason", "instructions_email", "next_action",
        "pending_reason", "presentment_details",
    },
    stripe.Event: {"account", "context"},
    stripe.WebhookEndpoint: {"deleted"},
}  # fmt: skip


def test_every_object_shows_every_field_that_the_sdk_declares_and_no_other(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    [endpoint] = client.v1.webhook_endpoints.list().data
    shown: list[stripe.StripeObject] = [
        intent,
        client.v1.charges.retrieve(str(intent.latest_charge)),
        client.v1.refunds.create({"payment_intent": intent.id}),
        client.v1.events.list().data[0],
        client.v1.webhook_endpoints.create({"url": endpoint.url, "enabled_events": ["*"]}),
    ]
    assert {type(each) for each in shown} == ONLY_WHEN_USED.keys()
    for each in shown:
        declared = set(type(each).__annotations__) - {"OBJECT_NAME"}
        assert declared - set(each.to_dict()) == ONLY_WHEN_USED[type(each)]
        assert set(each.to_dict()) - declared == set()


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
