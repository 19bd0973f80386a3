"""The learning-service is asked politely, and only a clear answer counts as one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from responses import RequestsMock

from reference.application.ports import RefusedError, UnavailableError
from reference.domain.enrollment import CourseUnavailable, CourseVerified, CreateEnrollmentRecord, VerifyCourse
from reference.domain.messages import Message
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import PaymentSucceeded
from reference.gateways.learning import LearningService
from tests.unit.reference.builders import PRICE, outgoing, session

URL = "http://learning.test"
COURSE = {
    "courseId": "algebra",
    "tutorId": "emmy",
    "title": "Algebra",
    "price": {"amount": 4900, "currency": "EUR"},
    "isPublished": True,
    "lessons": [],
}
VERIFY = VerifyCourse(saga_id="saga_1", course_id="algebra")
ENROLL = CreateEnrollmentRecord(saga_id="saga_1", student_id="ada", course_id="algebra", payment_id="pay_1")
PAID = PaymentSucceeded(
    saga_id="saga_1",
    payment_id="pay_1",
    context=PaymentContext.COURSE_ENROLLMENT,
    context_id="algebra",
    price=PRICE,
    stripe_payment_intent_id="pi_1",
)


@pytest.fixture
def learning() -> Iterator[RequestsMock]:
    with RequestsMock() as mock:
        yield mock


def say(message: Message) -> list[Message]:
    return LearningService(URL + "/", "token", session()).send(outgoing(message))


def test_a_course_is_verified_with_the_price_of_now(learning: RequestsMock) -> None:
    learning.get(URL + "/courses/algebra", json=COURSE)
    assert say(VERIFY) == [CourseVerified(saga_id="saga_1", title="Algebra", price=PRICE)]
    assert learning.calls[0].request.headers["Authorization"] == "Bearer token"


def test_a_course_id_stays_one_part_of_the_path(learning: RequestsMock) -> None:
    learning.get(URL + "/courses/a%2F..%2Fb%3Fc", status=404)
    assert say(VerifyCourse(saga_id="saga_1", course_id="a/../b?c"))


@pytest.mark.parametrize(
    ("status", "course", "reason"),
    [(404, {}, "it does not exist"), (200, COURSE | {"isPublished": False}, "it is not published")],
)
def test_what_cannot_be_bought_is_said_why(learning: RequestsMock, status: int, course: Any, reason: str) -> None:
    learning.get(URL + "/courses/algebra", status=status, json=course)
    assert say(VERIFY) == [CourseUnavailable(saga_id="saga_1", reason=reason)]


@pytest.mark.parametrize(
    "course",
    [
        [],
        None,
        {},
        COURSE | {"price": 49.0},
        COURSE | {"price": {"amount": 4900, "currency": "eur"}},
        COURSE | {"price": {"amount": True, "currency": "EUR"}},
        COURSE | {"price": {"amount": -1, "currency": "EUR"}},
        COURSE | {"isPublished": "yes"},
        COURSE | {"title": "\x00"},
    ],
)
def test_a_course_that_cannot_be_read_is_no_answer(learning: RequestsMock, course: Any) -> None:
    learning.get(URL + "/courses/algebra", json=course)
    with pytest.raises(UnavailableError, match="cannot be read"):
        say(VERIFY)


@pytest.mark.parametrize("body", ["", "<html>", '{"courseId": "alg', "9" * 5000, "[" * 5000])
def test_what_is_not_json_is_no_answer(learning: RequestsMock, body: str) -> None:
    learning.get(URL + "/courses/algebra", body=body)
    with pytest.raises(UnavailableError):
        say(VERIFY)


@pytest.mark.parametrize(("message", "door"), [(ENROLL, "/commands"), (PAID, "/events")])
def test_a_message_travels_in_an_envelope_to_the_right_door(
    learning: RequestsMock, message: Message, door: str
) -> None:
    learning.post(URL + door, status=202)
    assert say(message) == []
    request = learning.calls[0].request
    envelope = json.loads(str(request.body))
    assert request.headers["Content-Type"] == "application/cloudevents+json"
    assert (envelope["type"], envelope["subject"]) == (message.name, "saga_1")
    assert envelope["id"] == outgoing(message).key


def test_saying_it_again_says_the_same(learning: RequestsMock) -> None:
    learning.post(URL + "/commands", status=202)
    say(ENROLL)
    say(ENROLL)
    first, second = [call.request.body for call in learning.calls]
    assert first == second


@pytest.mark.parametrize("message", [VERIFY, ENROLL, PAID], ids=lambda message: message.name)
@pytest.mark.parametrize(
    "answer",
    [
        *({"status": status} for status in (401, 403, 408, 409, 425, 429, 500, 502, 503, 504)),
        *({"body": trouble} for trouble in (requests.ConnectTimeout(), requests.ReadTimeout())),
        *({"body": trouble} for trouble in (requests.ConnectionError(), requests.exceptions.ChunkedEncodingError())),
        *({"status": moved, "headers": {"Location": "http://elsewhere.test/"}} for moved in (301, 302, 303, 307, 308)),
        *({"status": odd} for odd in (300, 304)),
    ],
    ids=lambda answer: str(answer)[:40],
)
def test_what_may_be_better_next_time_is_said_again(message: Message, answer: dict[str, Any]) -> None:
    with RequestsMock(assert_all_requests_are_fired=False) as learning:
        learning.get(URL + "/courses/algebra", **answer)
        learning.post(URL + "/commands", **answer)
        learning.post(URL + "/events", **answer)
        for method in ("GET", "POST"):
            learning.add(method, "http://elsewhere.test/", json=COURSE)
        with pytest.raises(UnavailableError):
            say(message)


@pytest.mark.parametrize("status", [400, 404, 410, 415, 422])
def test_what_is_refused_for_good_is_for_a_person_and_fits_into_a_database(learning: RequestsMock, status: int) -> None:
    learning.post(URL + "/commands", status=status, body="no\x00" + "!" * 5000)
    with pytest.raises(RefusedError) as refusal:
        say(ENROLL)
    assert str(status) in str(refusal.value)
    assert "\x00" not in str(refusal.value)
    assert len(str(refusal.value)) < 1000
