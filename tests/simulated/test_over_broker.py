"""Purchases over real brokers: whatever is killed, and however long, nothing is lost and nothing happens twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import kombu
import pytest

from simulators.check.crash_points import Moment
from simulators.check.crash_purchase import CrashFlow
from simulators.check.crashes import CrashStage
from simulators.judge.verdict import broken_promises, judge, must_hold
from simulators.stories import play, story_named
from simulators.world.apart import SHORT, Apart
from simulators.world.together import Together
from simulators.world.topology import LEARNING, PAYMENT
from simulators.world.world import World
from tests.bench.processes import children
from tests.brokers import Brokers, BrokerServer
from tests.simulated.conftest import TWO_INSTANCES

pytestmark = [pytest.mark.broker, pytest.mark.served]


@pytest.fixture(params=["rabbitmq"])
def server(request: pytest.FixtureRequest, brokers: Brokers) -> BrokerServer:
    return brokers.lend(request.param)


@pytest.fixture
def world(server: BrokerServer, tmp_path: Path) -> Iterator[Together]:
    with Together(tmp_path, settings={"BROKER_URL": server.url}) as world:
        yield world


def outcome(world: World, saga_id: str) -> str | None:
    saga = world.payment.find_saga(saga_id)
    return str(saga["outcome"]) if saga and saga["outcome"] else None


def bought(world: World, *saga_ids: str) -> bool:
    return all(outcome(world, each) == "COMPLETED" for each in saga_ids)


@pytest.mark.parametrize("server", ["valkey", "sqs"], indirect=True)  # Over RabbitMQ scenarios are played.
def test_a_course_and_a_session_are_bought(world: Together) -> None:
    for name in ("course", "session"):
        assert play(story_named(name), world, lambda *_: None).ended_well
    world.settle()
    must_hold(world)


def test_stories_of_accidents_end_as_over_http(world: Together) -> None:
    for name in ("lost-answer", "course-taken-back", "crash"):
        assert play(story_named(name), world, lambda *_: None).ended_well, name
        world.recover()
    world.settle()
    must_hold(world)


@pytest.mark.parametrize("server", ["rabbitmq", "valkey"], indirect=True)
def test_a_broker_that_is_killed_and_away_for_an_hour_costs_nothing_but_time(
    world: Together, server: BrokerServer
) -> None:
    world.learning.create_course("algebra")
    ada, ben, cleo = (world.student(name) for name in ("ada", "ben", "cleo"))
    paid = ada.enroll("algebra")
    client_secret = ada.client_secret(paid)
    world.take_down(PAYMENT)
    in_flight = ben.enroll("algebra")
    world.eventually(lambda: world.deliveries(LEARNING)[0]["status"] == "DELIVERED")  # Which is to the broker.
    server.kill()
    ada.pay_with_secret(client_secret)
    world.bring_back(PAYMENT)
    not_yet_said = cleo.enroll("algebra")
    for _ in range(3):
        world.clock.advance(timedelta(minutes=20))
        world.settle()
    assert outcome(world, paid) is None
    assert world.payment.find_saga(in_flight) is world.payment.find_saga(not_yet_said) is None

    server.start()
    world.pass_time(timedelta(minutes=5))  # The longest back-off of an outbox message.
    ben.pay(in_flight)
    cleo.pay(not_yet_said)
    world.eventually(lambda: bought(world, paid, in_flight, not_yet_said))
    world.pass_time(timedelta(minutes=5))
    must_hold(world)


def test_poison_waits_for_a_person_and_what_is_said_twice_takes_effect_once(
    world: Together, server: BrokerServer
) -> None:
    for event in ("EnrollInCourseInitiated", "EnrollmentConfirmed"):
        world.plant_fault(LEARNING, "duplicate_delivery", event=event)
    with kombu.Connection(server.url) as connection:
        connection.Producer().publish(b"\xff poison", routing_key=PAYMENT, content_type="application/json")
    assert play(story_named("course"), world, lambda *_: None).ended_well
    world.settle()
    must_hold(world)
    (letter,) = world.payment.dead_letters()
    assert letter["reason"].startswith("it cannot be read")


@pytest.mark.postgres
@pytest.mark.usefixtures("closed_databases")
def test_a_crash_once_a_call_is_done_costs_nothing_but_time(
    tmp_path: Path, server: BrokerServer, postgres_url: str
) -> None:
    """All crash points, and all scenarios, storms and stories: python -m tests.simulated.on_workers --broker."""
    flow, settings = CrashFlow("session", "bought"), {"BROKER_URL": server.url}
    with Together(tmp_path, service=TWO_INSTANCES, settings=settings, database_url=postgres_url) as world:
        stage = CrashStage(world)
        stage.sweep(flow, [each for each in stage.points(flow) if each.moment is Moment.DONE])
        must_hold(world)


@pytest.mark.apart
@pytest.mark.postgres
def test_kill_9_of_all_processes_that_hold_messages_costs_nothing_but_time(
    tmp_path: Path, server: BrokerServer, postgres_url: str
) -> None:
    settings = SHORT | {"BROKER_URL": server.url, "HARNESS_WORKERS": "2"}
    with Apart(tmp_path, settings=settings, database_url=postgres_url) as world:
        world.learning.create_course("algebra")
        ada = world.student("ada")
        saga_id = ada.enroll("algebra")
        ada.pay(saga_id)
        for worker in children(world.pid(PAYMENT)):  # They are started again.
            os.kill(worker, signal.SIGKILL)
        world.take_down(LEARNING)
        world.bring_back(LEARNING)
        world.eventually(lambda: bought(world, saga_id))
        world.eventually(lambda: not broken_promises(judge(world)))  # The last notice may wait for the end of a lease.
