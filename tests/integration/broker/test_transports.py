"""What the port promises, on real brokers: nothing is lost, and what is not taken comes again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

import kombu
import pytest

from reference.application.ports import InboxMessage, OutboxMessage, UnavailableError
from reference.domain.enrollment import EnrollmentConfirmed
from reference.gateways import broker as gateway
from reference.gateways.broker import OUR_QUEUE, KombuBroker
from simulators.world.waiting import wait_for
from tests.brokers import Brokers, BrokerServer
from tests.rooms.source import ROOT
from tests.unit.reference.builders import NOON, StillClock

pytestmark = [pytest.mark.broker, pytest.mark.served]
PATIENCE_SECONDS = 60
VALKEY = pytest.mark.parametrize("server", ["valkey"], indirect=True)  # RabbitMQ is killed in a world of its own.
RABBITMQ = pytest.mark.parametrize("server", ["rabbitmq"], indirect=True)


@pytest.fixture(params=["rabbitmq", "valkey", "sqs"])
def server(request: pytest.FixtureRequest, brokers: Brokers) -> BrokerServer:
    return brokers.lend(request.param)


@dataclass
class Reader:
    """Takes what a broker brings, but for what it is told to leave, and counts how often each was brought."""

    broker: KombuBroker
    brought: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)

    def read(self, until: Callable[[list[str]], bool]) -> list[str]:
        """Read until so much has been brought, or patience ends; return what was."""
        self.broker.consume(self._take, lambda: until(self.brought))
        return self.brought

    def read_until_silent(self) -> list[str]:
        """Read until nothing more comes for two looks."""
        looks: list[int] = []

        def is_silent(brought: list[str]) -> bool:
            looks.append(len(brought))
            return len(looks) > 3 and len(set(looks[-3:])) == 1

        return self.read(is_silent)

    def _take(self, incoming: InboxMessage) -> bool:
        self.brought.append(incoming.message_id)
        return incoming.message_id not in self.left


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def visibility() -> int:
    """For how many seconds Valkey and SQS leave a message to whoever took it."""
    return 60


@pytest.fixture
def broker(server: BrokerServer, clock: StillClock, visibility: int) -> Iterator[KombuBroker]:
    with closing(KombuBroker(server.url, timedelta(seconds=visibility), clock)) as broker:
        yield broker


@pytest.fixture
def reader(broker: KombuBroker) -> Reader:
    """A reader, whose queue is declared."""
    broker.consume(lambda _: True, iter([False, True]).__next__)
    return Reader(broker)


def outgoing(key: str) -> OutboxMessage:
    confirmed = EnrollmentConfirmed(saga_id=key, enrollment_id="enr_1", course_id="algebra", student_id="ada")
    return OutboxMessage(key, "payment", confirmed, NOON, 1, NOON)


def ids(*keys: str) -> list[str]:
    return [f"{key}:EnrollmentConfirmed" for key in keys]


def test_what_is_published_is_brought_and_what_was_taken_is_not_brought_again(
    broker: KombuBroker, reader: Reader
) -> None:
    for key in "abc":
        broker.publish(OUR_QUEUE, outgoing(key))
    assert sorted(reader.read(lambda brought: len(brought) == 3)) == ids(*"abc")
    assert Reader(broker).read_until_silent() == []


def test_what_is_not_taken_is_brought_again_later_and_others_do_not_wait_for_it(
    broker: KombuBroker, reader: Reader, clock: StillClock
) -> None:
    broker.publish(OUR_QUEUE, outgoing("a"))
    broker.publish(OUR_QUEUE, outgoing("b"))
    reader.left.update(ids("a"))

    def is_over(brought: list[str]) -> bool:
        if set(brought) >= set(ids("a", "b")):
            clock.at += timedelta(seconds=1)
            reader.left.clear()
        return len(brought) >= 3 and not reader.left

    assert sorted(set(reader.read(is_over))) == ids("a", "b")
    assert reader.brought.count(*ids("a")) >= 2
    assert Reader(broker).read_until_silent() == []


@pytest.mark.parametrize("visibility", [1])
def test_what_a_killed_consumer_held_is_brought_to_another(
    broker: KombuBroker, reader: Reader, server: BrokerServer, visibility: int
) -> None:
    for key in "abc":
        broker.publish(OUR_QUEUE, outgoing(key))
    command = [
        sys.executable,
        "-m",
        "tests.integration.broker.killed_consumer",
        server.url,
        str(visibility),
        "3",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as consumer:
        assert consumer.stdout
        assert consumer.stdout.readline() == "holding\n"
        consumer.kill()
    assert set(reader.read(lambda brought: set(brought) == set(ids(*"abc")))) == set(ids(*"abc"))


@VALKEY
def test_a_broker_that_is_killed_loses_nothing_of_what_it_has_confirmed(
    broker: KombuBroker, reader: Reader, server: BrokerServer
) -> None:
    for key in "abc":
        broker.publish(OUR_QUEUE, outgoing(key))
    server.kill()
    with pytest.raises(UnavailableError):
        broker.publish(OUR_QUEUE, outgoing("d"))
    with pytest.raises(UnavailableError):
        reader.read_until_silent()
    server.start()

    read = reader.read(lambda brought: set(brought) >= set(ids(*"abc")))
    broker.publish(OUR_QUEUE, outgoing("d"))
    assert set(reader.read(lambda brought: ids("d")[0] in brought)) == set(ids(*"abcd"))
    assert read is reader.brought


@RABBITMQ
def test_a_message_for_a_service_that_has_declared_no_queue_is_not_taken_for_sent(
    broker: KombuBroker, reader: Reader
) -> None:
    with pytest.raises(UnavailableError, match="publishing to nobody-service: NO_ROUTE"):
        broker.publish("nobody-service", outgoing("a"))
    broker.publish(OUR_QUEUE, outgoing("b"))
    assert reader.read(lambda brought: brought != []) == ids("b")


@RABBITMQ
def test_a_queue_that_is_gone_is_declared_again_with_the_next_connection(
    broker: KombuBroker, server: BrokerServer, reader: Reader
) -> None:
    _delete(server, OUR_QUEUE)
    with pytest.raises(UnavailableError, match="NO_ROUTE"):
        broker.publish(OUR_QUEUE, outgoing("a"))
    reader.read_until_silent()
    broker.publish(OUR_QUEUE, outgoing("a"))
    assert reader.read(lambda brought: brought != []) == ids("a")


@RABBITMQ
def test_what_kills_its_consumers_again_and_again_ends_in_the_brokers_dead_letters(
    broker: KombuBroker, server: BrokerServer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    _delete(server, OUR_QUEUE)
    monkeypatch.setattr(gateway, "DELIVERIES", 2)
    reader.read_until_silent()
    reader.left.update(ids("a"))
    broker.publish(OUR_QUEUE, outgoing("a"))
    for _ in range(3):  # Whoever ends while it holds a message gives it back, as one that dies.
        reader.brought.clear()
        reader.read(bool)
    assert wait_for(lambda: _count(server, f"{OUR_QUEUE}.dead") == 1, PATIENCE_SECONDS)
    assert Reader(broker).read_until_silent() == []
    _delete(server, OUR_QUEUE)


def _delete(server: BrokerServer, queue: str) -> None:
    with kombu.Connection(server.url) as connection:
        connection.channel().queue_delete(queue)


def _count(server: BrokerServer, queue: str) -> int:
    with kombu.Connection(server.url) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).message_count)
