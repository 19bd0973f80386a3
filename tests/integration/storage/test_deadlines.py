"""What sagas and payments want to be reminded of is kept with them, and told once, when it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from reference.domain.messages import DeliveryOverdue, DeliveryUnanswered, Message
from reference.domain.payment_messages import PaymentCheckDue
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from tests.integration.storage.world import NewUnit, at_once, awaiting_payment
from tests.unit.reference.builders import NOON, WINDOW_END, paid, payment

SECOND = timedelta(seconds=1)
LATER = NOON + timedelta(hours=1)
UNANSWERED, OVERDUE = DeliveryUnanswered(saga_id="saga_1"), DeliveryOverdue(saga_id="saga_1")
CHECK = PaymentCheckDue(saga_id="saga_1", payment_id="pay_1")


def keep(units: NewUnit, *deadlines: Message, number: int = 1) -> None:
    """Keep a saga that wants to be told of each, a second apart."""
    saga = EnrollInCourseSaga(saga_id=f"saga_{number}", student_id="ada", course_id=f"course_{number}")
    saga.deadlines = {deadline.name: NOON + n * SECOND for n, deadline in enumerate(deadlines)}
    with units() as unit:
        unit.sagas.save(saga, NOON)
        unit.commit()


def keep_payment(units: NewUnit) -> None:
    mine = payment()
    mine.deadlines = {CHECK.name: NOON + SECOND}
    with units() as unit:
        unit.payments.save(mine)
        unit.commit()


def pop(units: NewUnit, now: datetime = LATER) -> Message | None:
    with units() as unit:
        found = unit.deadlines.pop(now)
        unit.commit()
        return found


def next_due(units: NewUnit) -> datetime | None:
    with units() as unit:
        return unit.lists.next_due(NOON)


def deadlines(units: NewUnit) -> list[list[str]]:
    with units() as unit:
        owners = unit.payments.of_saga("saga_1"), unit.sagas.get("saga_1")
    return [sorted(owner.deadlines) for owner in owners if owner]


def test_reminders_come_when_due_and_the_oldest_first(units: NewUnit) -> None:
    keep(units, UNANSWERED, OVERDUE)
    assert next_due(units) == NOON
    assert pop(units, NOON - SECOND) is None
    assert pop(units, NOON) == UNANSWERED
    assert next_due(units) == NOON + SECOND
    assert [pop(units), pop(units), next_due(units)] == [OVERDUE, None, None]


def test_a_payment_is_reminded_too_and_the_next_is_whoever_is_first(units: NewUnit) -> None:
    keep(units, UNANSWERED)
    keep_payment(units)
    assert next_due(units) == NOON
    assert [pop(units), pop(units), pop(units)] == [CHECK, UNANSWERED, None]


def test_what_was_taken_but_not_committed_is_taken_again(units: NewUnit) -> None:
    keep(units, OVERDUE)
    with units() as unit:
        assert unit.deadlines.pop(LATER) == OVERDUE
    assert [pop(units), pop(units)] == [OVERDUE, None]


def test_who_goes_on_forgets_its_reminders(units: NewUnit) -> None:
    service = awaiting_payment(units)
    assert deadlines(units) == [["PaymentCheckDue", "PaymentWindowClosed"], []]
    service.receive("stripe", "evt_1", paid())
    assert deadlines(units) == [[], ["DeliveryOverdue", "DeliveryUnanswered"]]
    assert isinstance(pop(units, WINDOW_END), DeliveryUnanswered)


def test_a_reminder_goes_to_one_of_many_workers_and_none_is_lost(units: NewUnit) -> None:
    for number in range(8):
        keep(units, OVERDUE, number=number)
    found = at_once([lambda: pop(units)] * 6)
    while more := pop(units):
        found.append(more)
    sagas = [each.saga_id for each in found if each]
    assert sorted(sagas) == [f"saga_{number}" for number in range(8)]
