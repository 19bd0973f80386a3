"""Each way in which Stripe's books and ours can differ is made to happen, is reported, and is mended where news can."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reference.app import open_books
from reference.reconciliation.differences import Difference, DifferenceKind
from reference.reconciliation.reconcile import Reconciliation, Repair
from simulators.judge.verdict import must_hold
from simulators.stripe.webhooks.signing import signature
from simulators.world.inside import Inside
from simulators.world.topology import STRIPE

K = DifferenceKind
ON_ITS_WAY = timedelta(minutes=2)  # Longer than news may take.
NEVER_LOOKING = {"PAYMENT_CHECK_SECONDS": "864000", "PAYMENT_WINDOW_SECONDS": "864000"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Inside]:
    """Nobody looks at Stripe by himself here, so that lost news stay lost."""
    with Inside(tmp_path, settings=NEVER_LOOKING) as world:
        world.learning.create_course("algebra")
        yield world


def books(world: Inside) -> Reconciliation:
    return open_books(world.topology.environ(), clock=world.clock, http=world.connect("reconciliation"))


def found(world: Inside, since: datetime | None = None) -> list[Difference]:
    both = books(world)
    return list(both.differences(both.span(since)))


def kinds(world: Inside) -> list[DifferenceKind]:
    return [each.kind for each in found(world)]


def repaired(world: Inside) -> list[Repair]:
    return [books(world).repair(each) for each in found(world)]


def lose_news(world: Inside, event: str = "*") -> None:
    world.plant_fault(STRIPE, "lost_delivery", event=event, times=None)


def saga(world: Inside, saga_id: str) -> Any:
    return world.payment.find_saga(saga_id)


def asked_to_pay(world: Inside) -> tuple[str, str]:
    """Return a saga that waits for its student to pay, and its intent."""
    saga_id = world.student("ada").enroll("algebra")
    world.student("ada").client_secret(saga_id)
    return saga_id, world.stripe.intents(saga_id)[0]["id"]


def bought(world: Inside, card: str = "pm_card_visa") -> tuple[str, str]:
    saga_id, intent_id = asked_to_pay(world)
    world.student("ada").pay(saga_id, card)
    world.settle()
    return saga_id, intent_id


def at_stripe(world: Inside, path: str, **form: str) -> Any:
    return world.stripe.client.post(f"/v1/{path}", form=form)


def made_by_hand(world: Inside, metadata: dict[str, str], **form: str) -> str:
    named = {f"metadata[{key}]": value for key, value in metadata.items()}
    terms = {"amount": "4900", "currency": "eur", "payment_method_types[0]": "card"}
    return str(at_stripe(world, "payment_intents", **terms, **named, **form)["id"])


def forge(world: Inside, intent_id: str, event: str, **changes: Any) -> None:
    """Send news that are not so, signed with a stolen secret."""
    (intent,) = [each for each in world.stripe.intents() if each["id"] == intent_id]
    now = int(world.clock.now().timestamp())
    about = {"id": "evt_forged", "object": "event", "created": now, "livemode": False, "type": event}
    body = json.dumps(about | {"data": {"object": intent | changes}})
    header = {"Stripe-Signature": f"t={now},v1={signature(world.topology.credentials.webhook_secret, now, body)}"}
    world.stranger("thief").send_webhook(body, **header)
    world.settle()


def test_books_that_agree_tell_nothing(world: Inside) -> None:
    bought(world)
    made_by_hand(world, {"invoice": "of another application"})
    assert found(world) == []


@pytest.mark.fault(1)
def test_a_payment_whose_news_was_lost_is_found_and_ends_well(world: Inside) -> None:
    lose_news(world)
    saga_id, intent_id = bought(world)
    assert found(world) == []  # The news may be on their way.
    world.pass_time(ON_ITS_WAY)
    (difference,) = found(world)
    assert (difference.kind, difference.saga_id, difference.intent_id) == (K.PAID_AT_STRIPE, saga_id, intent_id)
    assert (difference.here, difference.there) == ("PENDING", "PAID 49.00 EUR")

    assert books(world).repair(difference) == Repair.APPLIED
    world.clear_faults()
    world.pass_time(timedelta(hours=1))
    assert saga(world, saga_id)["outcome"] == "COMPLETED"
    assert found(world) == []
    assert books(world).repair(difference) == Repair.DUPLICATE
    must_hold(world)


def test_a_cancellation_whose_news_was_lost_is_found_and_ends_the_saga(world: Inside) -> None:
    saga_id, intent_id = asked_to_pay(world)
    lose_news(world)
    at_stripe(world, f"payment_intents/{intent_id}/cancel")
    world.pass_time(ON_ITS_WAY)
    assert kinds(world) == [K.CANCELED_AT_STRIPE]

    assert repaired(world) == [Repair.APPLIED]
    world.pass_time(timedelta(hours=1))
    assert (saga(world, saga_id)["outcome"], found(world)) == ("EXPIRED", [])
    must_hold(world)


def test_a_refund_by_hand_whose_news_was_lost_is_found_and_takes_the_seat_back(world: Inside) -> None:
    saga_id, intent_id = bought(world)
    lose_news(world)
    at_stripe(world, "refunds", payment_intent=intent_id)
    world.pass_time(ON_ITS_WAY)
    assert kinds(world) == [K.REFUNDED_THERE_ONLY]

    assert repaired(world) == [Repair.APPLIED]
    world.pass_time(timedelta(hours=1))
    assert (saga(world, saga_id)["outcome"], found(world)) == ("REFUNDED", [])
    must_hold(world)


def test_a_refund_that_failed_unheard_is_found_and_waits_for_a_person(world: Inside) -> None:
    saga_id, _ = asked_to_pay(world)
    world.learning.unpublish("algebra")
    world.student("ada").pay(saga_id, "pm_card_refundFail")
    world.settle()
    lose_news(world)
    world.pass_time(ON_ITS_WAY)
    assert (kinds(world), saga(world, saga_id)["outcome"]) == ([K.REFUNDED_HERE_ONLY], "REFUNDED")

    assert repaired(world) == [Repair.APPLIED]
    world.pass_time(timedelta(hours=1))
    assert (saga(world, saga_id)["outcome"], found(world)) == ("PARKED", [])


@pytest.mark.parametrize(
    ("kind", "form"),
    [(K.PAID_TWICE, {"confirm": "true", "payment_method": "pm_card_visa"}), (K.MADE_TWICE, {})],
)
@pytest.mark.fault(33)
def test_a_second_intent_for_the_same_payment_is_for_a_person(
    world: Inside, kind: DifferenceKind, form: dict[str, str]
) -> None:
    saga_id, intent_id = bought(world)
    second = made_by_hand(world, world.stripe.intents(saga_id)[0]["metadata"], **form)
    world.pass_time(ON_ITS_WAY)
    (difference,) = found(world)
    assert (difference.kind, difference.intent_id, difference.here) == (kind, second, f"SUCCEEDED by {intent_id}")
    assert repaired(world) == [Repair.FOR_A_PERSON]


def test_an_intent_that_only_says_it_is_ours_is_shown_to_a_person(world: Inside) -> None:
    made_by_hand(world, {"paymentId": "pay_x", "sagaId": "saga_x"}, confirm="true", payment_method="pm_card_visa")
    lose_news(world)
    assert kinds(world) == [K.UNKNOWN_HERE]

    assert repaired(world) == [Repair.FOR_A_PERSON]
    letters = list(world.payment.dead_letters())
    assert {each["sagaId"] for each in letters} == {"saga_x"}
    assert "reconcile" in {each["source"] for each in letters}


def test_an_intent_that_stripe_does_not_know_is_reported(world: Inside) -> None:
    _, intent_id = bought(world)
    world.control(STRIPE).reset()
    (difference,) = found(world)
    assert (difference.kind, difference.intent_id, difference.there) == (K.UNKNOWN_AT_STRIPE, intent_id, "nothing")
    assert repaired(world) == [Repair.FOR_A_PERSON]


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (K.CONTEXT_DIFFERS, "contextId", "chess"),
        (K.CONTEXT_DIFFERS, "paymentContext", "SESSION_BOOKING"),
        (K.METADATA_BROKEN, "contextId", ""),
        (K.METADATA_BROKEN, "sagaId", "saga_x"),
        (K.METADATA_BROKEN, "paymentId", ""),
        (K.METADATA_BROKEN, "paymentId", "pay_x"),
    ],
)
def test_metadata_that_somebody_changed_are_reported(world: Inside, kind: DifferenceKind, key: str, value: str) -> None:
    _, intent_id = bought(world)
    at_stripe(world, f"payment_intents/{intent_id}", **{f"metadata[{key}]": value})
    assert kinds(world) == [kind]
    assert repaired(world) == [Repair.FOR_A_PERSON]


def test_an_amount_that_somebody_changed_in_our_books_is_reported(world: Inside) -> None:
    asked_to_pay(world)
    with sqlite3.connect(world.topology.database_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE payments SET body = json_set(body, '$.price.amount', 1)")
    (difference,) = found(world)
    assert (difference.kind, difference.here, difference.there) == (K.AMOUNT_DIFFERS, "0.01 EUR", "49.00 EUR")


@pytest.mark.parametrize(
    ("kind", "event", "changes"),
    [
        (K.PAID_HERE_ONLY, "payment_intent.succeeded", {"status": "succeeded", "amount_received": 4900}),
        (K.OPEN_AT_STRIPE, "payment_intent.canceled", {"status": "canceled"}),
    ],
)
def test_forged_news_are_seen_through(world: Inside, kind: DifferenceKind, event: str, changes: dict[str, Any]) -> None:
    _, intent_id = asked_to_pay(world)
    forge(world, intent_id, event, **changes)
    assert kinds(world) == [kind]


def test_a_range_of_time_is_kept_to(world: Inside) -> None:
    began = world.clock.now()
    bought(world)
    world.control(STRIPE).reset()
    world.pass_time(timedelta(days=8))
    assert found(world) == []
    assert [each.kind for each in found(world, since=began)] == [K.UNKNOWN_AT_STRIPE]


def test_payments_of_many_pages_are_compared(world: Inside) -> None:
    saga_id, _ = bought(world)
    metadata = world.stripe.intents(saga_id)[0]["metadata"]
    lose_news(world)
    strays = [made_by_hand(world, metadata | {"paymentId": f"pay_{n}"}) for n in range(230)]
    assert {each.intent_id for each in found(world)} == set(strays)
