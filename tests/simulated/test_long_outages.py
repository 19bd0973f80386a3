"""The service is away for hours or days, and everything has changed when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from simulators.judge.verdict import must_hold
from simulators.kit.faults.links import CallerCrash
from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT, STRIPE
from simulators.world.world import World
from tests.simulated.conftest import come_to_rest

TWO_DAYS = timedelta(days=2)
A_CLASS = [f"student{number}" for number in range(25)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Inside]:
    with Inside(tmp_path) as world:
        world.learning.create_course("algebra")
        yield world
        come_to_rest(world)
        must_hold(world)


def outcome(world: World, saga_id: str) -> str | None:
    saga = world.payment.find_saga(saga_id)
    return str(saga["outcome"]) if saga else None


@pytest.mark.fault(38)
def test_the_news_of_hours_come_at_once_and_everybody_gets_what_they_paid_for(world: World) -> None:
    sagas = {name: world.student(name).enroll("algebra") for name in A_CLASS}
    secrets = {name: world.student(name).client_secret(saga_id) for name, saga_id in sagas.items()}
    world.take_down(PAYMENT)
    for name in A_CLASS:
        world.student(name).pay_with_secret(secrets[name])
    world.pass_time(timedelta(hours=5))
    world.bring_back(PAYMENT)
    world.pass_time(timedelta(hours=2))
    assert {outcome(world, saga_id) for saga_id in sagas.values()} == {"COMPLETED"}
    assert {each["studentId"] for each in world.learning.enrollments()} == set(A_CLASS)


@pytest.mark.fault(39)
def test_an_intent_whose_key_is_forgotten_is_found_and_not_made_again(world: Inside) -> None:
    _die_at_the_next_call_to_stripe(world)
    saga_id = world.student("ada").enroll("algebra")
    _be_away(world)
    (intent,) = world.stripe.intents()
    assert (intent["status"], outcome(world, saga_id)) == ("canceled", "EXPIRED")


@pytest.mark.fault(39)
def test_a_refund_whose_key_is_forgotten_is_found_and_not_made_again(world: Inside) -> None:
    ada = world.student("ada")
    saga_id = ada.enroll("algebra")
    secret = ada.client_secret(saga_id)
    world.learning.unpublish("algebra")
    _die_at_the_next_call_to_stripe(world)
    ada.pay_with_secret(secret)
    _be_away(world)
    (refund,) = world.stripe.refunds()
    assert (refund["status"], outcome(world, saga_id)) == ("succeeded", "REFUNDED")


def _die_at_the_next_call_to_stripe(world: Inside) -> None:
    world.network.faults.add(CallerCrash(after=True, caller=PAYMENT, callee=STRIPE, times=1))


def _be_away(world: Inside) -> None:
    """Longer than Stripe knows a key."""
    world.settle()
    assert not world.is_up(PAYMENT)
    world.pass_time(TWO_DAYS)
    world.bring_back(PAYMENT)
    world.pass_time(TWO_DAYS)
