"""Payments that a bank answers days later: neither paid nor unpaid meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reference.domain.messages import Effect, Message, ScheduleDeadline, Wait
from reference.domain.payment import Payment
from reference.domain.payment_messages import (
    CancelIntent,
    CancelPayment,
    LookAtIntent,
    PaymentCanceled,
    PaymentCheckDue,
    PaymentFailed,
    PaymentProcessing,
    PaymentSucceeded,
    PaymentUnusable,
    PaymentWindowClosed,
)
from reference.domain.payment_status import PaymentStatus
from tests.unit.reference.builders import WINDOW_END, canceled, created, declined, paid, payment, processing

pytestmark = pytest.mark.fault(41)

DAYS_LATER = WINDOW_END + timedelta(days=5)
LATE = WINDOW_END + timedelta(seconds=1)
WINDOW_CLOSED = PaymentWindowClosed(saga_id="saga_1", payment_id="pay_1")
CHECK_DUE = PaymentCheckDue(saga_id="saga_1", payment_id="pay_1")
CHECK_SOON = ScheduleDeadline(CHECK_DUE, Wait.PAYMENT_CHECK)
CHECK_LATER = ScheduleDeadline(CHECK_DUE, Wait.BANK_ANSWER)


def kinds(effects: list[Effect]) -> list[type[Message]]:
    return [type(each) for each in effects if isinstance(each, Message)]


def deadlines(effects: list[Effect]) -> list[Effect]:
    return [each for each in effects if isinstance(each, ScheduleDeadline)]


def asked_for(**changes: object) -> Payment:
    """Return a payment for which the bank has been asked."""
    it = payment(**changes)
    it.apply(created())
    it.apply(processing())
    return it


def test_a_payment_that_a_bank_is_asked_for_is_neither_paid_nor_unpaid() -> None:
    it = payment()
    effects = it.apply(processing())
    assert kinds(effects) == [PaymentProcessing]
    assert deadlines(effects) == [CHECK_LATER], "the window closes nothing any more"
    assert (it.status, it.received) == (PaymentStatus.PROCESSING, None)
    assert it.apply(processing()) == []


def test_the_bank_says_yes_after_days() -> None:
    it = asked_for()
    assert kinds(it.apply(paid(arrived_at=DAYS_LATER, confirmed=True))) == [PaymentSucceeded]
    assert it.apply(processing()) == []
    assert it.status == PaymentStatus.SUCCEEDED


def test_the_bank_says_no_after_days_and_the_window_is_over() -> None:
    it = asked_for()
    effects = it.apply(declined("py_1"))
    assert kinds(effects) == [PaymentFailed]
    assert deadlines(effects) == [ScheduleDeadline(WINDOW_CLOSED, WINDOW_END), CHECK_SOON]
    assert it.status == PaymentStatus.PENDING
    assert kinds(it.apply(WINDOW_CLOSED)) == [CancelIntent]
    assert kinds(it.apply(canceled())) == [PaymentCanceled]


def test_a_declined_card_says_nothing_of_what_the_bank_is_asked_for() -> None:
    it = asked_for()
    assert kinds(it.apply(declined("ch_0"))) == [PaymentFailed]
    assert it.status == PaymentStatus.PROCESSING


def test_what_was_asked_for_too_late_is_to_be_canceled_and_goes_back_if_it_comes() -> None:
    it = payment()
    assert ScheduleDeadline(WINDOW_CLOSED, WINDOW_END) in it.apply(processing(at=LATE))
    assert kinds(it.apply(WINDOW_CLOSED)) == [CancelIntent]
    assert kinds(it.apply(paid(at=LATE, arrived_at=DAYS_LATER, confirmed=True))) == [PaymentUnusable]


def test_money_that_comes_after_it_was_needed_goes_back() -> None:
    it = payment(needed_by=WINDOW_END)
    assert ScheduleDeadline(WINDOW_CLOSED, WINDOW_END) in it.apply(processing())
    assert kinds(it.apply(WINDOW_CLOSED)) == [CancelIntent]
    assert kinds(it.apply(paid(arrived_at=DAYS_LATER, confirmed=True))) == [PaymentUnusable]


def test_money_that_comes_before_it_is_needed_is_good() -> None:
    it = asked_for(needed_by=DAYS_LATER)
    assert kinds(it.apply(paid(arrived_at=DAYS_LATER, confirmed=True))) == [PaymentSucceeded]


@pytest.mark.parametrize("wish", [WINDOW_CLOSED, CancelPayment(saga_id="saga_1")])
def test_while_the_bank_is_asked_stripe_decides_whether_a_payment_can_be_canceled(wish: PaymentWindowClosed) -> None:
    it = asked_for()
    assert kinds(it.apply(wish)) == [CancelIntent]
    assert it.status == PaymentStatus.PROCESSING
    assert kinds(it.apply(canceled())) == [PaymentCanceled]


def test_the_bank_is_looked_after_until_it_has_answered() -> None:
    look, again = asked_for().apply(CHECK_DUE)
    assert isinstance(look, LookAtIntent)
    assert again == CHECK_LATER


def test_what_is_canceled_for_good_is_not_asked_for() -> None:
    it = payment()
    it.apply(canceled())
    assert it.apply(processing()) == []
    assert it.status == PaymentStatus.CANCELED
