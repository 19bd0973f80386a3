from __future__ import annotations

from typing import Any

import pytest
from pact import match

from simulators.clients.http_client import Refused
from simulators.world.topology import PAYMENT
from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.consumers.student_app import app, refusal
from tests.contracts.expectations import (
    NOBODY,
    OPERATOR,
    PROBLEM,
    STUDENT,
    STUDENT_APP,
    TOKENS,
    Json,
    instant,
    money,
    one_of,
    plain,
    problem,
    text,
    whole,
)

JSON = "application/json"
SAGA, MINE, BOBS = "/sagas/saga-1", {"sagaId": "saga-1", "studentId": "ada"}, {"sagaId": "saga-1", "studentId": "bob"}
BOOKING = {"tutorId": text("grace"), "scheduledAt": instant("2026-09-02T10:00:00.000Z"), "duration": whole(60)}
KEY = {"Idempotency-Key": "the-same-form"}
PAYMENT_SHOWN = {"paymentId": text("pay-1"), "price": money(4900, "EUR")}
HISTORY = match.each_like({"at": instant("2026-09-01T09:00:00.000Z"), "text": text("The tutor is free.")}, min=1)


@pytest.fixture
def contract(recorder: PactRecorder) -> Contract:
    return recorder.contract(STUDENT_APP, PAYMENT)


def booking(contract: Contract, description: str, asked: Json = BOOKING, state: str = STUDENT) -> Any:
    call = contract.call(description, "POST", "/session-bookings", state=state)
    return call.with_body(asked, content_type=JSON)


def refuses(call: Any, status: int, **more: Any) -> None:
    call.will_respond_with(status).with_body(problem(status) | more, content_type=PROBLEM)


def book(url: str, minutes: int = 60, signed_in: str = STUDENT, key: str | None = None) -> str:
    return app(url, signed_in).book("grace", "2026-09-02T10:00:00.000Z", minutes, key)


def saga(state: str, outcome: str | None, payment: Json | None, until: Any = None) -> Json:
    known = {"sagaId": text("saga-1"), "state": state, "outcome": outcome, "waitingUntil": until, "history": HISTORY}
    return known | {"payment": payment}


def test_a_session_is_booked(contract: Contract) -> None:
    accepted = booking(contract, "a booking of a session").will_respond_with(202)
    accepted.with_body({"sagaId": text("saga-1")}, content_type=JSON)
    with contract.serve() as url:
        assert book(url) == "saga-1"


def test_a_booking_that_is_sent_twice_is_accepted_twice(contract: Contract) -> None:
    call = booking(contract, "a booking that is sent once more with its Idempotency-Key").with_headers(KEY)
    call.given("a booking that was made with an Idempotency-Key", **made_with_key(60))
    call.will_respond_with(202).with_body({"sagaId": text("saga-1")}, content_type=JSON)
    with contract.serve() as url:
        assert book(url, key=KEY["Idempotency-Key"]) == "saga-1"


def made_with_key(minutes: int) -> Json:
    return {"token": TOKENS[STUDENT], "key": KEY["Idempotency-Key"], "booking": plain(BOOKING) | {"duration": minutes}}


def test_a_key_is_good_for_one_booking(contract: Contract) -> None:
    call = booking(contract, "another booking with an Idempotency-Key that was used").with_headers(KEY)
    call.given("a booking that was made with an Idempotency-Key", **made_with_key(90))
    refuses(call, 422)
    with contract.serve() as url:
        assert refusal(lambda: book(url, key=KEY["Idempotency-Key"])) == (422, "It is not allowed.")


def test_what_cannot_be_booked_is_refused_by_its_field(contract: Contract) -> None:
    call = booking(contract, "a booking of no time at all", BOOKING | {"duration": 0})
    refuses(call, 400, errors=match.each_like({"pointer": one_of("/duration"), "detail": text("must be more")}, min=1))
    with contract.serve() as url, pytest.raises(Refused) as refused:
        book(url, minutes=0)
    assert refused.value.answer["errors"] == [{"pointer": "/duration", "detail": "must be more"}]


