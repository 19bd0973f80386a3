from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner, Result
from pact import match

from simulators.cli import main
from simulators.world.topology import PAYMENT
from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.expectations import (
    HARNESS,
    NOBODY,
    OPERATOR,
    PROBLEM,
    STUDENT,
    TOKENS,
    Json,
    instant,
    money,
    one_of,
    problem,
    text,
    whole,
)

JSON = "application/json"
SAGA, PARAMS = "/sagas/saga-1", {"sagaId": "saga-1", "studentId": "ada"}
WHY = {"why": "the card works again"}
AGAIN = ("--why", WHY["why"])
PARKED, COMPLETED = "a session that is paid, and whose refund failed", "a session that is paid and confirmed"
USABLE, UNUSABLE = "a message that was of no use, and is of use now", "a message that is of no use"
ABOUT = {
    "sagaId": text("saga-1"),
    "studentId": text("ada"),
    "context": one_of("SESSION_BOOKING"),
    "contextId": text("session-1"),
}
LISTED = ABOUT | {"state": one_of("PARKED"), "waitingFor": text("a person"), "waitingUntil": None}
AT = instant("2026-09-01T09:00:00.000Z")


@pytest.fixture
def contract(recorder: PactRecorder) -> Contract:
    return recorder.contract(HARNESS, PAYMENT)


def harness(url: str, *arguments: str, signed_in: str = OPERATOR) -> Result:
    environ = {"HARNESS_SERVICE_URL": url, "HARNESS_TOKEN": TOKENS[signed_in]}
    return CliRunner(env=environ).invoke(main, arguments)


def refused(call: Any, status: int) -> None:
    call.will_respond_with(status).with_body(problem(status), content_type=PROBLEM)


