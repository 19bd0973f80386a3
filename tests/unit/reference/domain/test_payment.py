from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reference.domain.messages import Message, NotExpected, ScheduleDeadline, Wait, Withdraw
from reference.domain.money import Money
from reference.domain.payment import Payment
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import (
    CancelIntent,
    CreateIntent,
    LookAtIntent,
    PaymentCanceled,
    PaymentCheckDue,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRejected,
    PaymentSucceeded,
    PaymentUnusable,
    PaymentWindowClosed,
    RefundIntent,
    RefundPayment,
)
from reference.domain.payment_news import DisputeReported, IntentRefused
from reference.domain.payment_status import MOVES, PaymentStatus, RefundState
from tests.unit.reference.builders import (
    NEWS,
    SECRET,
    WHAT,
    WINDOW_END,
    canceled,
    created,
    declined,
    paid,
    payment,
    refund,
)

LATE = WINDOW_END + timedelta(seconds=1)
WRONG = Money(4800, "EUR")
WINDOW_CLOSED = PaymentWindowClosed(saga_id="saga_1", payment_id="pay_1")
CHECK_DUE = PaymentCheckDue(saga_id="saga_1", payment_id="pay_1")


def hear(it: Payment, *news: Message) -> list[type[Any]]:
    """Return the kinds of what follows of the last news, without deadlines."""
    asked = [it.apply(each) for each in news][-1]
    return [type(each) for each in asked if not isinstance(each, ScheduleDeadline | Withdraw)]


def refunding() -> Payment:
    it = payment()
    it.apply(paid())
    it.apply(RefundPayment(saga_id="saga_1", reason="nothing to give"))
    return it


@pytest.mark.parametrize("missing", ["context", "context_id"])
def test_a_payment_must_say_what_it_is_for(missing: str) -> None:
    facts = {name: value for name, value in (WHAT | {"pay_until": WINDOW_END}).items() if name != missing}
    with pytest.raises(TypeError, match=missing):
        Payment.create(**facts)


def test_a_payment_context_is_one_of_two_and_a_context_id_is_not_empty() -> None:
    assert set(PaymentContext) == {"SESSION_BOOKING", "COURSE_ENROLLMENT"}
    with pytest.raises(TypeError, match="PaymentContext"):
        payment(context="COURSE_ENROLLMENT")
    with pytest.raises(ValueError, match="contextId"):
        payment(context_id="")


@pytest.mark.parametrize("name", ["payment_id", "saga_id", "context", "context_id", "price"])
def test_what_a_payment_is_for_never_changes(name: str) -> None:
    with pytest.raises(AttributeError, match="never changes"):
        setattr(payment(), name, "other")


def test_the_client_secret_is_never_shown_by_accident() -> None:
    it = payment()
    it.apply(created())
    assert SECRET not in repr(it) + repr(created())


def test_a_payment_begins_with_an_intent_and_two_reminders() -> None:
    intent, *deadlines = payment().begin()
    assert intent == CreateIntent(**WHAT)
    assert {type(each.deadline) for each in deadlines if isinstance(each, ScheduleDeadline)} == {
        PaymentWindowClosed,
        PaymentCheckDue,
    }


def test_the_agreed_sum_in_time_is_a_success() -> None:
    it = payment()
    assert hear(it, created(), paid()) == [PaymentSucceeded]
    assert it.status == PaymentStatus.SUCCEEDED


def test_money_may_be_heard_of_before_the_intent() -> None:
    assert hear(payment(), paid()) == [PaymentSucceeded]


def test_each_declined_attempt_is_announced_once_and_nothing_is_final() -> None:
    it = payment()
    assert hear(it, declined("ch_1")) == [PaymentFailed]
    assert hear(it, declined("ch_1")) == []
    assert hear(it, declined("ch_2")) == [PaymentFailed]
    assert it.status == PaymentStatus.PENDING