def test_nobody_books_who_is_not_signed_in(contract: Contract) -> None:
    refuses(booking(contract, "a booking by nobody", state=NOBODY), 401)
    with contract.serve() as url:
        assert refusal(lambda: book(url, signed_in=NOBODY))[0] == 401


def test_an_operator_books_nothing(contract: Contract) -> None:
    refuses(booking(contract, "a booking by an operator", state=OPERATOR), 403)
    with contract.serve() as url:
        assert refusal(lambda: book(url, signed_in=OPERATOR))[0] == 403


def test_a_booking_under_way_has_no_payment_yet(contract: Contract) -> None:
    call = status(contract, "the status of a booking under way", "a session that is being booked")
    call.with_body(saga("CHECKING_AVAILABILITY", None, None, instant("2026-09-01T09:02:00.000Z")), content_type=JSON)
    with contract.serve() as url:
        assert app(url).saga("saga-1")["payment"] is None


def test_what_is_to_be_paid_has_a_client_secret(contract: Contract) -> None:
    call = status(contract, "the status of a session that is to be paid", "a session that is to be paid")
    payment = PAYMENT_SHOWN | {"status": "PENDING", "clientSecret": text("pi-1_secret_1")}
    call.with_body(saga("AWAITING_PAYMENT", None, payment, instant("2026-09-01T09:15:00.000Z")), content_type=JSON)
    with contract.serve() as url:
        assert app(url).client_secret("saga-1") == "pi-1_secret_1"


def test_what_is_bought_is_shown(contract: Contract) -> None:
    call = status(contract, "the status of a session that is bought", "a session that is paid and confirmed")
    call.with_body(saga("COMPLETED", "COMPLETED", PAYMENT_SHOWN | {"status": "SUCCEEDED"}), content_type=JSON)
    with contract.serve() as url:
        assert app(url).saga("saga-1")["outcome"] == "COMPLETED"


@pytest.mark.parametrize(
    ("description", "state", "params"),
    [
        ("the status of a purchase that nobody made", "no purchase", MINE),
        ("the status of somebody else's purchase", "a session that is being booked", BOBS),
    ],
)
def test_others_purchases_are_not_to_be_seen(contract: Contract, description: str, state: str, params: Json) -> None:
    call = contract.call(description, "GET", SAGA, state=STUDENT).given(state, **params)
    refuses(call, 404)
    with contract.serve() as url:
        assert refusal(lambda: app(url).saga("saga-1"))[0] == 404


def status(contract: Contract, description: str, state: str) -> Any:
    return contract.call(description, "GET", SAGA, state=STUDENT).given(state, **MINE).will_respond_with(200)


def test_a_booking_can_be_cancelled(contract: Contract) -> None:
    call = contract.call("a booking is cancelled", "POST", f"{SAGA}/cancel", state=STUDENT)
    call.given("a session that is to be paid", **MINE).will_respond_with(202)
    with contract.serve() as url:
        app(url).cancel("saga-1")


def test_what_is_bought_cannot_be_cancelled(contract: Contract) -> None:
    call = contract.call("what is bought is cancelled", "POST", f"{SAGA}/cancel", state=STUDENT)
    refuses(call.given("a session that is paid and confirmed", **MINE), 409)
    with contract.serve() as url:
        assert refusal(lambda: app(url).cancel("saga-1")) == (409, "It is not allowed.")


def test_one_sees_what_one_has_paid(contract: Contract) -> None:
    call = contract.call("a list of one's own payments", "GET", "/payments", state=STUDENT)
    call.given("a session that is paid and confirmed", **MINE).will_respond_with(200)
    shown = PAYMENT_SHOWN | {"sagaId": text("saga-1"), "status": one_of("SUCCEEDED")}
    what = {"context": one_of("SESSION_BOOKING"), "contextId": text("session-1")}
    call.with_body({"items": match.each_like(shown | what, min=1), "nextCursor": None}, content_type=JSON)
    with contract.serve() as url:
        assert [each["paymentId"] for each in app(url).payments()] == ["pay-1"]