def output(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    return result.output


def test_those_who_wait_for_a_person_are_listed(contract: Contract) -> None:
    call = contract.call("a list of the sagas that wait for a person", "GET", "/sagas", state=OPERATOR)
    call.given(PARKED, **PARAMS).with_query_parameter("state", "PARKED").will_respond_with(200)
    call.with_body({"items": match.each_like(LISTED, min=1), "nextCursor": None}, content_type=JSON)
    with contract.serve() as url:
        assert "saga-1" in output(harness(url, "sagas", "list", "--parked"))


def test_what_waits_for_a_person_is_shown_with_the_next_step(contract: Contract) -> None:
    call = contract.call("a look at a saga that waits for a person", "GET", SAGA, state=OPERATOR)
    payment = {"paymentId": text("pay-1"), "status": "REFUND_FAILED", "price": money(4900, "EUR")}
    history = match.each_like({"at": AT, "text": text("The refund failed.")}, min=1)
    saga = LISTED | {"saga": "BookAndPayForSessionSaga", "history": history, "nextStep": text("Mend it, then resume.")}
    call.given(PARKED, **PARAMS).will_respond_with(200)
    call.with_body(saga | {"payment": payment}, content_type=JSON)
    with contract.serve() as url:
        shown = output(harness(url, "sagas", "show", "saga-1"))
    for each in ("BookAndPayForSessionSaga", "REFUND_FAILED, 49.00 EUR", "Mend it", "The refund failed."):
        assert each in shown


def test_who_waits_for_whom_is_listed(contract: Contract) -> None:
    call = contract.call("a list of a student's sagas for sessions", "GET", "/sagas", state=OPERATOR)
    call.given("a session that is to be paid", **PARAMS)
    call.with_query_parameter("context", "SESSION_BOOKING").with_query_parameter("student", "ada")
    waiting = {"state": one_of("AWAITING_PAYMENT"), "waitingFor": text("the student"), "waitingUntil": AT}
    call.will_respond_with(200)
    call.with_body({"items": match.each_like(ABOUT | waiting, min=1), "nextCursor": None}, content_type=JSON)
    with contract.serve() as url:
        listed = output(harness(url, "sagas", "list", "--context", "SESSION_BOOKING", "--student", "ada"))
    assert "waits for the student until 2026-09-01T09:00:00.000Z" in listed


def test_a_saga_that_nobody_knows_is_reported(contract: Contract) -> None:
    call = contract.call("a look at a saga that is not there", "GET", SAGA, state=OPERATOR)
    refused(call.given("no purchase", **PARAMS), 404)
    with contract.serve() as url:
        assert "It is not allowed." in output(harness(url, "sagas", "show", "saga-1"), code=1)


def resume(contract: Contract, description: str, why: Json = WHY) -> Any:
    call = contract.call(description, "POST", f"{SAGA}/resume", state=OPERATOR)
    return call.with_body(why, content_type=JSON)


def test_a_parked_saga_goes_on(contract: Contract) -> None:
    resume(contract, "a parked saga is resumed").given(PARKED, **PARAMS).will_respond_with(202)
    look = contract.call("a look at a saga that was resumed", "GET", SAGA, state=OPERATOR)
    look.given("a session whose refund is asked for again", **PARAMS).will_respond_with(200)
    look.with_body({"state": "REFUNDING"}, content_type=JSON)
    with contract.serve() as url:
        assert "it is REFUNDING" in output(harness(url, "sagas", "resume", "saga-1", *AGAIN))


def test_only_what_is_parked_is_resumed(contract: Contract) -> None:
    refused(resume(contract, "a saga that is not parked is resumed").given(COMPLETED, **PARAMS), 409)
    with contract.serve() as url:
        assert "It is not allowed." in output(harness(url, "sagas", "resume", "saga-1", *AGAIN), code=1)


def test_nothing_is_resumed_without_a_reason(contract: Contract) -> None:
    call = resume(contract, "a saga is resumed without a reason", {"why": ""}).given(PARKED, **PARAMS)
    call.will_respond_with(400).with_body(problem(400, naming="why"), content_type=PROBLEM)
    with contract.serve() as url:
        assert "why is wrong" in output(harness(url, "sagas", "resume", "saga-1", "--why", ""), code=2)


def test_messages_of_no_use_are_listed(contract: Contract) -> None:
    call = contract.call("a list of messages that nobody could use", "GET", "/dead-letters", state=OPERATOR)
    about = {
        "id": whole(1),
        "name": one_of("EnrollmentConfirmed"),
        "sagaId": text("saga-1"),
        "source": text("learning"),
    }
    letter = about | {"at": AT, "reason": text("Nobody knows it."), "nextStep": text("Mend it, then retry.")}
    call.given(UNUSABLE, **PARAMS).will_respond_with(200)
    call.with_body({"items": match.each_like(letter, min=1), "nextCursor": None}, content_type=JSON)
    with contract.serve() as url:
        listed = output(harness(url, "dead-letters", "list"))
    for each in ("1: EnrollmentConfirmed about saga-1, learning", "Nobody knows it.", "Mend it, then retry."):
        assert each in listed


@pytest.mark.parametrize(
    ("description", "act", "state"),
    [
        ("a message that is of use now is taken once more", "retry", USABLE),
        ("a message is dealt with by hand", "resolve", UNUSABLE),
    ],
)
def test_a_message_of_no_use_is_dealt_with(contract: Contract, description: str, act: str, state: str) -> None:
    call = contract.call(description, "POST", f"/dead-letters/1/{act}", state=OPERATOR).given(state, **PARAMS)
    call.with_body(WHY, content_type=JSON).will_respond_with(202)
    with contract.serve() as url:
        output(harness(url, "dead-letters", act, "1", *AGAIN))


@pytest.mark.parametrize(
    ("description", "state", "status"),
    [
        ("a message that is still of no use is taken once more", UNUSABLE, 409),
        ("a message that is not there is taken once more", "no purchase", 404),
    ],
)
def test_a_message_that_cannot_be_taken_is_reported(
    contract: Contract, description: str, state: str, status: int
) -> None:
    call = contract.call(description, "POST", "/dead-letters/1/retry", state=OPERATOR).given(state, **PARAMS)
    refused(call.with_body(WHY, content_type=JSON), status)
    with contract.serve() as url:
        assert "It is not allowed." in output(harness(url, "dead-letters", "retry", "1", *AGAIN), code=1)


@pytest.mark.parametrize(("who", "status"), [(STUDENT, 403), (NOBODY, 401)])
def test_only_operators_see_messages(contract: Contract, who: str, status: int) -> None:
    refused(contract.call(f"a list of messages for {who}", "GET", "/dead-letters", state=who), status)
    with contract.serve() as url:
        assert "It is not allowed." in output(harness(url, "dead-letters", "list", signed_in=who), code=2)
