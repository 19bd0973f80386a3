"""What is to be said is said until somebody has heard it, or for a person to see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from reference.application.circuit import FAILURES, FIRST_PAUSE
from reference.application.dispatch_queue import DispatchQueue
from reference.application.dispatcher import Dispatcher
from reference.application.ports import Observer, OutboxMessage, RefusedError, UnavailableError
from reference.application.service import Receipt
from reference.domain.enrollment import EnrollmentRejected
from reference.domain.messages import Message
from reference.domain.payment_messages import PaymentRefunded
from reference.domain.payment_status import PaymentStatus, RefundState
from reference.storage.tables import dead_letters
from tests.integration.storage.world import LEASE, VERIFIED, NewUnit, awaiting_payment, service
from tests.unit.reference.builders import NOON, StillClock, create_intent, created, look_at_intent, paid, refund

GONE = EnrollmentRejected(saga_id="saga_1", reason="the course is gone")


@dataclass
class Gateway:
    """Answers what it is told to, the last of it for ever."""

    answers: list[list[Message] | Exception]
    heard: list[OutboxMessage] = field(default_factory=list)

    def send(self, outgoing: OutboxMessage) -> list[Message]:
        self.heard.append(outgoing)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


LONGEST_CALL = timedelta(seconds=10)


class CountedLeases(Observer):
    lost_leases = 0

    def count_lost_lease(self) -> None:
        self.lost_leases += 1


class NoJitter:
    def random(self) -> float:
        return 1.0


class Office:
    """A service whose outbox messages all go to one gateway, on a clock that a test moves."""

    def __init__(self, units: NewUnit, *answers: list[Message] | Exception) -> None:
        self.units, self.clock, self.gateway = units, StillClock(), Gateway([*answers])
        self.queue, self.observer = DispatchQueue(), CountedLeases()
        self.service = service(units, self.clock, self.queue.enqueue, self.observer)
        gateways = dict.fromkeys(("stripe", "learning", "tutor_matching", "communication"), self.gateway)
        self.dispatcher = Dispatcher(self.service, units, gateways, self.queue, self.clock, NoJitter(), LONGEST_CALL)

    def say(self, message: Message) -> None:
        with self.units() as unit:
            unit.outbox.put(f"{message.saga_id}:{message.key}", "stripe", message, self.clock.now())
            unit.commit()
            self.queue.enqueue(unit.outbox.fresh)
        self.work()

    def work(self) -> None:
        while self.dispatcher.pump() or self.dispatcher.claim():
            pass

    def due(self) -> timedelta | None:
        """Return how long until the next try."""
        with self.units() as unit:
            due = unit.lists.next_due(NOON)
        return due - self.clock.at if due else None

    def until_due(self) -> None:
        self.clock.at += self.due() or timedelta()
        self.work()


def letters(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return [(row.name, row.reason) for row in connection.execute(select(dead_letters))]


def test_what_was_accepted_is_sent_once(units: NewUnit) -> None:
    office = Office(units, [])
    office.say(create_intent())
    office.clock.at += timedelta(days=1)
    office.work()
    assert len(office.gateway.heard) == 1
    assert office.due() is None


def test_what_is_said_once_more_before_it_is_deleted_is_sent_once_more(units: NewUnit) -> None:
    """It was accepted, and then something happened after which it has to be said again."""
    office = Office(units, [])
    with units() as unit:
        unit.outbox.put("saga_1:RELEASE", "tutor_matching", create_intent(), office.clock.now())
        unit.commit()
        office.queue.enqueue(unit.outbox.fresh)
    office.dispatcher.pump()
    with units() as unit:
        unit.outbox.put("saga_1:RELEASE", "tutor_matching", create_intent(), office.clock.now())
        unit.commit()
        assert unit.outbox.fresh == []
    office.dispatcher.delete_sent()
    office.clock.at += LEASE
    office.work()
    assert [outgoing.key for outgoing in office.gateway.heard] == ["saga_1:RELEASE"] * 2
    assert office.due() is None


def test_what_is_asked_once_more_while_it_is_answered_is_asked_once_more(units: NewUnit) -> None:
    """The answer under way may be older than the news for which it is asked again."""
    awaiting_payment(units)
    office = Office(units)

    def look(outgoing: OutboxMessage) -> list[Message]:
        office.gateway.heard.append(outgoing)
        if len(office.gateway.heard) > 1:
            return [paid(confirmed=True)]
        late = office.service.receive("stripe", "evt_1", paid(at=NOON + timedelta(days=1)))
        assert late == Receipt.APPLIED
        return [created()]

    office.gateway.send = look  # type: ignore[method-assign]
    office.say(look_at_intent())
    with units() as unit:
        payment = unit.payments.of_saga("saga_1")
    assert payment
    assert payment.status == PaymentStatus.SUCCEEDED


def test_it_is_sent_again_with_the_same_key_after_growing_pauses(units: NewUnit) -> None:
    office = Office(units, *[UnavailableError("down")] * 12, [])
    office.say(create_intent())
    pauses = []
    while due := office.due():
        pauses.append(due.total_seconds())
        office.until_due()
    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert len({outgoing.key for outgoing in office.gateway.heard}) == 1
    assert [outgoing.attempts for outgoing in office.gateway.heard] == list(range(1, 14))


def test_what_is_refused_is_for_a_person(units: NewUnit, engine: Engine) -> None:
    office = Office(units, RefusedError("no"))
    office.say(VERIFIED)
    assert letters(engine) == [("CourseVerified", "no")]
    assert office.due() is None


def test_nobody_is_asked_for_ever(units: NewUnit, engine: Engine) -> None:
    office = Office(units, UnavailableError("down"))
    office.say(VERIFIED)
    office.clock.at += timedelta(days=3)
    office.work()
    assert letters(engine) == []
    office.until_due()
    assert letters(engine) == [("CourseVerified", "down")]
    assert office.due() is None


@pytest.mark.fault(13)
def test_what_a_gateway_fails_at_is_sent_again_like_what_nobody_answers(units: NewUnit, engine: Engine) -> None:
    office = Office(units, KeyError("a fault of ours"))
    office.say(VERIFIED)
    pauses = []
    for _ in range(4):
        pauses.append(due.total_seconds() if (due := office.due()) else None)
        office.until_due()
    assert pauses == [0.5, 1, 2, 4]
    office.clock.at += timedelta(days=3)
    office.work()
    assert letters(engine) == [("CourseVerified", "KeyError in the gateway to stripe")]


@pytest.mark.fault(7)
def test_what_a_process_took_with_it_when_it_died_is_sent_by_another(units: NewUnit) -> None:
    dead = Office(units, [])
    with units() as unit:
        unit.outbox.put("saga_1:CreateIntent", "stripe", create_intent(), NOON)
        unit.commit()
        dead.queue.enqueue(unit.outbox.fresh)
    heir = Office(units, [])
    heir.work()
    assert heir.gateway.heard == []
    heir.until_due()
    assert [outgoing.attempts for outgoing in heir.gateway.heard] == [2]


def hold_fresh_message(office: Office) -> None:
    """Let a process store a message, and not come to sending it."""
    with office.units() as unit:
        unit.outbox.put("saga_1:CreateIntent", "stripe", create_intent(), NOON)
        unit.commit()
        office.queue.enqueue(unit.outbox.fresh)


def test_a_message_that_waits_here_longer_than_its_lease_is_sent_once(units: NewUnit) -> None:
    office = Office(units, [])
    hold_fresh_message(office)
    office.clock.at += LEASE * 3
    assert office.dispatcher.claim() == 1
    office.work()
    assert [outgoing.attempts for outgoing in office.gateway.heard] == [1]


def test_what_another_process_took_while_it_waited_here_is_left_to_it(units: NewUnit) -> None:
    office, heir = Office(units, []), Office(units, [])
    hold_fresh_message(office)
    office.clock.at = heir.clock.at = NOON + LEASE
    heir.dispatcher.claim()
    assert office.dispatcher.pump()
    heir.work()
    assert (len(office.gateway.heard), len(heir.gateway.heard)) == (0, 1)
    assert (office.observer.lost_leases, heir.observer.lost_leases) == (1, 0)


def test_what_is_given_back_is_sent_by_another_at_once(units: NewUnit) -> None:
    office, heir = Office(units, []), Office(units, [])
    hold_fresh_message(office)
    assert heir.dispatcher.claim() == 0, "it is under the lease of the first"
    office.dispatcher.give_back()
    heir.work()
    assert (len(office.gateway.heard), len(heir.gateway.heard)) == (0, 1)
    assert not office.dispatcher.pump()


def test_what_another_process_took_meanwhile_cannot_be_given_back(units: NewUnit) -> None:
    office, heir, third = (Office(units, []) for _ in range(3))
    hold_fresh_message(office)
    office.clock.at = heir.clock.at = third.clock.at = NOON + LEASE
    heir.dispatcher.claim()
    office.dispatcher.give_back()
    assert third.dispatcher.claim() == 0
    heir.work()
    assert [outgoing.attempts for outgoing in heir.gateway.heard] == [2]


def test_a_lease_that_could_end_during_the_call_is_renewed_before_it(units: NewUnit) -> None:
    office = Office(units, UnavailableError("down"))
    hold_fresh_message(office)
    office.clock.at += LEASE - LONGEST_CALL + timedelta(seconds=1)
    leases = []

    def look(outgoing: OutboxMessage) -> list[Message]:
        leases.append((outgoing.key, office.due()))
        return []

    office.gateway.send = look  # type: ignore[method-assign]
    office.work()
    assert leases == [("saga_1:CreateIntent", LEASE)]


def test_a_receiver_that_answers_nobody_is_left_in_peace_but_for_a_probe(units: NewUnit) -> None:
    office = Office(units, UnavailableError("down"))
    for number in range(20):
        office.say(create_intent(saga_id=f"saga_{number}"))
    assert len(office.gateway.heard) == FAILURES
    office.clock.at += FIRST_PAUSE
    office.work()
    assert len(office.gateway.heard) == FAILURES + 1
    office.gateway.answers = [[]]
    while office.due():
        office.until_due()
    assert len(office.gateway.heard) == FAILURES + 1 + 20


def test_all_that_waits_for_a_receiver_that_answers_nobody_is_put_off_at_once(units: NewUnit) -> None:
    office = Office(units, UnavailableError("down"))
    for number in range(FAILURES):
        office.say(create_intent(saga_id=f"saga_{number}"))
    with units() as unit:
        for number in range(30):
            message = create_intent(saga_id=f"later_{number}")
            unit.outbox.put(f"{message.saga_id}:{message.key}", "stripe", message, NOON)
        unit.commit()
        office.queue.enqueue(unit.outbox.fresh)
    assert office.dispatcher.pump()
    assert not office.dispatcher.pump()
    office.gateway.answers = [[]]
    while office.due():
        office.until_due()
    assert len({each.key for each in office.gateway.heard}) == FAILURES + 30


@pytest.mark.parametrize("trouble", [RefusedError("key used otherwise"), UnavailableError("401")])
def test_a_refund_that_nobody_makes_parks_the_saga(units: NewUnit, trouble: Exception) -> None:
    awaiting_payment(units)
    office = Office(units, trouble)
    office.service.receive("test", "1", paid())
    office.service.receive("test", "2", GONE)
    office.work()
    office.clock.at += timedelta(days=4)
    office.work()
    with units() as unit:
        saga = unit.sagas.get("saga_1")
    assert saga
    assert saga.outcome == "PARKED"
    assert str(trouble) in saga.history[-1].text


def test_an_answer_to_what_was_withdrawn_is_not_taken(units: NewUnit) -> None:
    office = Office(units, [created()])
    with units() as unit:
        unit.outbox.put("saga_1:CreateIntent", "stripe", create_intent(), NOON)
        unit.commit()
        (outgoing,) = unit.outbox.fresh
    with units() as unit:
        unit.outbox.withdraw("saga_1:CreateIntent")
        unit.commit()
    office.queue.enqueue([outgoing])
    office.work()
    with units() as unit:
        assert unit.payments.of_saga("saga_1") is None


def test_a_purchase_that_came_to_nothing_tells_the_neighbour_so(units: NewUnit) -> None:
    awaiting_payment(units)
    office = Office(units, [])
    for number, news in enumerate([paid(), GONE, refund(RefundState.SUCCEEDED)]):
        office.service.receive("test", str(number), news)
    office.work()
    assert any(isinstance(outgoing.message, PaymentRefunded) for outgoing in office.gateway.heard)
