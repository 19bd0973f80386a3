"""Money that is held first and taken later."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.integration.stripe_sdk.intents import a_paid_intent, an_intent, recorded

if TYPE_CHECKING:
    from tests.stripe_world import World

HELD = ["payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated"]


def a_hold(client: stripe.StripeClient, **more: Any) -> stripe.PaymentIntent:
    return a_paid_intent(client, capture_method="manual", **more)


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    return client.v1.charges.retrieve(str(intent.latest_charge))


def test_a_manual_capture_only_holds_the_money(client: stripe.StripeClient) -> None:
    intent = a_hold(client)
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 4900, 0)
    charge = charge_of(client, intent)
    assert (charge.paid, charge.captured, charge.amount_captured, charge.balance_transaction) == (True, False, 0, None)
    assert recorded(client) == HELD


def test_what_is_held_is_captured_whole(world: World, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.capture(a_hold(client).id)
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("succeeded", 0, 4900)
    assert (charge_of(client, intent).captured, charge_of(client, intent).amount_captured) == (True, 4900)
    world.settle(timedelta(seconds=2))
    assert recorded(client) == [*HELD, "charge.captured", "payment_intent.succeeded"]
    assert charge_of(client, intent).balance_transaction


def test_a_capture_knows_its_balance_transaction_at_once(client: stripe.StripeClient) -> None:
    for amount, fee in ((4900, 172), (2500, 103)):
        wanted: Any = {"amount_to_capture": amount, "expand": ["latest_charge.balance_transaction"]}
        intent = client.v1.payment_intents.capture(a_hold(client).id, wanted)
        transaction = intent.latest_charge.balance_transaction  # type: ignore[union-attr]
        assert isinstance(transaction, stripe.BalanceTransaction)
        assert (transaction.amount, transaction.fee, transaction.net) == (amount, fee, amount - fee)


def test_a_capture_that_is_not_to_be_the_last_is_refused_by_name(client: stripe.StripeClient) -> None:
    intent = a_hold(client)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1000, "final_capture": False})
    assert (refusal.value.http_status, refusal.value.param) == (400, "final_capture")
    assert client.v1.payment_intents.retrieve(intent.id) == intent
    captured = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1000, "final_capture": True})
    assert captured.amount_received == 1000


def test_a_part_is_captured_and_the_rest_is_let_go(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.capture(a_hold(client).id, {"amount_to_capture": 1500})
    charge = charge_of(client, intent)
    assert (intent.amount, intent.amount_received, intent.amount_capturable) == (4900, 1500, 0)
    assert (charge.amount, charge.amount_captured, charge.refunded) == (4900, 1500, False)


def test_only_what_was_captured_can_be_refunded(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.capture(a_hold(client).id, {"amount_to_capture": 1500})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 1501})
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 1500


@pytest.mark.parametrize(
    ("amount", "code", "param"),
    [
        (4901, "amount_too_large", None),
        (0, "parameter_invalid_integer", "amount"),
        (-5, None, "amount_to_capture"),
    ],
)
def test_no_more_than_was_held_is_captured_and_no_less_than_something(
    client: stripe.StripeClient, amount: int, code: str | None, param: str | None
) -> None:
    intent = a_hold(client)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": amount})
    assert (refusal.value.param, refusal.value.code) == (param, code)
    body: Any = refusal.value.json_body
    assert body["error"]["payment_intent"]["id"] == intent.id
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"


def test_nothing_is_captured_twice(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.capture(a_hold(client).id)
    with pytest.raises(stripe.InvalidRequestError, match="already been captured") as refusal:
        client.v1.payment_intents.capture(intent.id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_an_intent_that_holds_nothing_cannot_be_captured(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="status of requires_payment_method") as refusal:
        client.v1.payment_intents.capture(an_intent(client, capture_method="manual").id)
    assert refusal.value.error
    assert refusal.value.error.payment_intent
    assert refusal.value.error.payment_intent.status == "requires_payment_method"


def test_a_hold_cannot_be_refunded_but_canceled(client: stripe.StripeClient) -> None:
    intent = a_hold(client)
    with pytest.raises(stripe.InvalidRequestError, match="You must cancel the PaymentIntent"):
        client.v1.refunds.create({"payment_intent": intent.id})
    canceled = client.v1.payment_intents.cancel(intent.id)
    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    assert charge_of(client, intent).refunded
    assert recorded(client) == [*HELD, "charge.refunded", "payment_intent.canceled"]


def test_a_hold_is_let_go_after_seven_days(world: World, client: stripe.StripeClient) -> None:
    intent = a_hold(client)
    world.settle(timedelta(days=7, seconds=-1))
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    world.settle(timedelta(seconds=1))
    expired = client.v1.payment_intents.retrieve(intent.id)
    assert (expired.status, expired.cancellation_reason) == ("canceled", "automatic")
    assert recorded(client) == [*HELD, "charge.expired", "payment_intent.canceled"]


def test_what_was_captured_in_time_stays_captured(world: World, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.capture(a_hold(client).id)
    world.settle(timedelta(days=8))
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_racing_captures_take_the_money_once(world: World, client: stripe.StripeClient) -> None:
    intent = a_hold(client)

    def capture(_: int) -> str:
        try:
            return world.client().v1.payment_intents.capture(intent.id).status
        except stripe.InvalidRequestError as error:
            return str(error.code)

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(capture, range(8)))
    assert outcomes == ["payment_intent_unexpected_state"] * 7 + ["succeeded"]
    assert recorded(client).count("charge.captured") == 1


def test_a_capture_races_a_cancel_and_one_of_them_wins(world: World, client: stripe.StripeClient) -> None:
    intent = a_hold(client)

    def end(how: str) -> bool:
        try:
            getattr(world.client().v1.payment_intents, how)(intent.id)
        except stripe.InvalidRequestError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(end, ["capture", "cancel"] * 4))
    assert won.count(True) == 1
    assert client.v1.payment_intents.retrieve(intent.id).status in {"succeeded", "canceled"}
