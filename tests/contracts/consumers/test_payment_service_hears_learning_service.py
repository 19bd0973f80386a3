from __future__ import annotations

import pytest

from reference.domain.enrollment import CourseVerified, EnrollInCourseInitiated
from reference.domain.money import Money
from tests.contracts.consumers.listeners import Payments
from tests.contracts.expectations import SAGA
from tests.contracts.messages import AGAIN

PRICE = Money(4900, "EUR")


@pytest.fixture
def paid(payments: Payments) -> Payments:
    payments.knows(
        EnrollInCourseInitiated(saga_id=SAGA, student_id="ada", course_id="algebra"),
        CourseVerified(saga_id=SAGA, title="Algebra", price=PRICE),
    )
    payments.is_paid(PRICE)
    assert payments.saga()["state"] == "ENROLLING"
    return payments


def test_an_enrollment_that_begins_starts_a_saga(payments: Payments) -> None:
    with payments.handling("EnrollInCourseInitiated"):
        saga = payments.saga()
        assert (saga["state"], saga["studentId"], saga["contextId"]) == ("VERIFYING_COURSE", "ada", "algebra")


def test_a_confirmed_enrollment_completes_the_saga(paid: Payments) -> None:
    with paid.handling("EnrollmentConfirmed"):
        assert paid.saga()["outcome"] == "COMPLETED"


def test_a_rejected_enrollment_gives_the_money_back(paid: Payments) -> None:
    with paid.handling("EnrollmentRejected"):
        saga = paid.saga()
        assert saga["state"] == "REFUNDING"
        assert "COURSE_FULL" in saga["history"][-1]["text"]


@pytest.mark.parametrize(
    ("event", "state"), [("EnrollmentConfirmed", "COMPLETED"), ("EnrollmentRejected", "REFUNDING")]
)
def test_the_same_answer_again_changes_nothing(paid: Payments, event: str, state: str) -> None:
    paid.has_handled(event)
    assert paid.saga()["state"] == state
    with paid.handling(f"{event} {AGAIN}"):
        assert paid.saga()["state"] == state
        assert paid.understands_all()
