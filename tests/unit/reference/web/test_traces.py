"""What a request says of its trace goes with the saga: into each row, and out again with all that is sent."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from responses import RequestsMock

from reference.json_logs import JsonLines
from reference.tracing import first_step, load_trace
from tests.unit.reference.web.service_under_test import INITIATED, OPERATOR, PAID, Service, token

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT, STATE = f"00-{TRACE}-b7ad6b7169203331-01", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"
SENT = {"traceparent": PARENT, "tracestate": STATE}
TABLES = ("sagas", "payments", "outbox")


def traces(service: Service, *tables: str) -> set[str]:
    """Return the trace ids that stand in these tables."""
    rows = [row for table in tables for (row,) in service.query(f"SELECT trace FROM {table}")]  # noqa: S608 - ours
    assert rows
    return {found.trace_id if (found := load_trace(row)) else "" for row in rows}


def sent_by(world: RequestsMock) -> list[Any]:
    return [call.request for call in world.calls if "stripe" not in str(call.request.url)]


def test_a_booking_goes_on_with_the_trace_of_its_request(service: Service, world: RequestsMock) -> None:
    service.book(headers=token() | SENT)
    service.work(world)
    assert traces(service, "sagas") == {TRACE}
    (request,) = sent_by(world)
    envelope = json.loads(request.body)
    assert (envelope["tracestate"], request.headers["tracestate"]) == (STATE, STATE)
    assert envelope["traceparent"].split("-")[1] == request.headers["traceparent"].split("-")[1] == TRACE
    assert len({PARENT, envelope["traceparent"], request.headers["traceparent"]}) == 3


def test_an_event_goes_on_with_the_trace_of_its_envelope_rather_than_of_its_transport(
    service: Service, world: RequestsMock
) -> None:
    service.event(INITIATED | SENT, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    assert traces(service, "sagas", "outbox", "inbox") == {TRACE}
    service.work(world)
    assert {request.headers["traceparent"].split("-")[1] for request in sent_by(world)} == {TRACE}
    assert service.query("SELECT trace FROM inbox WHERE message_id = 'e1'") == [(f"{PARENT} {STATE}",)]


def test_an_event_goes_on_with_its_headers_if_its_envelope_says_nothing(service: Service) -> None:
    service.event(INITIATED, **SENT)
    assert traces(service, "sagas", "outbox") == {TRACE}


@pytest.mark.parametrize("odd", ["00-1", 7, None, ["x"], {"a": 1}, "", PARENT.upper(), "\ud800"])
def test_what_is_no_trace_is_ignored_and_the_saga_begins_its_own(service: Service, odd: Any) -> None:
    assert service.event(INITIATED | {"traceparent": odd, "tracestate": odd}).status_code == 202
    assert traces(service, "sagas", "outbox") == {first_step("saga_1").trace_id}


def test_a_webhook_goes_on_with_the_trace_of_its_saga(service: Service, world: RequestsMock) -> None:
    service.event(INITIATED | SENT)
    service.work(world)
    assert service.webhook(PAID).status_code == 200
    assert traces(service, *TABLES) == {TRACE}
    before, after = service.query("SELECT trace FROM payments")[0][0], service.query("SELECT trace FROM sagas")[0][0]
    assert before == after


def test_a_person_who_acts_is_part_of_the_sagas_trace(service: Service, world: RequestsMock) -> None:
    service.event(INITIATED | SENT)
    service.work(world)
    assert service.post("/sagas/saga_1/cancel", headers=token() | {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    assert traces(service, *TABLES) == {TRACE}


def test_a_message_that_another_process_sends_keeps_its_trace(service: Service, world: RequestsMock) -> None:
    service.event(INITIATED | SENT)
    heir = Service(service.path)
    heir.clock.at = service.clock.at
    heir.later(seconds=30)
    heir.work(world)
    (asked,) = [request for request in sent_by(world) if request.method == "GET"]
    assert asked.headers["traceparent"].split("-")[1] == TRACE


def test_rows_of_the_version_before_are_gone_on_with(service: Service, world: RequestsMock) -> None:
    service.event(INITIATED | SENT)
    service.work(world)
    for table in (*TABLES, "inbox"):
        service.query(f"UPDATE {table} SET trace = NULL")  # noqa: S608 - ours
    for table in ("sagas", "payments"):
        service.query(f"UPDATE {table} SET version = version + 1")  # noqa: S608 - as whoever moves it
    assert service.webhook(PAID).status_code == 200
    assert traces(service, *TABLES) == {first_step("saga_1").trace_id}


def test_a_dead_letter_is_part_of_the_trace_that_it_came_with(service: Service) -> None:
    stray = {"type": "EnrollmentRejected", "data": {"sagaId": "saga_1", "reason": "gone"}}
    service.event(INITIATED | stray | SENT)
    assert traces(service, "dead_letters") == {TRACE}


def test_a_saga_can_be_followed_through_the_log(
    service: Service, world: RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(JsonLines([]))
    with caplog.at_level(logging.INFO, "reference"):
        service.event(INITIATED | SENT)
        service.work(world)
        service.webhook(PAID)
        service.get("/sagas", OPERATOR)
        service.event(INITIATED | {"id": "e2", "type": "EnrollmentRejected", "data": {"sagaId": "?", "reason": "?"}})
    found = [json.loads(line) for line in caplog.text.splitlines() if line.startswith('{"')]
    ours = [line for line in found if line.get("saga_id") == "saga_1" and line["logger"].startswith("reference")]
    assert [line["message"].split(" after ")[0] for line in ours] == [
        "EnrollInCourseSaga is VERIFYING_COURSE",
        "EnrollInCourseSaga is AWAITING_PAYMENT",
        "Payment is PENDING",
        "EnrollInCourseSaga is ENROLLING",
    ]
    assert {line["trace_id"] for line in ours} == {TRACE}
    assert [line["event_id"] for line in ours[:1]] == ["e1"]
    assert len({line["span_id"] for line in ours}) == 4
    assert all(line["payment_id"].startswith("pay_") for line in ours[1:])
    assert [line["message"] for line in found if line.get("saga_id") == "?"] != []
