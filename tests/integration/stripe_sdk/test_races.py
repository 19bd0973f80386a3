"""Many clients at once, over real sockets: of what can happen once, one call wins."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stripe_world import World

pytestmark = pytest.mark.served

RACERS = 8
VISA: Any = {"payment_method": "pm_card_visa"}


def raced(world: World, *calls: Callable[[stripe.StripeClient], Any], **options: Any) -> list[Any]:
    """Let eight clients make these calls in turn at the same moment; return what came of each, errors too."""
    start = Barrier(RACERS)

    def run(call: Callable[[stripe.StripeClient], Any]) -> Any:
        client = world.client(**options)
        start.wait()
        try:
            return call(client)
        except stripe.StripeError as error:
            return error

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, [calls[number % len(calls)] for number in range(RACERS)]))


def kinds(outcomes: list[Any]) -> Counter[str | None]:
    """Count what came of them: the object's status, or the error's code."""
    return Counter(code_of(each) if isinstance(each, stripe.StripeError) else each.status for each in outcomes)


def code_of(error: stripe.StripeError) -> str | None:
    """Return the code that Stripe sent; the library itself does not tell that of a conflict."""
    return error.error.code if error.error else None


def create(client: stripe.StripeClient) -> stripe.PaymentIntent:
    wanted: Any = {"amount": 4900, "currency": "eur", "payment_method_types": ["card"], "confirm": True, **VISA}
    return client.v1.payment_intents.create(wanted, {"idempotency_key": "the-same"})


def confirm(intent_id: str, client: stripe.StripeClient) -> stripe.PaymentIntent:
    return client.v1.payment_intents.confirm(intent_id, VISA)


def cancel(intent_id: str, client: stripe.StripeClient) -> stripe.PaymentIntent:
    return client.v1.payment_intents.cancel(intent_id)


def test_eight_calls_with_one_key_make_one_object(world: World, client: stripe.StripeClient) -> None:
    outcomes = raced(world, create)
    made = [each for each in outcomes if isinstance(each, stripe.PaymentIntent)]
    refused = [each for each in outcomes if isinstance(each, stripe.StripeError)]
    assert {each.id for each in made} == {client.v1.payment_intents.list().data[0].id}
    assert {(each.http_status, code_of(each)) for each in refused} <= {(409, "idempotency_key_in_use")}
    assert len(client.v1.payment_intents.list().data) == len(client.v1.charges.list().data) == 1


def test_eight_clients_that_retry_all_get_the_one_object(world: World, client: stripe.StripeClient) -> None:
    outcomes = raced(world, create, max_network_retries=4)
    assert {each.id for each in outcomes} == {client.v1.payment_intents.list().data[0].id}


def test_a_decline_with_one_key_is_one_charge(world: World, client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    key: Any = {"idempotency_key": "the-same"}
    bad: Any = {"payment_method": "pm_card_chargeDeclined"}
    outcomes = raced(world, lambda each: each.v1.payment_intents.confirm(intent.id, bad, key))
    assert set(kinds(outcomes)) <= {"card_declined", "idempotency_key_in_use"}
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_of_many_confirms_one_charges(world: World, client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    outcomes = raced(world, partial(confirm, intent.id))
    assert kinds(outcomes) == {"succeeded": 1, "payment_intent_unexpected_state": RACERS - 1}
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_of_many_cancels_one_wins(world: World, client: stripe.StripeClient) -> None:
    intent = an_intent(client)
    outcomes = raced(world, partial(cancel, intent.id))
    assert kinds(outcomes) == {"canceled": 1, "payment_intent_unexpected_state": RACERS - 1}
    assert len(client.v1.events.list({"type": "payment_intent.canceled"}).data) == 1


def test_an_intent_is_paid_or_canceled_never_both(world: World, client: stripe.StripeClient) -> None:
    for _ in range(5):
        intent = an_intent(client)
        outcomes = raced(
            world,
            partial(confirm, intent.id),
            partial(cancel, intent.id),
        )
        assert kinds(outcomes)["payment_intent_unexpected_state"] == RACERS - 1
        ended = client.v1.payment_intents.retrieve(intent.id).status
        assert kinds(outcomes)[ended] == 1


def test_of_many_captures_one_wins(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client, capture_method="manual")
    outcomes = raced(world, lambda each: each.v1.payment_intents.capture(intent.id))
    assert kinds(outcomes) == {"succeeded": 1, "payment_intent_unexpected_state": RACERS - 1}
    world.settle(timedelta(seconds=2))
    assert len(client.v1.balance_transactions.list().data) == 1


def test_of_many_full_refunds_one_wins(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    outcomes = raced(world, lambda each: each.v1.refunds.create({"payment_intent": intent.id}))
    assert kinds(outcomes) == {"succeeded": 1, "charge_already_refunded": RACERS - 1}


def test_of_many_partial_refunds_as_many_win_as_fit(world: World, client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    outcomes = raced(world, lambda each: each.v1.refunds.create({"payment_intent": intent.id, "amount": 1200}))
    assert kinds(outcomes) == {"succeeded": 4, None: 4}
    assert client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 4800


def test_of_many_who_give_in_one_closes_the_dispute(world: World, client: stripe.StripeClient) -> None:
    a_paid_intent(client, "pm_card_createDispute")
    world.settle(timedelta(seconds=3))
    [dispute] = client.v1.disputes.list().data
    outcomes = raced(world, lambda each: each.v1.disputes.close(dispute.id))
    assert kinds(outcomes) == {"lost": 1, None: RACERS - 1}


def test_many_creates_at_once_make_as_many_intents(world: World, client: stripe.StripeClient) -> None:
    made = raced(world, lambda each: [an_intent(each).id for _ in range(10)])
    ids = {intent_id for each in made for intent_id in each}
    assert len(ids) == 10 * RACERS
    assert {each.id for each in client.v1.payment_intents.list({"limit": 100}).data} == ids
