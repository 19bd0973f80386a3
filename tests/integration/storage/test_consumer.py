"""What a broker brings is stored once, whatever happens meanwhile; only then it is acknowledged."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reference.application.consumer import ATTEMPTS, Consumer
from reference.application.lists import Page
from reference.application.ports import InboxMessage, OutboxMessage, StorageUnavailableError
from reference.application.service import PaymentService
from reference.domain.messages import Unreadable
from reference.json_logs import JsonLines
from reference.tracing import first_step
from tests.integration.storage.world import INITIATED, NewUnit, service

EVENT = InboxMessage("edtech.learning-service", "evt_1", INITIATED)
POISON = InboxMessage("broker", "sha256:1", Unreadable(stored_as="event", body="{"), unreadable="it cannot be read")


@dataclass
class OneByOne:
    """Brings each message until it is taken, and counts how often that was."""

    messages: list[InboxMessage]
    tries: list[str] = field(default_factory=list)

    def publish(self, to: str, outgoing: OutboxMessage) -> None:
        raise NotImplementedError

    def consume(self, take: Callable[[InboxMessage], bool], is_over: Callable[[], bool]) -> None:
        while self.messages and not is_over():
            self.tries.append(self.messages[0].message_id)
            if take(self.messages[0]):
                del self.messages[0]

    def close(self) -> None: ...


def consumed(it: PaymentService, *messages: InboxMessage, most: int = 100) -> OneByOne:
    broker = OneByOne(list(messages))
    Consumer(broker, it).run(lambda: len(broker.tries) >= most)
    return broker


def dead_letters(units: NewUnit) -> list[str]:
    with units() as unit:
        return [letter.reason for letter in unit.lists.dead_letters(Page()).items]


def saga_exists(units: NewUnit) -> bool:
    with units() as unit:
        return unit.sagas.get("saga_1") is not None


def test_the_same_message_twice_takes_effect_once(units: NewUnit) -> None:
    broker = consumed(service(units), EVENT, EVENT)
    assert broker.tries == ["evt_1", "evt_1"]
    assert saga_exists(units)
    assert dead_letters(units) == []


def test_what_cannot_be_read_is_one_dead_letter_however_often_it_comes(units: NewUnit) -> None:
    broker = consumed(service(units), POISON, POISON, EVENT)
    assert len(broker.tries) == 3
    assert dead_letters(units) == ["it cannot be read"]
    assert saga_exists(units)


def test_a_database_that_is_away_is_no_failure_of_the_message(units: NewUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    it = service(units)

    def away(*_: Any) -> None:
        raise StorageUnavailableError("the database does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(it, "receive", away)
        broker = consumed(it, EVENT, most=ATTEMPTS * 4)
        assert broker.messages == [EVENT]
    consumed(it, *broker.messages)
    assert saga_exists(units)
    assert dead_letters(units) == []


def test_a_message_on_which_we_fail_is_for_a_person_after_so_many_tries_and_the_next_goes_on(
    units: NewUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, receive = service(units), PaymentService.receive

    def fail(source: str, message_id: str, message: Any) -> Any:
        if message_id == "evt_bad":
            raise ZeroDivisionError
        return receive(it, source, message_id, message)

    monkeypatch.setattr(it, "receive", fail)
    broker = consumed(it, InboxMessage("edtech.learning-service", "evt_bad", INITIATED), EVENT)
    assert broker.tries == ["evt_bad"] * (ATTEMPTS + 1) + ["evt_1"]
    assert dead_letters(units) == [f"handling it failed {ATTEMPTS} times"]
    assert saga_exists(units)


def test_a_dead_letter_of_ours_can_be_handled_again_once_the_fault_is_mended(
    units: NewUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = service(units)
    with monkeypatch.context() as fault:
        fault.setattr(it, "receive", lambda *_: 1 / 0)
        consumed(it, EVENT)
    assert not saga_exists(units)
    with units() as unit:
        (letter,) = unit.lists.dead_letters(Page()).items
    assert it.end_dead_letter(letter.id, by="mo", why="mended", again=True)
    assert saga_exists(units)


def test_what_a_broker_brings_goes_on_with_its_trace_and_is_found_in_the_log(
    units: NewUnit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # Whatever others have set before.
    caplog.handler.setFormatter(JsonLines([]))
    sent, it = first_step("saga_9"), service(units)

    def away(*_: Any) -> None:
        raise StorageUnavailableError("the database does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(it, "receive", away)
        broker = consumed(it, replace(EVENT, trace=sent), most=1)
    line = json.loads(caplog.text.splitlines()[-1])
    assert {name: line[name] for name in ("event_id", "saga_id", "trace_id")} == {
        "event_id": "evt_1",
        "saga_id": "saga_1",
        "trace_id": sent.trace_id,
    }
    consumed(it, *broker.messages)
    with units() as unit:
        unit.sagas.get("saga_1")
        assert unit.step.stored == first_step("saga_1", sent)