def test_a_decline_heard_after_the_success_is_old_news() -> None:
    assert hear(payment(), paid(), declined()) == []


@pytest.mark.fault(26)
def test_another_sum_is_believed_only_of_stripe_itself() -> None:
    it = payment()
    assert hear(it, paid(received=WRONG)) == [LookAtIntent]
    assert hear(it, paid(received=WRONG, confirmed=True)) == [PaymentUnusable]
    assert it.status == PaymentStatus.SUCCEEDED


@pytest.mark.parametrize("before", [[], [canceled()]])
def test_money_after_the_window_must_go_back(before: list[Message]) -> None:
    assert hear(payment(), *before, paid(at=LATE, confirmed=True)) == [PaymentUnusable]


def test_money_for_what_was_canceled_goes_back_whenever_it_came() -> None:
    assert hear(payment(), canceled(), paid()) == [PaymentUnusable]


def test_late_money_is_looked_at_for_its_student_may_have_paid_in_time() -> None:
    assert hear(payment(), paid(at=LATE)) == [LookAtIntent]
    assert hear(payment(), paid(at=LATE), paid(confirmed=True, arrived_at=LATE)) == [PaymentSucceeded]


def test_money_in_the_last_second_is_in_time() -> None:
    assert hear(payment(), paid(at=WINDOW_END)) == [PaymentSucceeded]


@pytest.mark.parametrize("news", [created, paid, canceled])
@pytest.mark.fault(26)
def test_news_of_another_intent_with_our_metadata_are_for_a_person(news: Any) -> None:
    it = payment()
    it.apply(created())
    with pytest.raises(NotExpected, match="pi_2"):
        it.apply(news(intent_id="pi_2"))
    assert (it.intent_id, it.status) == ("pi_1", PaymentStatus.PENDING)


def test_a_closed_window_makes_sure_that_nobody_can_pay_any_more() -> None:
    it = payment()
    assert hear(it, created(), WINDOW_CLOSED) == [CancelIntent]
    assert hear(it, canceled()) == [PaymentCanceled]
    assert hear(it, WINDOW_CLOSED) == []


def test_canceling_is_asked_for_until_it_is_certain() -> None:
    _, again = payment().apply(WINDOW_CLOSED)
    assert again == ScheduleDeadline(WINDOW_CLOSED, Wait.PAYMENT_CHECK)


def test_an_intent_that_stripe_refuses_ends_the_payment() -> None:
    it = payment()
    assert hear(it, IntentRefused(saga_id="saga_1", payment_id="pay_1", reason="amount_too_small")) == [PaymentRejected]
    assert hear(it, created()) == [CancelIntent]


def test_an_intent_that_is_canceled_is_not_canceled_for_ever() -> None:
    it = payment()
    assert hear(it, created(), canceled(), created()) == []


def test_a_canceled_intent_whose_creation_is_heard_of_late_stays_canceled() -> None:
    assert hear(payment(), canceled(), created()) == []


def test_a_lost_webhook_is_made_good_by_looking() -> None:
    it = payment()
    it.apply(created())
    asked = it.apply(CHECK_DUE)
    assert isinstance(asked[0], LookAtIntent)
    assert isinstance(asked[1], ScheduleDeadline)
    assert hear(it, paid(), CHECK_DUE) == []


def test_everything_goes_back_once() -> None:
    it = payment()
    it.apply(paid())
    first, _ = it.apply(RefundPayment(saga_id="saga_1", reason="nothing to give"))
    assert isinstance(first, RefundIntent)
    again, _ = it.apply(RefundPayment(saga_id="saga_1", reason="nothing to give"))
    assert again == first, "a refund under way is only asked for again: the same attempt is the same outbox message"
    assert hear(it, refund(RefundState.PENDING)) == []
    assert hear(it, refund(RefundState.SUCCEEDED)) == [PaymentRefunded]
    assert it.apply(RefundPayment(saga_id="saga_1", reason="nothing to give")) == []


