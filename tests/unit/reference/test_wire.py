from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.domain.enrollment import CreateEnrollmentRecord, EnrollInCourseInitiated
from reference.domain.messages import Command, Event, Message
from reference.domain.payment import Payment
from reference.domain.payment_messages import PaymentFailed
from reference.domain.payment_status import RefundState
from reference.wire import WireError, camel, decode, encode, unwrap, wrap
from tests.unit.reference.builders import NOON, WHAT, created, declined, paid, payment, refund

ENVELOPE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "edtech.learning-service",
    "type": "EnrollInCourseInitiated",
    "data": {"sagaId": "saga_1", "studentId": "ada", "courseId": "algebra"},
}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in ENVELOPE.items() if key != name}


def with_data(**changes: Any) -> dict[str, Any]:
    return ENVELOPE | {"data": ENVELOPE["data"] | changes}


def test_an_event_is_read_and_unknown_fields_are_left_alone() -> None:
    envelope, event = unwrap(with_data(color="blue") | {"traceparent": "00-1"}, Event)
    assert (envelope.source, envelope.id) == ("edtech.learning-service", "e1")
    assert event == EnrollInCourseInitiated(saga_id="saga_1", student_id="ada", course_id="algebra")


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ([ENVELOPE], "", "must be an object"),
        (None, "", "must be an object"),
        (without("id"), "/id", "is required"),
        (without("data"), "/data", "is required"),
        (ENVELOPE | {"specversion": "0.3"}, "/specversion", "must be 1.0"),
        (ENVELOPE | {"type": "Unheard"}, "/type", "Unheard is not accepted here"),
        (ENVELOPE | {"type": "CREATE_ENROLLMENT_RECORD"}, "/type", "not accepted here"),
        (ENVELOPE | {"type": "PaymentSucceeded"}, "/type", "not accepted here"),
        (ENVELOPE | {"type": "Event"}, "/type", "not accepted here"),
        (ENVELOPE | {"data": "text"}, "/data", "must be an object"),
        (with_data(courseId=None), "/data/courseId", "is required"),
        (with_data(courseId=7), "/data/courseId", "must be a string"),
        (with_data(studentId=""), "/data/studentId", "must not be empty"),
        (with_data(sagaId="a\x00b"), "/data/sagaId", "NUL"),
        (with_data(sagaId="\ud800"), "/data/sagaId", "half characters"),
        (with_data(sagaId="s" * 256), "/data/sagaId", "255"),
        (ENVELOPE | {"id": "e" * 256}, "/id", "255"),
        (ENVELOPE | {"source": "e" * 256}, "/source", "255"),
    ],
)
def test_what_cannot_be_read_is_named(body: Any, pointer: str, detail: str) -> None:
    with pytest.raises(WireError) as refusal:
        unwrap(body, Event)
    assert refusal.value.pointer == pointer
    assert detail in refusal.value.detail


@pytest.mark.parametrize("amount", [True, 49.0, "4900", -1, [4900], {"value": 1}])
def test_an_amount_is_an_integer_and_nothing_that_looks_like_one(amount: Any) -> None:
    sent = {"paymentId": "p", "sagaId": "s", "received": {"amount": amount, "currency": "EUR"}, "paidAt": encode(NOON)}
    with pytest.raises(WireError, match="/received"):
        decode(type(paid()), sent)


@pytest.mark.parametrize("time", ["2026-09-01T12:00:00", "yesterday", "", 12, "0001-01-01T00:00:00+14:00"])
def test_a_time_has_an_offset_and_can_be_written_in_utc(time: Any) -> None:
    with pytest.raises(WireError):
        decode(datetime, time)


def test_times_travel_in_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert encode(there) == "2026-09-01T12:00:00.000Z"
    assert decode(datetime, encode(there)) == NOON
    assert decode(datetime, encode(there)).tzinfo is UTC


def full_payment() -> Payment:
    it = payment()
    for news in (created(), declined(), paid(), refund(RefundState.PENDING)):
        it.apply(news)
    return it


@pytest.mark.parametrize(
    "thing",
    [created(), paid(), declined(), refund(RefundState.FAILED), payment(), full_payment()],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_stored_is_read_back_the_same(thing: Any) -> None:
    assert decode(type(thing), json.loads(json.dumps(encode(thing)))) == thing


def test_a_message_travels_in_camel_case_under_a_name_that_is_exact() -> None:
    command = CreateEnrollmentRecord(saga_id="saga_1", student_id="ada", course_id="algebra", payment_id="pay_1")
    assert wrap("saga_1:enroll", command, NOON) == {
        "specversion": "1.0",
        "id": "saga_1:enroll",
        "source": "edtech.payment-service",
        "type": "CREATE_ENROLLMENT_RECORD",
        "subject": "saga_1",
        "time": "2026-09-01T12:00:00.000Z",
        "datacontenttype": "application/json",
        "data": {"sagaId": "saga_1", "studentId": "ada", "courseId": "algebra", "paymentId": "pay_1"},
    }


def test_what_is_unknown_is_left_out() -> None:
    facts = {key: value for key, value in WHAT.items() if key != "opened_at"}
    failed = PaymentFailed(**facts, stripe_payment_intent_id="pi_1", reason="expired_card", attempt="ch_1")
    assert "declineCode" not in encode(failed)
    assert encode(failed)["context"] == "COURSE_ENROLLMENT"


def test_each_message_has_a_name_of_its_own() -> None:
    assert all(kind.name == name for name, kind in Message.known.items())
    assert all(name.isupper() for name, kind in Message.known.items() if issubclass(kind, Command))
    assert camel("stripe_payment_intent_id") == "stripePaymentIntentId"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ENVELOPE, "sagaId"]), inner),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_whatever_json_is_sent_it_is_refused_by_name(body: Any) -> None:
    with pytest.raises(WireError):
        unwrap(body, Event)
