"""The saga's story: given these messages, it asks for these, and ends there."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import Any

import pytest

from reference.domain.enrollment import (
    CourseUnavailable,
    CourseVerified,
    CreateEnrollmentRecord,
    EnrollInCourseInitiated,
    EnrollmentConfirmed,
    EnrollmentRejected,
    VerificationOverdue,
    VerifyCourse,
)
from reference.domain.messages import (
    AlreadyUnderWay,
    CancelRequested,
    DeliveryOverdue,
    DeliveryUnanswered,
    Message,
    NotExpected,
    RefundOverdue,
    ResumeRequested,
    ScheduleDeadline,
    Wait,
    Withdraw,
)
from reference.domain.notice import NoticeKind, NoticeSent, SendNotice
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import (
    CancelPayment,
    PaymentCanceled,
    PaymentDisputed,
    PaymentFailed,
    PaymentProcessing,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRejected,
    PaymentSucceeded,
    PaymentUnusable,
    RefundPayment,
    TakePayment,
)
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from tests.unit.reference.builders import NOON, PRICE

ID = {"saga_id": "saga_1"}
FACTS: dict[str, Any] = {
    "saga_id": "saga_1",
    "payment_id": "pay_1",
    "context": PaymentContext.COURSE_ENROLLMENT,
    "context_id": "algebra",
    "price": PRICE,
    "stripe_payment_intent_id": "pi_1",
}
INITIATED = EnrollInCourseInitiated(saga_id="saga_1", student_id="ada", course_id="algebra")
VERIFIED = CourseVerified(saga_id="saga_1", title="Algebra", price=PRICE)
UNAVAILABLE = CourseUnavailable(saga_id="saga_1", reason="it is not published")
PAID = PaymentSucceeded(**FACTS)
DECLINED = PaymentFailed(**FACTS, reason="expired_card", attempt="ch_1")
PROCESSING = PaymentProcessing(saga_id="saga_1", attempt="py_1")
UNUSABLE = PaymentUnusable(saga_id="saga_1", reason="it came too late")
CANCELED = PaymentCanceled(**ID)
REFUNDED = PaymentRefunded(**FACTS, refund_id="re_1", reason="gone")
REFUND_FAILED = PaymentRefundFailed(saga_id="saga_1", reason="charge_disputed")
CONFIRMED = EnrollmentConfirmed(saga_id="saga_1", enrollment_id="enr_1", course_id="algebra", student_id="ada")
GONE = EnrollmentRejected(saga_id="saga_1", reason="the course is gone")
UNANSWERED = DeliveryUnanswered(**ID)
RESUMED = ResumeRequested(saga_id="saga_1", by="olga", why="the balance is filled up")
DISPUTED = PaymentDisputed(saga_id="saga_1", dispute_id="dp_1", status="needs_response")
CANCEL = CancelRequested(saga_id="saga_1", by="ada")
EVERYTHING: list[Message] = [
    *(INITIATED, VERIFIED, UNAVAILABLE, PAID, DECLINED, UNUSABLE, CANCELED, REFUNDED, REFUND_FAILED),
    *(CONFIRMED, GONE, UNANSWERED, RESUMED, AlreadyUnderWay(**ID), VerificationOverdue(**ID)),
    *(PROCESSING, CANCEL, DISPUTED, NoticeSent(**ID), RefundOverdue(**ID)),
    *(DeliveryOverdue(**ID), PaymentRejected(saga_id="saga_1", reason="amount_too_small")),
]
WAYS_OUT_OF_AN_END = {
    ("rejected", "payment_unusable"): "refunding",
    ("expired", "payment_unusable"): "refunding",
    ("cancelled", "payment_unusable"): "refunding",
    ("completed", "payment_refunded"): "refunded",
    ("refunded", "payment_refund_failed"): "parked",
    ("parked", "payment_refunded"): "refunded",
    ("parked", "resume_requested"): "refunding",
}


def moved_by(*messages: Message) -> tuple[EnrollInCourseSaga, list[type[Any]]]:
    """Return the saga after all this, and the kinds of what it asked for on the way."""
    saga = EnrollInCourseSaga.start(INITIATED)
    asked = [ask for message in messages for ask in saga.handle(message, NOON)]
    return saga, [type(ask) for ask in asked if not isinstance(ask, ScheduleDeadline | SendNotice)]


STORIES: dict[str, tuple[list[Message], list[type[Any]]]] = {
    "bought": ([INITIATED, VERIFIED, PAID, CONFIRMED], [VerifyCourse, TakePayment, CreateEnrollmentRecord]),
    "another card": (
        [INITIATED, VERIFIED, DECLINED, PAID, CONFIRMED],
        [VerifyCourse, TakePayment, CreateEnrollmentRecord],
    ),
    "not for sale": ([INITIATED, UNAVAILABLE], [VerifyCourse]),
    "nobody says the price": ([INITIATED, VerificationOverdue(**ID)], [VerifyCourse, Withdraw]),
    "bought already": ([AlreadyUnderWay(**ID)], []),
    "never paid": ([INITIATED, VERIFIED, CANCELED], [VerifyCourse, TakePayment]),
    "the bank says yes": (
        [INITIATED, VERIFIED, PROCESSING, PAID, CONFIRMED],
        [VerifyCourse, TakePayment, CreateEnrollmentRecord],
    ),
    "the bank says no": ([INITIATED, VERIFIED, PROCESSING, DECLINED, CANCELED], [VerifyCourse, TakePayment]),
    "cancelled, and the bank says no": (
        [INITIATED, VERIFIED, PROCESSING, CANCEL, DECLINED, CANCELED],
        [VerifyCourse, TakePayment, CancelPayment, CancelPayment],
    ),
    "paid too late": (
        [INITIATED, VERIFIED, CANCELED, UNUSABLE, REFUNDED],
        [VerifyCourse, TakePayment, RefundPayment],
    ),
    "gone": (
        [INITIATED, VERIFIED, PAID, GONE, REFUNDED],
        [VerifyCourse, TakePayment, CreateEnrollmentRecord, RefundPayment],
    ),
    "asked twice": (
        [INITIATED, VERIFIED, PAID, UNANSWERED, CONFIRMED],
        [VerifyCourse, TakePayment, CreateEnrollmentRecord, CreateEnrollmentRecord],
    ),
    "silence": (
        [INITIATED, VERIFIED, PAID, DeliveryOverdue(**ID), CONFIRMED, REFUNDED],
        [VerifyCourse, TakePayment, CreateEnrollmentRecord, Withdraw, RefundPayment],
    ),
    "cancelled": ([INITIATED, VERIFIED, CANCEL, CANCELED], [VerifyCourse, TakePayment, CancelPayment]),
    "cancelled before the price was known": ([INITIATED, CANCEL], [VerifyCourse, Withdraw]),
    "cancelled, but paid": (
        [INITIATED, VERIFIED, CANCEL, PAID, CONFIRMED],
        [VerifyCourse, TakePayment, CancelPayment, CreateEnrollmentRecord],
    ),
    "the refund takes for ever": (
        [INITIATED, VERIFIED, PAID, GONE, RefundOverdue(**ID)],
        [VerifyCourse, TakePayment, CreateEnrollmentRecord, RefundPayment],
    ),
    "parked and resumed": (
        [INITIATED, VERIFIED, PAID, GONE, REFUND_FAILED, RESUMED, REFUNDED],
        [VerifyCourse, TakePayment, CreateEnrollmentRecord, RefundPayment, RefundPayment],
    ),
}
ENDINGS = {
    **dict.fromkeys(("cancelled", "cancelled before the price was known"), "CANCELLED"),
    "cancelled, but paid": "COMPLETED",
    "the refund takes for ever": "PARKED",
    **dict.fromkeys(("bought", "another card", "asked twice"), "COMPLETED"),
    **dict.fromkeys(("not for sale", "nobody says the price", "bought already"), "REJECTED"),
    **dict.fromkeys(("paid too late", "gone", "silence", "parked and resumed"), "REFUNDED"),
    "the bank says yes": "COMPLETED",
    "cancelled, and the bank says no": "CANCELLED",
    **dict.fromkeys(("never paid", "the bank says no"), "EXPIRED"),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_asks_for_this_and_ends_there(name: str) -> None:
    messages, wishes = STORIES[name]
    saga, asked = moved_by(*messages)
    assert asked == wishes
    assert saga.outcome == ENDINGS[name]


@pytest.mark.parametrize("name", STORIES)
def test_hearing_the_last_message_of_a_story_again_asks_for_nothing(name: str) -> None:
    messages, _ = STORIES[name]
    saga, _ = moved_by(*messages)
    with suppress(NotExpected):  # A person sees it then; nothing was asked for, either.
        saga.handle(messages[-1], NOON)
    assert (saga.effects, saga.outcome) == ([], ENDINGS[name])


def rows() -> dict[tuple[str, str], str]:
    """Return where each declared message leads from each state; the first row that fits counts."""
    found: dict[tuple[str, str], str] = {}
    everywhere = [state.name for state in EnrollInCourseSaga.STATES]
    for message, froms, to, *_ in EnrollInCourseSaga.TRANSITIONS:
        for state in everywhere if froms == "*" else [froms] if isinstance(froms, str) else froms:
            found.setdefault((state, message), to or state)
    return found


def test_every_message_that_a_row_names_is_known_to_this_test() -> None:
    assert {message for _, message in rows()} == {message.trigger for message in EVERYTHING}


@pytest.mark.parametrize("state", [state.name for state in EnrollInCourseSaga.STATES])
def test_in_each_state_a_message_is_declared_or_changes_nothing(state: str) -> None:
    for message in EVERYTHING:
        saga = EnrollInCourseSaga(saga_id="saga_1", student_id="ada", course_id="algebra", state=state)
        if (state, message.trigger) in rows():
            saga.handle(message, NOON)
            assert saga.state == rows()[state, message.trigger]
        else:
            with pytest.raises(NotExpected, match=state.upper()):
                saga.handle(message, NOON)
            assert (saga.state, saga.history) == (state, [])


def test_an_end_is_left_only_by_declared_late_news() -> None:
    ends = {state.name for state in EnrollInCourseSaga.STATES if state.final}
    assert {row: to for row, to in rows().items() if row[0] in ends and to != row[0]} == WAYS_OUT_OF_AN_END


def test_every_state_that_waits_says_for_what() -> None:
    waiting = {state.name for state in EnrollInCourseSaga.STATES if not state.final} - {"initiated"} | {"parked"}
    assert set(EnrollInCourseSaga.WAITING_FOR) == waiting


def test_the_price_is_frozen_as_it_was_verified() -> None:
    saga = EnrollInCourseSaga.start(INITIATED)
    saga.handle(INITIATED, NOON)
    (wish,) = saga.handle(VERIFIED, NOON)
    assert wish == TakePayment(
        saga_id="saga_1", context=PaymentContext.COURSE_ENROLLMENT, context_id="algebra", price=PRICE
    )


def test_nothing_is_waited_for_for_ever() -> None:
    saga = EnrollInCourseSaga.start(INITIATED)
    waits = [
        [ask for ask in saga.handle(m, NOON) if isinstance(ask, ScheduleDeadline)] for m in (INITIATED, VERIFIED, PAID)
    ]
    deadlines = [(type(ask.deadline), ask.due) for ask in itertools.chain(*waits)]
    assert deadlines == [
        (VerificationOverdue, Wait.PATIENCE),
        (DeliveryUnanswered, Wait.REPLY),
        (DeliveryOverdue, Wait.PATIENCE),
    ]


def test_what_is_not_answered_is_asked_for_ever_more_rarely() -> None:
    saga, _ = moved_by(INITIATED, VERIFIED, PAID)
    unanswered = DeliveryUnanswered(saga_id="saga_1")
    waits = []
    for _ in range(6):
        command, again = saga.handle(unanswered, NOON)
        assert isinstance(command, CreateEnrollmentRecord)
        assert isinstance(again, ScheduleDeadline)
        waits.append((again.due, again.times))
    assert waits == [(Wait.REPLY, times) for times in (2, 4, 8, 16, 32, 64)]


@pytest.mark.fault(24)
def test_nobody_is_called_to_a_dispute_that_is_over() -> None:
    saga, _ = moved_by(INITIATED, VERIFIED, PAID, CONFIRMED)
    over = PaymentDisputed(saga_id="saga_1", dispute_id="dp_1", status="won", is_over=True)
    (called,) = saga.handle(DISPUTED, NOON)
    assert isinstance(called, SendNotice)
    assert saga.handle(over, NOON) == [Withdraw(called)], "and what was not sent yet is not sent any more"
    fresh, _ = moved_by(INITIATED, VERIFIED, PAID, CONFIRMED)
    assert not any(isinstance(each, SendNotice) for each in fresh.handle(over, NOON))


def test_history_tells_in_plain_words_and_each_thing_once() -> None:
    saga, _ = moved_by(INITIATED, VERIFIED, DECLINED, DECLINED, PAID, INITIATED, CONFIRMED, CONFIRMED)
    assert [entry.text for entry in saga.history] == [
        "The student asked for the course.",
        "The course 'Algebra' is published and costs 49.00 EUR.",
        "A payment attempt was declined: expired_card.",
        "The payment of 49.00 EUR arrived.",
        "The student is enrolled.",
    ]


def test_a_saga_of_one_class_does_not_move_another() -> None:
    one, _ = moved_by(INITIATED, VERIFIED)
    other, _ = moved_by(INITIATED)
    assert (one.state, other.state) == ("awaiting_payment", "verifying_course")


NOTICES = {
    "bought": [NoticeKind.CONFIRMED],
    "another card": [NoticeKind.DECLINED, NoticeKind.CONFIRMED],
    "never paid": [NoticeKind.EXPIRED],
    "gone": [NoticeKind.REFUNDED],
    "parked and resumed": [NoticeKind.NEEDS_ATTENTION, NoticeKind.REFUNDED],
    "not for sale": [],
}


@pytest.mark.parametrize("name", NOTICES)
def test_the_student_gets_a_notice_of_how_it_ends(name: str) -> None:
    saga = EnrollInCourseSaga.start(INITIATED)
    asked = [ask for message in STORIES[name][0] for ask in saga.handle(message, NOON)]
    notices = [ask for ask in asked if isinstance(ask, SendNotice)]
    assert [each.kind for each in notices] == NOTICES[name]
    assert {(each.person_id, each.title) for each in notices} <= {("ada", "Algebra")}


def test_an_answer_about_another_course_is_not_believed() -> None:
    saga, _ = moved_by(INITIATED, VERIFIED, PAID)
    other = EnrollmentConfirmed(saga_id="saga_1", enrollment_id="enr_1", course_id="biology", student_id="ada")
    with pytest.raises(NotExpected, match="biology"):
        saga.handle(other, NOON)
    assert saga.state == "enrolling"
