from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reference.domain.enrollment import CourseVerified, EnrollInCourseInitiated
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_news import MoneyReceived
from tests.contracts.drafts import Contract, Drafts
from tests.contracts.expectations import SAGA, Json, envelope, text
from tests.contracts.services import AS_KNOWN, NOW, payment_service

STUDENT, COURSE = {"studentId": text("ada")}, {"courseId": text("algebra")}
PRICE = Money(4900, "EUR")


class Listener:
    """The payment-service at its own door."""

    def __init__(self, directory: Path) -> None:
        self._app = payment_service(directory)
        self._client = self._app.test_client()

    def hear(self, body: Any, metadata: Json) -> None:
        answer = self._client.post("/events", data=body, content_type=metadata["contentType"], headers=AS_KNOWN)
        assert answer.status_code == 202, answer.text

    def has_heard(self, message: Message) -> None:
        self._app.extensions["doors"].service.receive("before", message.name, message)

    def saga(self) -> Json:
        saga: Json = self._client.get(f"/sagas/{SAGA}", headers=AS_KNOWN).get_json()
        return saga


@pytest.fixture
def contract(drafts: Drafts) -> Contract:
    return drafts.contract("payment-service", "learning-service")


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    return Listener(tmp_path)


@pytest.fixture
def paid(listener: Listener) -> Listener:
    listener.has_heard(EnrollInCourseInitiated(saga_id=SAGA, student_id="ada", course_id="algebra"))
    listener.has_heard(CourseVerified(saga_id=SAGA, title="Algebra", price=PRICE))
    payment_id = listener.saga()["payment"]["paymentId"]
    listener.has_heard(MoneyReceived(payment_id=payment_id, intent_id="pi-1", received=PRICE, paid_at=NOW))
    assert listener.saga()["state"] == "ENROLLING"
    return listener


def test_an_enrollment_that_begins_starts_a_saga(contract: Contract, listener: Listener) -> None:
    name = "EnrollInCourseInitiated"
    contract.message(name, envelope(name, "learning-service", **STUDENT, **COURSE))
    with contract.told(listener.hear):
        saga = listener.saga()
        assert (saga["state"], saga["studentId"], saga["contextId"]) == ("VERIFYING_COURSE", "ada", "algebra")


def test_a_confirmed_enrollment_completes_the_saga(contract: Contract, paid: Listener) -> None:
    name, enrollment = "EnrollmentConfirmed", {"enrollmentId": text("enrollment-1")}
    contract.message(name, envelope(name, "learning-service", **enrollment, **STUDENT, **COURSE))
    with contract.told(paid.hear):
        assert paid.saga()["outcome"] == "COMPLETED"


def test_a_rejected_enrollment_gives_the_money_back(contract: Contract, paid: Listener) -> None:
    name, reason = "EnrollmentRejected", {"reason": text("COURSE_FULL")}
    contract.message(name, envelope(name, "learning-service", **reason))
    with contract.told(paid.hear):
        saga = paid.saga()
        assert saga["state"] == "REFUNDING"
        assert "COURSE_FULL" in saga["history"][-1]["text"]
