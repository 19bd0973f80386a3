from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import requests

from reference.application.ports import Errand, RefusedError, UnavailableError
from reference.domain.enrollment import CourseUnavailable, CourseVerified, CreateEnrollmentRecord, VerifyCourse
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_messages import PaymentContext, PaymentSucceeded
from reference.gateways.learning import LearningService
from tests.contracts.drafts import Contract, Drafts
from tests.contracts.expectations import (
    PROBLEM,
    SAGA,
    STRANGE_TOKEN,
    TOKEN,
    UNKNOWN,
    Json,
    envelope,
    money,
    problem,
    text,
)
from tests.contracts.services import NOW

COURSE = {"courseId": "algebra", "title": text("Algebra"), "price": money(4900, "EUR")}


@pytest.fixture
def contract(drafts: Drafts) -> Contract:
    return drafts.contract("payment-service", "learning-service")


def said(url: str, message: Message, token: str = TOKEN) -> list[Message]:
    errand = Errand(f"{SAGA}:{message.key}", "learning", message, NOW, attempts=1)
    return LearningService(url, token, requests.Session()).perform(errand)


def verified(url: str) -> list[Message]:
    return said(url, VerifyCourse(saga_id=SAGA, course_id="algebra"))


def test_a_published_course_is_verified_with_its_price(contract: Contract) -> None:
    call = contract.call("a query for a published course", "GET", "/courses/algebra")
    call.given("a published course", courseId="algebra").will_respond_with(200)
    call.with_body({**COURSE, "isPublished": True}, content_type="application/json")
    with contract.served() as url:
        assert verified(url) == [CourseVerified(saga_id=SAGA, title="Algebra", price=Money(4900, "EUR"))]


def test_a_course_that_is_not_published_cannot_be_bought(contract: Contract) -> None:
    call = contract.call("a query for a course that is not published", "GET", "/courses/algebra")
    call.given("a course that is not published", courseId="algebra").will_respond_with(200)
    call.with_body({**COURSE, "isPublished": False}, content_type="application/json")
    with contract.served() as url:
        assert verified(url) == [CourseUnavailable(saga_id=SAGA, reason="it is not published")]


def test_an_unknown_course_cannot_be_bought(contract: Contract) -> None:
    call = contract.call("a query for an unknown course", "GET", "/courses/algebra")
    call.given("no course", courseId="algebra").will_respond_with(404)
    with contract.served() as url:
        assert verified(url) == [CourseUnavailable(saga_id=SAGA, reason="it does not exist")]


@dataclass(frozen=True)
class Kind:
    """What is handed over, whole and without one of its fields."""

    name: str
    door: str
    whole: Message
    broken: Message
    data: Json
    lacking: str

    def envelope(self, *, lacking: str = "") -> Json:
        data = {field: value for field, value in self.data.items() if field != lacking}
        return envelope(self.whole.name, "payment-service", **data)


COMMAND = CreateEnrollmentRecord(saga_id=SAGA, student_id="ada", course_id="algebra", payment_id="pay-1")
COMMAND_DATA = {"studentId": text("ada"), "courseId": text("algebra"), "paymentId": text("pay-1")}
EVENT = PaymentSucceeded(
    saga_id=SAGA,
    payment_id="pay-1",
    context=PaymentContext.COURSE_ENROLLMENT,
    context_id="algebra",
    price=Money(4900, "EUR"),
    stripe_payment_intent_id="pi-1",
)
EVENT_DATA = {
    "paymentId": text("pay-1"),
    "context": "COURSE_ENROLLMENT",
    "contextId": text("algebra"),
    "price": money(4900, "EUR"),
    "stripePaymentIntentId": text("pi-1"),
}
KINDS = [
    Kind("a command", "/commands", COMMAND, replace(COMMAND, student_id=""), COMMAND_DATA, "studentId"),
    Kind("an event", "/events", EVENT, replace(EVENT, payment_id=""), EVENT_DATA, "paymentId"),
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@each_kind
def test_what_is_handed_over_is_accepted(contract: Contract, kind: Kind) -> None:
    contract.handover(f"{kind.name} is handed over", kind.door, kind.envelope()).will_respond_with(202)
    with contract.served() as url:
        assert said(url, kind.whole) == []


@each_kind
def test_what_lacks_a_field_is_refused_for_good(contract: Contract, kind: Kind) -> None:
    call = contract.handover(f"{kind.name} without a field", kind.door, kind.envelope(lacking=kind.lacking))
    call.will_respond_with(400).with_body(problem(400, naming=kind.lacking), content_type=PROBLEM)
    with contract.served() as url, pytest.raises(RefusedError, match=f"answered 400.*{kind.lacking}"):
        said(url, kind.broken)


@each_kind
def test_what_a_stranger_hands_over_is_said_again_later(contract: Contract, kind: Kind) -> None:
    call = contract.handover(f"{kind.name} from a stranger", kind.door, kind.envelope(), state=UNKNOWN)
    call.will_respond_with(401).with_body(problem(401), content_type=PROBLEM)
    with contract.served() as url, pytest.raises(UnavailableError, match="answered 401"):
        said(url, kind.whole, STRANGE_TOKEN)
