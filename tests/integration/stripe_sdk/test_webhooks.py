from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from simulators.stripe.webhooks.signing import signature
from tests.integration.stripe_sdk.intents import METADATA, a_paid_intent, an_intent
from tests.stripe_world import SECRET

if TYPE_CHECKING:
    from tests.stripe_world import Webhook, World

pytestmark = pytest.mark.served


def believed(webhook: Webhook) -> stripe.Event:
    """The tests' clock stands in the past, so the age is not judged here."""
    event: stripe.Event = stripe.Webhook.construct_event(webhook.body, webhook.signature, SECRET, tolerance=0)
    return event


def test_stripes_own_library_believes_our_signature(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    world.settle()
    events = [believed(webhook) for webhook in world.receiver.got]
    assert [event.type for event in events] == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip
    assert (events[-1].data.object["id"], events[-1].data.object["metadata"].to_dict()) == (intent.id, METADATA)
    assert events[-1].api_version == "2026-10-28.endive"


def test_we_sign_as_stripes_own_signer_does(world: World) -> None:
    theirs = stripe.WebhookSignature.generate_signature_header("body", SECRET, 1_700_000_000)
    assert f"v1={signature(SECRET, 1_700_000_000, 'body')}" in theirs


def test_nothing_is_announced_during_the_request(world: World, client: stripe.StripeClient) -> None:
    an_intent(client)
    assert world.receiver.got == []


def test_an_event_tells_which_request_caused_it(world: World, client: stripe.StripeClient) -> None:
    client.v1.payment_intents.create({"amount": 4900, "currency": "eur"}, {"idempotency_key": "step-1"})
    world.settle()
    assert world.receiver.got[0].event["request"]["idempotency_key"] == "step-1"


def test_a_webhook_that_fails_comes_again_signed_anew(world: World, client: stripe.StripeClient) -> None:
    world.receiver.answer = 500
    an_intent(client)
    world.settle()
    [event] = client.v1.events.list().data
    assert event.pending_webhooks == 1
    world.receiver.answer = 200
    world.settle(timedelta(seconds=1))
    first, second = world.receiver.got
    assert (first.body, first.signature != second.signature) == (second.body, True)
    assert believed(second).id == event.id
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_events_that_did_not_arrive_can_be_listed(world: World, client: stripe.StripeClient) -> None:
    world.plant("lost_delivery", event="payment_intent.succeeded")
    a_paid_intent(client)
    world.settle()
    lost = client.v1.events.list({"delivery_success": False})
    assert [event.type for event in lost.data] == ["payment_intent.succeeded"]


def test_events_are_listed_by_name(client: stripe.StripeClient) -> None:
    a_paid_intent(client)
    by_one = client.v1.events.list({"type": "payment_intent.*"})
    assert [event.type for event in by_one.data] == ["payment_intent.succeeded", "payment_intent.created"]
    by_many = client.v1.events.list({"types": ["charge.succeeded", "payment_intent.created"]})
    assert [event.type for event in by_many.data] == ["charge.succeeded", "payment_intent.created"]


def test_the_balance_is_announced_a_little_later(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    world.settle(timedelta(seconds=2))
    assert world.receiver.names()[-1] == "charge.updated"
    assert client.v1.charges.retrieve(str(intent.latest_charge)).balance_transaction


def test_an_event_keeps_what_was_true_then(world: World, client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    client.v1.payment_intents.cancel(intent.id)
    world.settle()
    statuses = [webhook.event["data"]["object"]["status"] for webhook in world.receiver.got]
    assert statuses == ["requires_payment_method", "canceled"]


def test_a_decline_is_announced(world: World, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError):
        a_paid_intent(client, "pm_card_chargeDeclined")
    world.settle()
    assert world.receiver.names() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_a_refund_is_announced(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    client.v1.refunds.create({"payment_intent": intent.id})
    world.settle()
    assert world.receiver.names()[3:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]


def test_an_endpoint_hears_what_it_asked_for_with_its_own_secret(world: World, client: stripe.StripeClient) -> None:
    [everything] = client.v1.webhook_endpoints.list().data
    made = client.v1.webhook_endpoints.create({"url": everything.url, "enabled_events": ["payment_intent.canceled"]})
    client.v1.webhook_endpoints.update(everything.id, {"disabled": True})
    client.v1.payment_intents.cancel(an_intent(client).id)
    world.settle()
    [webhook] = world.receiver.got
    assert made.secret
    assert stripe.Webhook.construct_event(webhook.body, webhook.signature, made.secret, tolerance=0)
    assert not hasattr(client.v1.webhook_endpoints.retrieve(made.id), "secret")
    assert client.v1.webhook_endpoints.delete(made.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.retrieve(made.id)


def test_an_endpoint_asks_for_events_that_there_are(client: stripe.StripeClient) -> None:
    unknown: Any = {"url": "http://127.0.0.1/", "enabled_events": ["charge.failed", "charge.exploded"]}
    with pytest.raises(stripe.InvalidRequestError, match=r"Invalid enabled_events\[1\]: must be one of") as refusal:
        client.v1.webhook_endpoints.create(unknown)
    assert refusal.value.param == "enabled_events[1]"


@pytest.mark.parametrize("asked", [{"url": "nowhere", "enabled_events": ["*"]}, {"url": "http://127.0.0.1/"}])
def test_an_endpoint_must_be_reachable_and_want_something(client: stripe.StripeClient, asked: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.create(asked)


def test_a_disabled_endpoint_hears_no_more_not_even_what_waits(world: World, client: stripe.StripeClient) -> None:
    an_intent(client)
    client.v1.webhook_endpoints.update(client.v1.webhook_endpoints.list().data[0].id, {"disabled": True})
    world.settle(timedelta(days=4))
    assert world.receiver.got == []


@pytest.mark.parametrize("fault", ["wrong_signature", "missing_signature", "tampered_body"])
def test_a_forged_webhook_is_not_believed(world: World, client: stripe.StripeClient, fault: str) -> None:
    world.plant(fault)
    an_intent(client)
    world.settle()
    with pytest.raises(stripe.SignatureVerificationError):
        believed(world.receiver.got[0])


def test_a_stale_webhook_is_rightly_signed_but_old(world: World, client: stripe.StripeClient) -> None:
    world.plant("stale_timestamp", seconds=301)
    an_intent(client)
    world.settle()
    [webhook] = world.receiver.got
    assert believed(webhook)
    assert f"t={int(world.clock.now().timestamp()) - 301}," in webhook.signature


def test_a_webhook_can_tell_of_another_amount_or_of_live_mode(world: World, client: stripe.StripeClient) -> None:
    world.plant("altered_amount", amount=1, event="payment_intent.succeeded")
    world.plant("live_event", event="payment_intent.succeeded")
    intent = a_paid_intent(client)
    world.settle()
    event = believed(world.receiver.got[-1])
    assert (event.livemode, event.data.object["amount_received"]) == (True, 1)
    assert client.v1.payment_intents.retrieve(intent.id).amount_received == 4900


def test_a_webhook_can_come_twice_and_late(world: World, client: stripe.StripeClient) -> None:
    world.plant("duplicate_delivery")
    world.plant("delayed_delivery", seconds=60)
    an_intent(client)
    world.settle()
    assert world.receiver.got == []
    world.settle(timedelta(seconds=60))
    first, second = world.receiver.got
    assert first.event == second.event


def test_state_survives_an_export_and_an_import(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    state = json.loads(world.http.get(f"{world.url}/_sim/state").text)
    world.http.post(f"{world.url}/_sim/reset")
    assert client.v1.payment_intents.list().data == []
    assert len(client.v1.webhook_endpoints.list().data) == 1
    world.http.put(f"{world.url}/_sim/state", json=state)
    assert client.v1.payment_intents.retrieve(intent.id) == intent
    world.settle()
    assert "payment_intent.succeeded" in world.receiver.names()
