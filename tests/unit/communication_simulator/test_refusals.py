"""What the service of sessions and notices does not accept: it says why, names the field, and nothing has changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.communication_simulator.meetings import NOTICE, PAYMENT, SESSION, Meetings
from tests.unit.refusals import (
    EVERYBODY,
    NOT_IDS,
    NOT_INSTANTS,
    NOT_MINUTES,
    NOT_TEXTS,
    Refusals,
    assert_refused,
    without,
)

COMMAND = {**SESSION, "sagaId": "s1", "paymentId": "p1"}
CREATE, NOTE = "CREATE_CONFIRMED_SESSION", "SEND_NOTICE"
PAID = PAYMENT | {"sagaId": "s1"}
NOT_KINDS: list[Any] = [None, "", "confirmed", "PAID", 1, ["CONFIRMED"]]
BAD_BODIES = [
    *(
        ("POST", "/sessions", without(SESSION, field), field)
        for field in ("tutorId", "studentId", "scheduledAt", "duration")
    ),
    *(("POST", "/sessions", SESSION | {"sessionId": bad}, "sessionId") for bad in NOT_IDS),
    *(("POST", "/sessions", SESSION | {"studentId": bad}, "studentId") for bad in NOT_TEXTS),
    *(("POST", "/sessions", SESSION | {"scheduledAt": bad}, "scheduledAt") for bad in NOT_INSTANTS),
    *(("POST", "/sessions", SESSION | {"duration": bad}, "duration") for bad in NOT_MINUTES),
    ("POST", "/sessions", SESSION | {"status": "CONFIRMED"}, "status"),
]
BAD_DATA = [
    *(("/commands", CREATE, without(COMMAND, field), field) for field in COMMAND),
    *(("/commands", CREATE, COMMAND | {"sessionId": bad}, "sessionId") for bad in NOT_IDS),
    *(("/commands", CREATE, COMMAND | {"scheduledAt": bad}, "scheduledAt") for bad in NOT_INSTANTS),
    *(("/commands", CREATE, COMMAND | {"duration": bad}, "duration") for bad in NOT_MINUTES),
    *(("/commands", NOTE, without(NOTICE, field), field) for field in NOTICE),
    *(("/commands", NOTE, NOTICE | {"kind": bad}, "kind") for bad in NOT_KINDS),
    *(("/commands", NOTE, NOTICE | {"title": bad}, "title") for bad in NOT_TEXTS),
    *(("/commands", NOTE, NOTICE | {"kind": "DECLINED", "attempt": bad}, "attempt") for bad in NOT_TEXTS),
    *(("/events", "PaymentSucceeded", without(PAID, field), field) for field in PAID),
    ("/events", "PaymentSucceeded", PAID | {"context": "COURSE_ENROLLMENT"}, "context"),
    ("/events", "PaymentSucceeded", PAID | {"price": {"amount": 1.5, "currency": "EUR"}}, "amount"),
    ("/events", "PaymentFailed", PAID, "reason"),
    ("/events", "PaymentRefunded", PAID | {"reason": "gone"}, "refundId"),
    ("/events", CREATE, COMMAND, "type"),
    ("/events", "SessionConfirmed", COMMAND, "type"),
    ("/commands", "PaymentRefunded", PAID, "type"),
]


@pytest.fixture
def neighbour(meetings: Meetings) -> Meetings:
    meetings.book()
    meetings.command("s0", tutorId="otto")
    meetings.notice(sagaId="s0")
    meetings.refund("s9")
    return meetings


class TestRefusals(Refusals):
    routes = (
        ("POST", "/sessions", {"operator"}),
        ("GET", "/sessions", EVERYBODY),
        ("GET", "/sessions/first", EVERYBODY),
        ("POST", "/sessions/first/confirm", {"operator"}),
        ("POST", "/sessions/first/complete", {"operator"}),
        ("POST", "/sessions/first/cancel", {"operator", "ada"}),
        ("GET", "/notices", EVERYBODY),
        ("POST", "/commands", {"service"}),
        ("POST", "/events", {"service"}),
    )
    doors = ("/commands", "/events")
    command = (CREATE, COMMAND)
    bad_bodies = BAD_BODIES
    bad_data = BAD_DATA
    object_paths = ("/sessions",)
    pages = ("/sessions", "/notices")
    tables = ("sessions", "notices", "outcomes", "deliveries", "inbox")


def test_a_status_that_no_session_has_is_refused(neighbour: Meetings) -> None:
    assert_refused(neighbour.call("operator", "GET", "/sessions?status=PAID"), 400, "status")


@pytest.mark.parametrize("how", ["confirm", "complete", "cancel"])
def test_what_is_not_there_cannot_be_moved(neighbour: Meetings, how: str) -> None:
    assert neighbour.move(how, "gone") == 404