def test_nothing_goes_back_that_never_came() -> None:
    it = payment()
    it.apply(canceled())
    assert it.apply(RefundPayment(saga_id="saga_1", reason="whatever")) == []


def test_a_part_is_not_everything() -> None:
    it = refunding()
    assert hear(it, refund(RefundState.SUCCEEDED, amount=100)) == []
    assert hear(it, refund(RefundState.SUCCEEDED, "re_2", amount=4800)) == [PaymentRefunded]


def test_a_refund_that_fails_is_tried_under_a_new_number() -> None:
    it = refunding()
    assert hear(it, refund(RefundState.FAILED)) == [PaymentRefundFailed]
    again, _ = it.apply(RefundPayment(saga_id="saga_1", reason="once more"))
    assert isinstance(again, RefundIntent)
    assert again.attempt == 2


@pytest.mark.fault(23)
def test_a_refund_that_a_bank_sends_back_days_later_is_a_failure() -> None:
    it = refunding()
    assert hear(it, refund(RefundState.SUCCEEDED), refund(RefundState.FAILED)) == [PaymentRefundFailed]
    assert it.status == PaymentStatus.REFUND_FAILED


def test_another_refund_that_failed_takes_nothing_from_one_that_gave_everything_back() -> None:
    it = refunding()
    assert hear(it, refund(RefundState.SUCCEEDED), refund(RefundState.FAILED, "re_2", amount=100)) == []
    assert it.status == PaymentStatus.REFUNDED


def test_a_refund_by_a_person_at_stripe_counts_even_if_heard_of_before_the_money() -> None:
    assert hear(payment(), refund(RefundState.SUCCEEDED), paid()) == [PaymentSucceeded, PaymentRefunded]


def test_late_money_that_a_person_has_given_back_already_needs_no_second_refund() -> None:
    it = payment()
    assert hear(it, canceled(), refund(RefundState.SUCCEEDED), paid(at=LATE, confirmed=True)) == [
        PaymentUnusable,
        PaymentRefunded,
    ]
    assert it.apply(RefundPayment(saga_id="saga_1", reason="it came too late")) == []


@pytest.mark.fault(24)
def test_a_dispute_is_recorded_and_moves_nothing() -> None:
    it = payment()
    it.apply(DisputeReported(**NEWS, dispute_id="dp_1", status="needs_response"))
    assert (it.disputes, it.status) == ({"dp_1": "needs_response"}, PaymentStatus.PENDING)


def disputed(status: str, dispute_id: str = "dp_1", *, confirmed: bool = False, **more: Any) -> DisputeReported:
    return DisputeReported(**NEWS, dispute_id=dispute_id, status=status, confirmed=confirmed, **more)


def open_dispute(*statuses: str) -> Payment:
    it = payment()
    for news in (created(), paid(), *map(disputed, statuses)):
        it.apply(news)
    return it


@pytest.mark.parametrize("over", ["won", "lost", "warning_closed", "prevented"])
@pytest.mark.parametrize(
    "late", ["needs_response", "under_review", "warning_needs_response", "warning_under_review", "of_next_year"]
)
@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.fault(4, 24)
def test_a_dispute_that_is_over_stays_over(over: str, late: str, *, confirmed: bool) -> None:
    it = open_dispute(over)
    assert it.apply(disputed(late, confirmed=confirmed)) == []
    assert it.disputes == {"dp_1": over}


@pytest.mark.parametrize(
    "statuses",
    [
        ("needs_response", "under_review", "won"),
        ("warning_needs_response", "warning_under_review", "warning_closed"),
        ("warning_needs_response", "needs_response", "lost"),
    ],
)
@pytest.mark.fault(24)
def test_a_dispute_goes_as_stripe_says_and_each_step_is_announced_once(statuses: tuple[str, ...]) -> None:
    it = open_dispute()
    for status in statuses:
        announced = [each for each in it.apply(disputed(status)) if isinstance(each, PaymentDisputed)]
        assert [(each.status, each.is_over) for each in announced] == [(status, status == statuses[-1])]
        assert it.apply(disputed(status)) == []
        assert it.disputes == {"dp_1": status}


