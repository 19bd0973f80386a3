from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from simulators.kit.cloudevents import envelope as travelling
from tests.contracts.drafts import Contract, Drafts
from tests.contracts.expectations import CLOUDEVENT, SAGA, Json, envelope, money, text
from tests.contracts.services import AS_KNOWN, NOW, has_course, learning_service

COMMAND = {"studentId": text("ada"), "courseId": text("algebra"), "paymentId": text("pay-1")}
PAYMENT = {
    "paymentId": text("pay-1"),
    "context": "COURSE_ENROLLMENT",
    "contextId": text("algebra"),
    "price": money(4900, "EUR"),
    "stripePaymentIntentId": text("pi-1"),
}


@pytest.fixture
def contract(drafts: Drafts) -> Contract:
    return drafts.contract("learning-service", "payment-service")


@pytest.fixture
def school() -> Flask:
    school = learning_service()
    has_course(school, "algebra", published=True)
    return school


def ear(school: Flask, door: str) -> Callable[[Any, Json], None]:
    def hear(body: Any, metadata: Json) -> None:
        headers = AS_KNOWN | {"Content-Type": metadata["contentType"]}
        answer = school.test_client().post(door, data=body, headers=headers)
        assert answer.status_code == 202, answer.text

    return hear


def enrolled(school: Flask) -> list[str]:
    items = school.test_client().get("/enrollments", headers=AS_KNOWN).get_json()["items"]
    return [each["studentId"] for each in items]


def noted(school: Flask) -> Json:
    """What the school remembers of the only event it has heard."""
    [event] = school.test_client().get("/_sim/state").get_json()["inbox"]
    return {"type": event["type"], **event["data"]}


def test_a_command_enrolls_the_student(contract: Contract, school: Flask) -> None:
    name = "CREATE_ENROLLMENT_RECORD"
    contract.message(name, envelope(name, "payment-service", **COMMAND))
    with contract.told(ear(school, "/commands")):
        assert enrolled(school) == ["ada"]


def test_a_payment_that_succeeded_is_noted(contract: Contract, school: Flask) -> None:
    name = "PaymentSucceeded"
    contract.message(name, envelope(name, "payment-service", **PAYMENT))
    with contract.told(ear(school, "/events")):
        assert noted(school)["price"] == {"amount": 4900, "currency": "EUR"}


def test_a_declined_attempt_is_noted_with_its_code(contract: Contract, school: Flask) -> None:
    name, why = "PaymentFailed", {"reason": text("insufficient_funds"), "declineCode": text("insufficient_funds")}
    contract.message(name, envelope(name, "payment-service", **PAYMENT, **why))
    with contract.told(ear(school, "/events")):
        assert noted(school)["declineCode"] == "insufficient_funds"


def test_a_declined_attempt_may_have_no_code(contract: Contract, school: Flask) -> None:
    name, why = "PaymentFailed", {"reason": text("expired_card")}
    contract.message(f"{name} without a declineCode", envelope(name, "payment-service", **PAYMENT, **why))
    with contract.told(ear(school, "/events")):
        assert noted(school)["declineCode"] is None


@pytest.fixture
def with_ada(school: Flask) -> Flask:
    command = {"sagaId": SAGA, "studentId": "ada", "courseId": "algebra", "paymentId": "pay-1"}
    said = travelling("command-1", "edtech.payment-service", "CREATE_ENROLLMENT_RECORD", SAGA, NOW, command)
    ear(school, "/commands")(said, {"contentType": CLOUDEVENT})
    assert enrolled(school) == ["ada"]
    return school


def test_a_refund_takes_the_enrollment_back(contract: Contract, with_ada: Flask) -> None:
    name, why = "PaymentRefunded", {"refundId": text("refund-1"), "reason": text("requested_by_customer")}
    contract.message(name, envelope(name, "payment-service", **PAYMENT, **why))
    with contract.told(ear(with_ada, "/events")):
        assert enrolled(with_ada) == []
