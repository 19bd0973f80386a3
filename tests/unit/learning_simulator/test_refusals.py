"""What the school does not accept: it says why, names the field, and nothing has changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulators.kit.http.auth import Person, token
from tests.unit.learning_simulator.school import ALGEBRA, PAYMENT, School
from tests.unit.neighbour import JWT_SECRET
from tests.unit.refusals import (
    BAD_PAGES,
    NO_OBJECTS,
    NOT_CURRENCIES,
    NOT_IDS,
    NOT_NUMBERS,
    NOT_OBJECTS,
    NOT_TEXTS,
    Access,
    Allowed,
    Messages,
    assert_refused,
    without,
)

LESSON, PRICE = {"title": "One"}, {"amount": 1, "currency": "EUR"}
COMMAND = {"sagaId": "s1", "studentId": "ada", "courseId": "algebra", "paymentId": "p1"}
BAD_BODIES: list[tuple[str, dict[str, Any], str]] = [
    *(("/courses", without(ALGEBRA, field), field) for field in ("tutorId", "title", "price")),
    *(("/courses", ALGEBRA | {"title": bad}, "title") for bad in NOT_TEXTS),
    *(("/courses", ALGEBRA | {"courseId": bad}, "courseId") for bad in NOT_IDS),
    *(("/courses", ALGEBRA | {"price": bad}, "price") for bad in NOT_OBJECTS),
    *(("/courses", ALGEBRA | {"price": PRICE | {"amount": bad}}, "amount") for bad in NOT_NUMBERS),
    *(("/courses", ALGEBRA | {"price": PRICE | {"currency": bad}}, "currency") for bad in NOT_CURRENCIES),
    ("/courses", ALGEBRA | {"isPublished": True}, "isPublished"),
    *(("/courses/draft/lessons", {"title": bad}, "title") for bad in NOT_TEXTS),
    ("/courses/draft/lessons", LESSON | {"minutes": 5}, "minutes"),
    ("/_sim/announcements", {"courseId": "algebra"}, "studentId"),
    ("/_sim/announcements", {"courseId": "algebra", "studentId": "ada", "sagaId": 1}, "sagaId"),
]


@pytest.fixture
def furnished(school: School) -> School:
    school.course("algebra")
    school.course("draft", published=False)
    return school


@pytest.fixture
def neighbour(furnished: School) -> School:
    return furnished


@pytest.fixture
def doors() -> list[str]:
    return ["/commands", "/events"]


@pytest.fixture
def command() -> tuple[str, dict[str, Any]]:
    return "CREATE_ENROLLMENT_RECORD", COMMAND


@pytest.fixture
def allowed() -> Allowed:
    return ROUTES


class TestMessages(Messages):
    pass


class TestAccess(Access):
    pass


@pytest.mark.parametrize(("path", "body", "field"), BAD_BODIES)
def test_a_bad_body_names_its_field_and_changes_nothing(
    furnished: School, path: str, body: dict[str, Any], field: str
) -> None:
    before = furnished.state()
    assert_refused(furnished.call("operator", "POST", path, body), 400, field)
    assert furnished.state() == before


@pytest.mark.parametrize(
    ("body", "field"), [({"amount": -1, "currency": "EUR"}, "amount"), ({"amount": 1}, "currency")]
)
def test_a_bad_price_leaves_the_old_one(furnished: School, body: dict[str, Any], field: str) -> None:
    before = furnished.state()
    assert_refused(furnished.call("operator", "PUT", "/courses/algebra/price", body), 400, field)
    assert furnished.state() == before


@pytest.mark.parametrize("path", ["/courses", "/courses/draft/lessons", "/_sim/announcements"])
@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_json_object_is_refused(furnished: School, path: str, body: str) -> None:
    before = furnished.state()
    assert_refused(furnished.call("operator", "POST", path, body), 400)
    assert furnished.state() == before


@pytest.mark.parametrize("path", ["/courses", "/courses/draft/lessons", "/_sim/announcements"])
def test_a_huge_body_is_refused(furnished: School, path: str) -> None:
    huge = '{"title": "' + "x" * 2_000_000 + '"}'
    assert_refused(furnished.call("operator", "POST", path, huge), 413)


BAD_DATA = [
    *(("/commands", "CREATE_ENROLLMENT_RECORD", without(COMMAND, field), field) for field in COMMAND),
    *(("/commands", "CREATE_ENROLLMENT_RECORD", COMMAND | {"courseId": bad}, "courseId") for bad in NOT_TEXTS),
    *(("/events", "PaymentSucceeded", {"sagaId": "s1"} | without(PAYMENT, field), field) for field in PAYMENT),
    ("/events", "PaymentSucceeded", PAYMENT | {"sagaId": "s1", "context": "SESSION_BOOKING"}, "context"),
    ("/events", "PaymentSucceeded", PAYMENT | {"sagaId": "s1", "price": {"amount": 1.5, "currency": "EUR"}}, "amount"),
    ("/events", "PaymentFailed", PAYMENT | {"sagaId": "s1"}, "reason"),
    ("/events", "PaymentRefunded", PAYMENT | {"sagaId": "s1", "reason": "gone"}, "refundId"),
    ("/events", "CREATE_ENROLLMENT_RECORD", COMMAND, "type"),
    ("/events", "EnrollmentConfirmed", COMMAND, "type"),
    ("/commands", "PaymentSucceeded", PAYMENT | {"sagaId": "s1"}, "type"),
]


@pytest.mark.parametrize(("door", "name", "data", "field"), BAD_DATA)
def test_a_bad_message_names_its_field_and_changes_nothing(
    furnished: School, door: str, name: str, data: dict[str, Any], field: str
) -> None:
    before = furnished.state()
    assert_refused(furnished.say(door, name, data), 400, field)
    assert furnished.state() == before


@pytest.mark.parametrize("query", BAD_PAGES)
def test_a_bad_page_is_refused(furnished: School, query: str) -> None:
    field = query.partition("=")[0]
    assert_refused(furnished.call("operator", "GET", f"/enrollments?{query}"), 400, field)


@pytest.mark.parametrize("key", ["", '""', "x" * 501])
def test_a_bad_idempotency_key_is_refused(furnished: School, key: str) -> None:
    answer = furnished.call("ada", "POST", "/courses/algebra/enroll", None, **{"Idempotency-Key": key})
    assert_refused(answer, 400, "Idempotency-Key")


def test_enrolling_takes_no_fields(furnished: School) -> None:
    answer = furnished.call("ada", "POST", "/courses/algebra/enroll", {"studentId": "bob"})
    assert_refused(answer, 400, "studentId")
    assert furnished.announcements() == []


ROUTES: Allowed = [
    ("POST", "/courses", {"operator"}),
    ("GET", "/courses", {"operator", "ada", "service"}),
    ("GET", "/courses/algebra", {"operator", "ada", "service"}),
    ("POST", "/courses/draft/lessons", {"operator"}),
    ("POST", "/courses/algebra/publish", {"operator"}),
    ("POST", "/courses/algebra/unpublish", {"operator"}),
    ("PUT", "/courses/algebra/price", {"operator"}),
    ("DELETE", "/courses/algebra", {"operator"}),
    ("POST", "/courses/algebra/enroll", {"ada"}),
    ("GET", "/courses/algebra/enrollments", {"operator", "ada", "service"}),
    ("GET", "/enrollments", {"operator", "ada", "service"}),
    ("PUT", "/enrollments/e1/lessons/l1", {"ada"}),
    ("POST", "/commands", {"service"}),
    ("POST", "/events", {"service"}),
]


@pytest.mark.parametrize(
    ("secret", "age", "role", "status"),
    [
        (JWT_SECRET, timedelta(hours=-1), "student", 401),
        ("another-secret-that-is-long-enough-too", timedelta(hours=1), "student", 401),
        (JWT_SECRET, timedelta(hours=1), "tutor", 403),
    ],
    ids=["expired", "signed by somebody else", "in no role we know"],
)
def test_a_token_that_is_not_good_opens_nothing(
    furnished: School, secret: str, age: timedelta, role: str, status: int
) -> None:
    bearer = token(Person("ada", role), secret, furnished.clock.now() + age)
    answer = furnished.call("", "GET", "/courses/algebra", None, Authorization=f"Bearer {bearer}")
    assert_refused(answer, status)
