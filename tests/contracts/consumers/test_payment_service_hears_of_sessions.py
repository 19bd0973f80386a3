from __future__ import annotations

from datetime import timedelta

import pytest

from reference.domain.messages import CancelRequested
from reference.domain.money import Money
from reference.domain.session import AvailabilityConfirmed, BookSessionInitiated
from tests.contracts.consumers.listeners import Payments
from tests.contracts.expectations import SAGA
from tests.contracts.messages import AGAIN
from tests.contracts.providers.services import NOW

PRICE, UNTIL = Money(4900, "EUR"), NOW + timedelta(minutes=15)
BOOKING = BookSessionInitiated(
    saga_id=SAGA,
    student_id="ada",
    tutor_id="grace",
    scheduled_at=NOW + timedelta(days=1),
    duration=60,
    session_id="session-1",
)


@pytest.fixture
def booking(payments: Payments) -> Payments:
    payments.knows(BOOKING)
    assert payments.saga()["state"] == "CHECKING_AVAILABILITY"
    return payments


@pytest.fixture
def paid(booking: Payments) -> Payments:
    booking.knows(AvailabilityConfirmed(saga_id=SAGA, price=PRICE, hold_until=UNTIL))
    booking.is_paid(PRICE)
    assert booking.saga()["state"] == "CONFIRMING_SESSION"
    return booking


def test_a_held_slot_is_to_be_paid_while_it_is_held(booking: Payments) -> None:
    with booking.handling("AvailabilityConfirmed"):
        saga = booking.saga()
        assert (saga["state"], saga["waitingUntil"]) == ("AWAITING_PAYMENT", "2026-09-01T09:15:00.000Z")
        assert saga["payment"]["price"] == {"amount": 4900, "currency": "EUR"}


def test_a_slot_that_cannot_be_had_ends_the_saga(booking: Payments) -> None:
    with booking.handling("AvailabilityRejected"):
        saga = booking.saga()
        assert saga["outcome"] == "REJECTED"
        assert "SLOT_TAKEN" in saga["history"][-1]["text"]


def test_a_released_slot_is_part_of_the_history(booking: Payments) -> None:
    booking.knows(CancelRequested(saga_id=SAGA, by="ada"))
    with booking.handling("TutorSlotReleased"):
        assert "free again" in booking.saga()["history"][-1]["text"]


def test_a_confirmed_session_completes_the_saga(paid: Payments) -> None:
    with paid.handling("SessionConfirmed"):
        assert paid.saga()["outcome"] == "COMPLETED"


def test_a_rejected_session_gives_the_money_back(paid: Payments) -> None:
    with paid.handling("SessionRejected"):
        saga = paid.saga()
        assert saga["state"] == "REFUNDING"
        assert "SLOT_TAKEN" in saga["history"][-1]["text"]


def test_a_notice_that_was_sent_changes_nothing_for_the_saga(paid: Payments) -> None:
    with paid.handling("NoticeSent"):
        saga = paid.saga()
        assert saga["state"] == "CONFIRMING_SESSION"
        assert "told" in saga["history"][-1]["text"]


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("AvailabilityConfirmed", "CONFIRMING_SESSION"),
        ("TutorSlotReleased", "CONFIRMING_SESSION"),
        ("SessionConfirmed", "COMPLETED"),
        ("SessionRejected", "REFUNDING"),
    ],
)
def test_the_same_answer_again_changes_nothing(paid: Payments, event: str, state: str) -> None:
    paid.has_handled(event)
    assert paid.saga()["state"] == state
    with paid.handling(f"{event} {AGAIN}"):
        assert paid.saga()["state"] == state
        assert paid.understands_all()