@pytest.mark.fault(24)
def test_a_dispute_that_ended_in_two_ways_is_looked_up_and_stripe_is_believed() -> None:
    it = open_dispute("won")
    assert hear(it, disputed("lost")) == [LookAtIntent]
    assert it.disputes == {"dp_1": "won"}
    it.apply(disputed("lost", confirmed=True))
    assert it.disputes == {"dp_1": "lost"}


@pytest.mark.fault(24)
def test_each_dispute_keeps_the_amount_that_it_is_about() -> None:
    it = open_dispute()
    it.apply(disputed("needs_response", amount=Money(1200, "EUR")))
    it.apply(disputed("needs_response", "dp_2", amount=Money(3700, "EUR")))
    assert it.disputed_amounts == {"dp_1": Money(1200, "EUR"), "dp_2": Money(3700, "EUR")}
    (first,) = [each for each in it.apply(disputed("won")) if isinstance(each, PaymentDisputed)]
    assert not first.is_over, "the other one is not"
    (second,) = [each for each in it.apply(disputed("won", "dp_2")) if isinstance(each, PaymentDisputed)]
    assert second.is_over


@pytest.mark.fault(1, 24)
def test_an_open_dispute_is_looked_up_ever_more_rarely_until_it_is_over() -> None:
    it = open_dispute("needs_response")
    waits = []
    for _ in range(12):
        look, again = it.apply(CHECK_DUE)
        assert isinstance(look, LookAtIntent)
        assert isinstance(again, ScheduleDeadline)
        waits.append(again.times)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512, 512]
    it.apply(disputed("lost"))
    assert it.apply(CHECK_DUE) == []


def test_a_payment_in_its_window_is_looked_up_at_a_steady_pace_and_a_refund_ever_more_rarely() -> None:
    it = payment()
    assert [it.apply(CHECK_DUE)[-1].times for _ in range(3)] == [1, 1, 1]  # type: ignore[union-attr]
    it.apply(paid())
    it.apply(RefundPayment(saga_id="saga_1", reason="nothing to give"))
    assert [it.apply(CHECK_DUE)[-1].times for _ in range(3)] == [2, 4, 8]  # type: ignore[union-attr]


@pytest.mark.fault(1, 23)
def test_a_refund_that_succeeded_is_looked_up_for_a_month() -> None:
    it = refunding()
    waits = [each for each in it.apply(refund(RefundState.SUCCEEDED)) if isinstance(each, ScheduleDeadline)]
    while len(looked := it.apply(CHECK_DUE)) > 1:
        assert isinstance(looked[0], LookAtIntent)
        waits += [each for each in looked if isinstance(each, ScheduleDeadline)]
    assert {each.due for each in waits} == {Wait.BANK_ANSWER}
    assert [each.times for each in waits] == [1, 2, 4, 8, 16, 32, 64]
    assert hear(it, refund(RefundState.FAILED)) == [PaymentRefundFailed]


def test_a_price_of_zero_is_rejected_before_stripe_is_asked() -> None:
    it = payment(price=Money(0, "EUR"))
    effects = it.begin()
    assert PaymentRejected(saga_id="saga_1", reason="the price is zero") in effects
    assert not any(isinstance(each, CreateIntent) for each in effects)
    assert it.status == PaymentStatus.CANCELED


@pytest.mark.parametrize("status", PaymentStatus)
def test_a_payment_moves_only_as_declared(status: PaymentStatus) -> None:
    for to in set(PaymentStatus) - MOVES[status]:
        with pytest.raises(ValueError, match="cannot become"):
            payment_that_is(status)._move(to)


def payment_that_is(status: PaymentStatus) -> Payment:
    it = payment()
    it.status = status
    return it
