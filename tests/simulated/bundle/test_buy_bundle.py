"""A third saga, added from outside as the page in the reference says, and run by the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from simulators.check.steps.scenario import CurrentScenario, money
from simulators.judge.verdict import must_hold
from simulators.world.inside import Inside
from simulators.world.local_service import LocalService
from simulators.world.scheduler import Scheduler
from simulators.world.topology import COMMUNICATION, PAYMENT
from tests.simulated.bundle.desk import URL, Desk
from tests.simulated.conftest import come_to_rest

scenarios("buy_bundle.feature")


class BundleWorld(Inside):
    """The usual world, whose payment-service knows one saga more, and with a desk in it."""

    def __init__(self, directory: Path) -> None:
        service = "tests.simulated.bundle.app:create_app"
        super().__init__(directory, service=service, settings={"COMMUNICATION_SERVICE_URL": URL})
        urls, token = self.topology.urls, self.topology.credentials.service_token
        self.desk = Desk(self.connect("desk-service"), urls[PAYMENT], urls[COMMUNICATION], token)
        self.services["desk-service"] = LocalService("desk-service", lambda: self.desk.app)
        self.network.attach(URL, self.services["desk-service"])
        self.scheduler = Scheduler(self.clock, list(self.services.values()))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[BundleWorld]:
    with BundleWorld(tmp_path) as world:
        yield world
        come_to_rest(world)
        must_hold(world)


@given(parsers.parse('the bundle "{bundle}" of "{course}" and a session costs {price}'))
def offered(world: BundleWorld, price: str) -> None:
    amount, currency = money(price)
    world.desk.price = {"amount": amount, "currency": currency}


@given(parsers.parse('the bundle "{bundle}" is sold out'))
def sold_out(world: BundleWorld) -> None:
    world.desk.price = None


@given("the tutor has left")
def tutor_left(world: BundleWorld) -> None:
    world.desk.tutor = "gone"


@given("the tutor is on holiday")
def tutor_away(world: BundleWorld) -> None:
    world.desk.tutor = "away"


@given(parsers.parse('"{who}" has asked for the bundle "{bundle}"'))
@when(parsers.parse('"{who}" asks for the bundle "{bundle}"'))
def asks(scenario: CurrentScenario, world: BundleWorld, who: str, bundle: str) -> None:
    world.desk.sells("saga-1", who, bundle)
    scenario.begins(who, "saga-1")


@then(parsers.parse('"{who}" has a session'))
def has_session(world: BundleWorld, who: str) -> None:
    assert list(world.desk.sessions.values()) == [who]


@then(parsers.parse('"{who}" has no session'))
def has_no_session(world: BundleWorld) -> None:
    assert world.desk.sessions == {}
