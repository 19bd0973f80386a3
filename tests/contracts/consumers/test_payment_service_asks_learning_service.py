from __future__ import annotations

import pytest
import requests

from reference.application.ports import OutboxMessage
from reference.domain.enrollment import CourseUnavailable, CourseVerified, VerifyCourse
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.gateways.learning import LearningService
from simulators.world.topology import LEARNING, PAYMENT
from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.expectations import SAGA, TOKEN, money, text
from tests.contracts.providers.services import NOW

COURSE = {"courseId": "algebra", "title": text("Algebra"), "price": money(4900, "EUR")}


@pytest.fixture
def contract(recorder: PactRecorder) -> Contract:
    return recorder.contract(PAYMENT, LEARNING)


def verified(url: str) -> list[Message]:
    asked = VerifyCourse(saga_id=SAGA, course_id="algebra")
    outgoing = OutboxMessage(f"{SAGA}:{asked.key}", "learning", asked, NOW, attempts=1, leased_until=NOW)
    return LearningService(url, TOKEN, requests.Session()).send(outgoing)


def test_a_published_course_is_verified_with_its_price(contract: Contract) -> None:
    call = contract.call("a query for a published course", "GET", "/courses/algebra")
    call.given("a published course", courseId="algebra").will_respond_with(200)
    call.with_body({**COURSE, "isPublished": True}, content_type="application/json")
    with contract.serve() as url:
        assert verified(url) == [CourseVerified(saga_id=SAGA, title="Algebra", price=Money(4900, "EUR"))]


def test_a_course_that_is_not_published_cannot_be_bought(contract: Contract) -> None:
    call = contract.call("a query for a course that is not published", "GET", "/courses/algebra")
    call.given("a course that is not published", courseId="algebra").will_respond_with(200)
    call.with_body({**COURSE, "isPublished": False}, content_type="application/json")
    with contract.serve() as url:
        assert verified(url) == [CourseUnavailable(saga_id=SAGA, reason="it is not published")]


def test_an_unknown_course_cannot_be_bought(contract: Contract) -> None:
    call = contract.call("a query for an unknown course", "GET", "/courses/algebra")
    call.given("no course", courseId="algebra").will_respond_with(404)
    with contract.serve() as url:
        assert verified(url) == [CourseUnavailable(saga_id=SAGA, reason="it does not exist")]
