"""The webhook secret is replaced while people pay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from simulators.judge.verdict import must_hold
from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT, STRIPE

SECRET = "STRIPE_WEBHOOK_SECRET"


@pytest.mark.fault(40)
@pytest.mark.parametrize("both", ["{new},{old}", "{old},{new}"])
def test_no_webhook_is_refused_while_the_secret_is_replaced(tmp_path: Path, both: str) -> None:
    settings = {"PAYMENT_CHECK_SECONDS": "86400"}  # So that nobody but a webhook tells of a payment.
    with Inside(tmp_path, settings=settings) as world:
        world.learning.create_course("algebra")
        old = world.topology.credentials.webhook_secret
        world.plant_fault(STRIPE, "delayed_delivery", seconds=60, times=None)
        _buys(world, "ada")
        new = world.stripe.roll_webhook_secret()
        _buys(world, "cleo")
        world.pass_time(timedelta(minutes=5))  # Signed with both secrets, of which the service knows one.
        _buys(world, "dan")
        _restart(world, settings, both.format(new=new, old=old))
        world.pass_time(timedelta(minutes=5))
        _restart(world, settings, new)
        world.pass_time(timedelta(days=1))
        _buys(world, "ben")
        world.pass_time(timedelta(minutes=5))
        assert [each["studentId"] for each in world.learning.enrollments()] == ["ada", "cleo", "dan", "ben"]
        assert {each.answer[0] for each in world.recorder if each.path == "/webhooks/stripe"} == {"2"}
        must_hold(world)


def _buys(world: Inside, who: str) -> None:
    student = world.student(who)
    student.pay(student.enroll("algebra"))


def _restart(world: Inside, settings: dict[str, str], secrets: str) -> None:
    settings[SECRET] = secrets
    world.take_down(PAYMENT)
    world.bring_back(PAYMENT)
