"""Webhooks in depth: who hears what, in which order, how often, and what the others notice of it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent
from tests.stripe_world import SECRET, Receiver, listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.stripe_world import World

pytestmark = pytest.mark.served


@pytest.fixture
def other() -> Iterator[tuple[Receiver, str]]:
    with listening() as other:
        yield other


def an_endpoint(client: stripe.StripeClient, url: str, *events: Any) -> stripe.WebhookEndpoint:
    return client.v1.webhook_endpoints.create({"url": url, "enabled_events": list(events) or ["*"]})


def the_first(client: stripe.StripeClient) -> stripe.WebhookEndpoint:
    return client.v1.webhook_endpoints.list().data[-1]


def until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_every_endpoint_hears_of_every_event_it_wants(
    world: World, client: stripe.StripeClient, other: tuple[Receiver, str]
) -> None:
    receiver, url = other
    an_endpoint(client, url, "payment_intent.succeeded", "charge.succeeded")
    a_paid_intent(client)
    world.settle()
    assert world.receiver.names() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    assert receiver.names() == ["charge.succeeded", "payment_intent.succeeded"]


def test_pending_webhooks_counts_the_endpoints_that_have_not_got_it(
    world: World, client: stripe.StripeClient, other: tuple[Receiver, str]
) -> None:
    receiver, url = other
    made = an_endpoint(client, url)
    receiver.answer = 500
    an_intent(client)
    [event] = client.v1.events.list().data
    assert event.pending_webhooks == 2
    world.settle()
    assert world.receiver.got[0].event["pending_webhooks"] == 2
    assert client.v1.events.retrieve(event.id).pending_webhooks == 1
    assert [each.id for each in client.v1.events.list({"delivery_success": False}).data] == [event.id]
    client.v1.webhook_endpoints.delete(made.id)
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_a_deleted_endpoint_gets_no_more(
    world: World, client: stripe.StripeClient, other: tuple[Receiver, str]
) -> None:
    receiver, url = other
    made = an_endpoint(client, url)
    receiver.answer = 500
    an_intent(client)
    world.settle()
    client.v1.webhook_endpoints.delete(made.id)
    world.settle(timedelta(days=4))
    assert len(receiver.got) == 1


def test_an_endpoint_that_is_enabled_again_hears_what_happens_from_then_on(
    world: World, client: stripe.StripeClient
) -> None:
    endpoint = the_first(client)
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    an_intent(client)
    world.settle()
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": False, "enabled_events": ["charge.failed"]})
    with pytest.raises(stripe.CardError):
        a_paid_intent(client, "pm_card_chargeDeclined")
    world.settle()
    assert world.receiver.names() == ["charge.failed"]


def test_an_account_has_sixteen_endpoints_at_most(client: stripe.StripeClient) -> None:
    for _ in range(15):
        an_endpoint(client, "http://127.0.0.1:1/")
    with pytest.raises(stripe.InvalidRequestError, match="maximum of 16"):
        an_endpoint(client, "http://127.0.0.1:1/")


def test_while_a_secret_is_rolled_both_are_good_and_then_only_the_new_one(
    world: World, client: stripe.StripeClient
) -> None:
    rolled = world.http.post(f"{world.url}/_sim/webhook_endpoints/{the_first(client).id}/secret").json()
    an_intent(client)
    world.settle(timedelta(hours=24))
    an_intent(client)
    world.settle()
    during, after = world.receiver.got
    assert during.signature.count("v1=") == 2
    for secret in (SECRET, rolled["secret"]):
        assert stripe.Webhook.construct_event(during.body, during.signature, secret, tolerance=0)
    assert after.signature.count("v1=") == 1
    assert stripe.Webhook.construct_event(after.body, after.signature, rolled["secret"], tolerance=0)


def test_a_secret_is_rolled_for_a_day_at_most(world: World, client: stripe.StripeClient) -> None:
    url = f"{world.url}/_sim/webhook_endpoints/{the_first(client).id}/secret"
    answer = world.http.post(url, json={"overlapSeconds": 86401})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "overlapSeconds")


def resend(world: World, event: stripe.Event, **to: Any) -> Any:
    """As the official CLI does it."""
    key = {"Authorization": "Bearer sk_test_of_the_cli"}
    return world.http.post(f"{world.url}/v1/events/{event.id}/retry", data=to, headers=key)


def test_an_event_is_sent_again_on_request_to_one_endpoint_or_to_all(
    world: World, client: stripe.StripeClient, other: tuple[Receiver, str]
) -> None:
    receiver, url = other
    made = an_endpoint(client, url)
    an_intent(client)
    world.settle()
    [event] = client.v1.events.list().data
    assert resend(world, event, webhook_endpoint=made.id).json()["id"] == event.id
    world.settle()
    assert (len(receiver.got), len(world.receiver.got)) == (2, 1)
    resend(world, event, for_stripecli="true")
    world.settle()
    assert (len(receiver.got), len(world.receiver.got)) == (3, 2)
    assert {webhook.event["id"] for webhook in receiver.got} == {event.id}


def test_an_event_that_was_lost_arrives_when_it_is_sent_again(world: World, client: stripe.StripeClient) -> None:
    world.plant("lost_delivery")
    an_intent(client)
    world.settle()
    [lost] = client.v1.events.list({"delivery_success": False}).data
    resend(world, lost, webhook_endpoint=the_first(client).id)
    world.settle()
    assert client.v1.events.list({"delivery_success": False}).data == []
    assert world.receiver.names() == ["payment_intent.created"]


def test_an_event_is_not_sent_to_an_endpoint_that_is_not_there(world: World, client: stripe.StripeClient) -> None:
    an_intent(client)
    answer = resend(world, client.v1.events.list().data[0], webhook_endpoint="we_x")
    assert answer.json()["error"]["message"] == "No such webhook endpoint: 'we_x'"


def test_shuffled_deliveries_arrive_in_another_order_and_all_of_them(world: World, client: stripe.StripeClient) -> None:
    world.plant("shuffled_delivery", withinSeconds=60)
    for _ in range(5):
        a_paid_intent(client)
    while due := world.app.extensions["background"].next_due():
        world.settle(max(due - world.clock.now(), timedelta(0)))
    shown = [webhook.event["id"] for webhook in world.receiver.got]
    happened = [event.id for event in client.v1.events.list({"limit": 100}).data][::-1]
    assert sorted(shown) == sorted(happened)
    assert shown != happened


def test_faults_strike_one_endpoint_and_spare_the_other(
    world: World, client: stripe.StripeClient, other: tuple[Receiver, str]
) -> None:
    receiver, url = other
    made = an_endpoint(client, url)
    world.plant("lost_delivery", receiver=made.id)
    world.plant("duplicate_delivery", receiver=the_first(client).url)
    an_intent(client)
    world.settle()
    assert (len(receiver.got), len(world.receiver.got)) == (0, 2)


def test_retries_follow_the_schedule_that_was_set(world: World, client: stripe.StripeClient) -> None:
    schedule = {"retrySeconds": [10, 100], "giveUpAfterSeconds": 250}
    assert world.http.put(f"{world.url}/_sim/schedule", json=schedule).json() == schedule
    assert world.http.get(f"{world.url}/_sim/schedule").json() == schedule
    world.receiver.answer = 503
    an_intent(client)
    for _ in range(400):
        world.settle(timedelta(seconds=1))
    [delivery] = world.http.get(f"{world.url}/_sim/deliveries").json()["items"]
    assert delivery["status"] == "FAILED"
    stamps = [webhook.signature.partition(",")[0].removeprefix("t=") for webhook in world.receiver.got]
    assert [int(stamp) - int(stamps[0]) for stamp in stamps] == [0, 10, 110, 210, 310]
    assert client.v1.events.list().data[0].pending_webhooks == 0


@pytest.mark.parametrize("wrong", [{"retrySeconds": []}, {"retrySeconds": [0]}, {"giveUpAfterSeconds": "soon"}])
def test_a_schedule_that_makes_no_sense_is_refused_by_name(world: World, wrong: Any) -> None:
    answer = world.http.put(f"{world.url}/_sim/schedule", json=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, next(iter(wrong)))


def test_events_are_forgotten_after_thirty_days(world: World, client: stripe.StripeClient) -> None:
    an_intent(client)
    [old] = client.v1.events.list().data
    world.settle(timedelta(days=29))
    assert client.v1.events.retrieve(old.id).id == old.id
    world.settle(timedelta(days=1))
    with pytest.raises(stripe.InvalidRequestError, match="No such event"):
        client.v1.events.retrieve(old.id)
    assert client.v1.events.list().data == []
    an_intent(client)
    state = world.http.get(f"{world.url}/_sim/state").json()
    assert [len(state[name]) for name in ("events", "deliveries")] == [1, 1]


def test_events_are_listed_by_time(world: World, client: stripe.StripeClient) -> None:
    an_intent(client)
    world.clock.advance(timedelta(minutes=1))
    later = int(world.clock.now().timestamp())
    an_intent(client)
    assert len(client.v1.events.list({"created": {"gte": later}}).data) == 1
    assert len(client.v1.events.list({"created": {"lt": later}}).data) == 1


def test_a_slow_receiver_slows_no_call_and_dead_endpoints_starve_no_other(
    world: World, client: stripe.StripeClient, other: tuple[Receiver, str]
) -> None:
    receiver, url = other
    background = world.app.extensions["background"]
    with ExitStack() as ending:
        ending.callback(background.stop)
        for _ in range(10):
            hanging, dead_url = ending.enter_context(listening())
            hanging.hangs()
            an_endpoint(client, dead_url)
        an_endpoint(client, url)
        background.start()
        for _ in range(5):
            an_intent(client)
        until(lambda: len(receiver.got) == 5)  # ten who hang for ten seconds: after one another, a hundred
