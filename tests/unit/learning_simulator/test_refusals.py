"""What the school does not accept: it says why, names the field, and nothing has changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulators.kit.auth import Person, token
from tests.unit.learning_simulator.school import ALGEBRA, JWT_SECRET, PAYMENT, School

LESSON, PRICE = {"title": "One"}, {"amount": 1, "currency": "EUR"}
COMMAND = {"sagaId": "s1", "studentId": "ada", "courseId": "algebra", "paymentId": "p1"}
NOT_NUMBERS: list[Any] = ["1", 1.5, True, None, -1, [1]]
NOT_OBJECTS: list[Any] = [None, 49, "49 EUR", []]
NOT_CURRENCIES: list[Any] = ["eur", "EURO", 978, None]
NOT_IDS: list[Any] = ["", "a b", "a/b", "x" * 65, 7]
NOT_TEXTS: list[Any] = [None, "", "  ", 7, ["x"], {"x": 1}, "x" * 501]


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


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


def assert_refused(school: School, answer: Any, status: int, field: str | None = None) -> None:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert field is None or answer.json["errors"][0]["field"] == field


@pytest.mark.parametrize(("path", "body", "field"), BAD_BODIES)
def test_a_bad_body_names_its_field_and_changes_nothing(
    furnished: School, path: str, body: dict[str, Any], field: str
) -> None:
    before = furnished.state()
    assert_refused(furnished, furnished.call("operator", "POST", path, body), 400, field)
    assert furnished.state() == before


@pytest.mark.parametrize(
    ("body", "field"), [({"amount": -1, "currency": "EUR"}, "amount"), ({"amount": 1}, "currency")]
)
def test_a_bad_price_leaves_the_old_one(furnished: School, body: dict[str, Any], field: str) -> None:
    before = furnished.state()
    assert_refused(furnished, furnished.call("operator", "PUT", "/courses/algebra/price", body), 400, field)
    assert furnished.state() == before


@pytest.mark.parametrize("path", ["/courses", "/courses/draft/lessons", "/_sim/announcements"])
@pytest.mark.parametrize("body", ["", "{", "[]", "7", "null", '"x"', "\x00", "[" * 5000])
def test_what_is_no_json_object_is_refused(furnished: School, path: str, body: str) -> None:
    before = furnished.state()
    assert_refused(furnished, furnished.call("operator", "POST", path, body), 400)
    assert furnished.state() == before


@pytest.mark.parametrize("path", ["/courses", "/courses/draft/lessons", "/_sim/announcements", "/commands", "/events"])
def test_a_huge_body_is_refused(furnished: School, path: str) -> None:
    who = "service" if path in {"/commands", "/events"} else "operator"
    huge = '{"title": "' + "x" * 2_000_000 + '"}'
    answer = furnished.call(who, "POST", path, huge, **{"Content-Type": "application/cloudevents+json"})
    assert_refused(furnished, answer, 413)


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
    assert_refused(furnished, furnished.say(door, name, data), 400, field)
    assert furnished.state() == before


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "subject", "data"])
def test_an_envelope_without_what_it_needs_is_refused(furnished: School, attribute: str) -> None:
    whole = {"specversion": "1.0", "id": "1", "source": "x", "type": "CREATE_ENROLLMENT_RECORD", "subject": "s1"}
    sent = without(whole | {"data": COMMAND}, attribute)
    answer = furnished.call("service", "POST", "/commands", sent, **{"Content-Type": "application/cloudevents+json"})
    assert_refused(furnished, answer, 400, attribute)
    assert furnished.enrollments() == []


def test_a_subject_that_is_not_the_saga_is_refused(furnished: School) -> None:
    sent = {"specversion": "1.0", "id": "1", "source": "x", "type": "CREATE_ENROLLMENT_RECORD", "subject": "s2"}
    answer = furnished.call(
        "service", "POST", "/commands", sent | {"data": COMMAND}, **{"Content-Type": "application/cloudevents+json"}
    )
    assert_refused(furnished, answer, 400, "subject")


@pytest.mark.parametrize("door", ["/commands", "/events"])
def test_only_cloudevents_in_structured_mode_are_read(furnished: School, door: str) -> None:
    answer = furnished.call("service", "POST", door, COMMAND, **{"Content-Type": "application/json"})
    assert_refused(furnished, answer, 415)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=", "limit=٣", "cursor=none"])
def test_a_bad_page_is_refused(furnished: School, query: str) -> None:
    field = query.partition("=")[0]
    assert_refused(furnished, furnished.call("operator", "GET", f"/enrollments?{query}"), 400, field)


@pytest.mark.parametrize("key", ["", '""', "x" * 501])
def test_a_bad_idempotency_key_is_refused(furnished: School, key: str) -> None:
    answer = furnished.call("ada", "POST", "/courses/algebra/enroll", None, **{"Idempotency-Key": key})
    assert_refused(furnished, answer, 400, "Idempotency-Key")


def test_enrolling_takes_no_fields(furnished: School) -> None:
    answer = furnished.call("ada", "POST", "/courses/algebra/enroll", {"studentId": "bob"})
    assert_refused(furnished, answer, 400, "studentId")
    assert furnished.announced() == []


ROUTES = [
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


@pytest.mark.parametrize(("method", "path", "allowed"), ROUTES)
def test_each_route_lets_in_only_whom_it_is_for(furnished: School, method: str, path: str, allowed: set[str]) -> None:
    before = furnished.state()
    for who in {"operator", "ada", "service"} - allowed:
        assert_refused(furnished, furnished.call(who, method, path), 401 if allowed == {"service"} else 403)
    assert_refused(furnished, furnished.call("", method, path), 401)
    assert furnished.state() == before
    for who in allowed:
        assert furnished.call(who, method, path).status_code not in {401, 403}


def test_every_route_is_in_that_list(school: School) -> None:
    rules = {(method, rule.rule) for rule in school.app.url_map.iter_rules() for method in rule.methods or ()}
    served = {(m, rule) for m, rule in rules if m in {"GET", "POST", "PUT", "DELETE", "PATCH"}}
    checked = {
        (method, school.app.url_map.bind("").match(path, method, return_rule=True)[0].rule)
        for method, path, _ in ROUTES
    }
    assert {each for each in served if not each[1].startswith(("/_sim", "/static"))} == checked


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
    assert_refused(furnished, answer, status)
