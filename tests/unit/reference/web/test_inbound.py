"""Whatever is thrown at a door: a clear answer, and nothing is half done."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from responses import RequestsMock

from reference.web.services import Services
from tests.unit.reference.builders import NOON, SECRET
from tests.unit.reference.gateways.stripe_objects import WEBHOOK_SECRET, event, intent, signature
from tests.unit.reference.web.problems import assert_problem
from tests.unit.reference.web.service_under_test import (
    INITIATED,
    JWT_SECRET,
    OPERATOR,
    OUR_METADATA,
    PAID,
    SERVICE,
    SERVICE_TOKEN,
    STRIPE_KEY,
    Service,
    token,
)


def with_data(**changes: Any) -> dict[str, Any]:
    return INITIATED | {"data": INITIATED["data"] | changes}


def test_an_event_is_taken_once(service: Service) -> None:
    assert service.event().status_code == 202
    before = service.rows()
    assert service.event().status_code == 202
    assert service.rows() == before
    assert service.saga().get_json()["state"] == "VERIFYING_COURSE"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([INITIATED], ""),
        ({}, "/specversion"),
        (INITIATED | {"id": ""}, "/id"),
        (INITIATED | {"id": 7}, "/id"),
        (INITIATED | {"source": None}, "/source"),
        (INITIATED | {"type": "TakePayment"}, "/type"),
        (INITIATED | {"type": "PaymentSucceeded"}, "/type"),
        (INITIATED | {"type": "Event"}, "/type"),
        (INITIATED | {"data": []}, "/data"),
        (with_data(studentId=None), "/data/studentId"),
        (with_data(studentId=True), "/data/studentId"),
        (with_data(courseId={"id": 1}), "/data/courseId"),
        (with_data(sagaId="a\x00b"), "/data/sagaId"),
        (with_data(sagaId="\ud800"), "/data/sagaId"),
        (with_data(sagaId="s" * 256), "/data/sagaId"),
    ],
)
def test_a_bad_event_is_refused_by_field_and_changes_nothing(service: Service, body: Any, pointer: str) -> None:
    before = service.rows()
    answer = service.event(body)
    assert_problem(answer, 400)
    (fault,) = answer.get_json()["errors"]
    assert fault["pointer"] == pointer
    assert fault["detail"]
    assert service.rows() == before


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe\xfa", b"[" * 100_000, b'{"a":' * 10_000, b"9" * 5000, json.dumps(INITIATED)[:-1].encode()],
    ids=lambda body: str(body[:12]),
)
def test_what_is_not_json_is_refused(service: Service, body: bytes) -> None:
    before = service.rows()
    assert_problem(service.event(body), 400)
    assert_problem(service.resume(body), 400)
    assert service.rows() == before


def test_a_huge_body_is_refused(service: Service) -> None:
    huge = with_data(padding="x" * 300_000)
    assert_problem(service.event(huge), 413)
    assert_problem(service.webhook(PAID | {"padding": huge}), 413)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "application/cloudevents-batch+json"])
def test_an_event_says_what_it_is(service: Service, kind: str) -> None:
    assert_problem(service.event(**{"Content-Type": kind}), 415)


@pytest.mark.fault(13)
def test_an_event_that_fits_nothing_is_kept_for_a_person(service: Service) -> None:
    data = {"sagaId": "saga_9", "reason": "gone"}
    assert service.event(INITIATED | {"type": "EnrollmentRejected", "data": data}).status_code == 202
    assert any("dead_letters" in row and "saga_9" in row for row in service.rows())


@pytest.mark.parametrize("saga_id", ["%00", "a%00b", "%ff", "%ED%A0%80", "x" * 5000, "%27%20OR%201=1"])
def test_an_odd_saga_id_is_nobodys(service: Service, saga_id: str) -> None:
    assert_problem(service.saga(saga_id), 404)
    assert_problem(service.resume(saga_id=saga_id), 404)


def test_only_the_owner_sees_the_client_secret(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    assert service.saga().get_json()["payment"]["clientSecret"] == SECRET
    for other in (OPERATOR, SERVICE, token(sub="ada", role="operator")):
        assert "clientSecret" not in service.saga(headers=other).get_json()["payment"]


def test_a_saga_tells_what_it_waits_for_and_until_when(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    saga = service.saga().get_json()
    assert (saga["state"], saga["outcome"], saga["waitingFor"]) == ("AWAITING_PAYMENT", None, "the student to pay")
    assert saga["waitingUntil"] == "2026-09-01T12:30:00.000Z"
    assert saga["payment"]["price"] == {"amount": 4900, "currency": "EUR"}
    assert [entry["message"] for entry in saga["history"]] == ["EnrollInCourseInitiated", "CourseVerified"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [([], ""), ({}, "/why"), ({"why": ""}, "/why"), ({"why": 7}, "/why"), ({"why": "\x00"}, "/why")],
)
def test_who_resumes_says_why(service: Service, body: Any, pointer: str) -> None:
    service.event()
    service.park()
    before = service.rows()
    answer = service.resume(body)
    assert_problem(answer, 400)
    assert answer.get_json()["errors"][0]["pointer"] == pointer
    assert service.rows() == before


def test_only_a_parked_saga_is_resumed(service: Service) -> None:
    service.event()
    before = service.rows()
    assert_problem(service.resume(), 409)
    assert service.rows() == before


def test_a_parked_saga_goes_on_and_remembers_who_let_it(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    service.webhook(PAID)
    assert service.saga().get_json()["state"] == "ENROLLING"
    service.park()
    assert service.saga().get_json()["outcome"] == "PARKED"
    assert service.resume().status_code == 202
    saga = service.saga().get_json()
    assert saga["state"] == "REFUNDING"
    assert saga["history"][-1]["text"] == "olga let the saga go on: it is mended"
    assert_problem(service.resume(), 409)


def test_a_webhook_that_is_not_believed_changes_nothing_and_learns_nothing(service: Service) -> None:
    before = service.rows()
    body = json.dumps(PAID)
    for header in ("", "t=1,v1=é", signature(body, "whsec_other"), signature(body, at=NOON.timestamp() - 301)):
        answer = service.client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": header})
        assert_problem(answer, 400)
        assert answer.get_json()["detail"] == "This webhook is not believed."
    assert service.rows() == before


@pytest.mark.fault(29)
def test_what_is_not_ours_is_remembered_and_ignored(service: Service) -> None:
    refund_of_others = {"id": "re_9", "amount": 1, "currency": "eur", "status": "succeeded", "metadata": {}}
    strangers = [
        event("charge.succeeded", {"id": "ch_1"}, id="evt_1"),
        event("payment_intent.succeeded", intent("succeeded", metadata={}), id="evt_2"),
        event("refund.created", refund_of_others | {"payment_intent": None}, id="evt_3"),
        event("refund.created", refund_of_others | {"payment_intent": "pi_9"}, id="evt_4"),
        PAID | {"id": "evt_5", "livemode": True},
    ]
    for stranger in strangers:
        assert service.webhook(stranger).status_code == 200
    heard = [row for row in service.rows() if row.startswith('INSERT INTO "inbox"')]
    assert len(heard) == len(strangers)
    assert not any(row.startswith(('INSERT INTO "dead_letters"', 'INSERT INTO "sagas"')) for row in service.rows())


@pytest.mark.fault(29)
def test_a_payment_that_nobody_knows_is_kept_for_a_person(service: Service) -> None:
    assert service.webhook(PAID).status_code == 200
    assert any(row.startswith('INSERT INTO "dead_letters"') for row in service.rows())


def test_the_same_webhook_twice_takes_effect_once(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    assert service.webhook(PAID).status_code == 200
    assert service.saga().get_json()["state"] == "ENROLLING"
    before = service.rows()
    assert service.webhook(PAID).status_code == 200
    assert service.rows() == before


def test_what_is_not_there_and_what_is_not_done_here_are_problems(service: Service) -> None:
    assert_problem(service.client.get("/nowhere"), 404)
    refused = service.client.get("/events")
    assert_problem(refused, 405)
    assert "POST" in refused.headers["Allow"]


def test_a_fault_of_ours_shows_nothing_of_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(SECRET)

    services: Services = service.app.extensions["services"]
    monkeypatch.setattr(services.payments, "receive", fail)
    answer = service.event()
    assert_problem(answer, 500)
    assert SECRET not in answer.text


def test_a_service_without_its_tables_is_alive_but_not_ready(service: Service) -> None:
    assert service.client.get("/readyz").get_json() == {"database": "ok"}
    service.path.write_bytes(b"this is no database")
    assert service.client.get("/healthz").status_code == 200
    assert service.client.get("/readyz").status_code == 503


def test_no_secret_reaches_the_log(service: Service, world: RequestsMock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service.event()
    service.work(world)
    service.webhook(PAID)
    service.webhook(PAID | {"id": "evt_2", "data": {"object": intent("succeeded", id="pi_2", metadata=OUR_METADATA)}})
    service.event(b"{")
    service.work(world)
    for secret in (SECRET, WEBHOOK_SECRET, STRIPE_KEY, SERVICE_TOKEN, JWT_SECRET, token()["Authorization"]):
        assert secret not in caplog.text


OURS: dict[str, Any] = {"metadata": OUR_METADATA}
ODD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a paymentId too long": ({"metadata": OUR_METADATA | {"paymentId": "x" * 300}}, {}),
    "a sagaId with NUL": ({"metadata": OUR_METADATA | {"sagaId": "a\x00b"}}, {}),
    "half a character": ({"metadata": OUR_METADATA | {"paymentId": "\ud800"}}, {}),
    "metadata of another kind": ({"metadata": 7}, {}),
    "a negative amount": ({"amount_received": -1}, {}),
    "half a cent": ({"amount_received": 1.5}, {}),
    "an amount in words": ({"amount_received": "a lot"}, {}),
    "no number": ({"amount_received": float("nan")}, {}),
    "an odd currency": ({"currency": "euros"}, {}),
    "no currency": ({"currency": None}, {}),
    "an intent id too long": ({"id": "x" * 256}, {}),
    "no id": ({}, {"id": None}),
    "an id with NUL": ({}, {"id": "evt\x00"}),
    "an id too long": ({}, {"id": "e" * 300}),
    "a time beyond the calendar": ({}, {"created": 10**20}),
    "a time of another kind": ({}, {"created": "now"}),
    "no mode": ({}, {"livemode": "yes"}),
    "no data": ({}, {"data": []}),
    "no object": ({}, {"data": {"object": None}}),
}
UNREADABLE: dict[str, bytes] = {
    **{
        name: json.dumps(event("payment_intent.succeeded", intent("succeeded", **OURS | changes)) | around).encode()
        for name, (changes, around) in ODD.items()
    },
    "no JSON": b"\x00 payment_intent.succeeded",
    "a list": b"[1]",
    "nested too deeply": b'{"id": "evt_1", "data": ' + b"[" * 3000,
    "nothing": b"",
}


@pytest.mark.parametrize("odd", UNREADABLE)
@pytest.mark.fault(13, 26)
def test_what_is_signed_and_cannot_be_read_is_kept_for_a_person(service: Service, odd: str) -> None:
    body = UNREADABLE[odd]
    headers = {"Stripe-Signature": signature(body.decode())}
    for _ in range(2):
        answer = service.client.post("/webhooks/stripe", data=body, headers=headers)
        assert (answer.status_code, answer.get_json()) == (200, {"received": True})
    (letter,) = service.get("/dead-letters").get_json()["items"]
    assert (letter["source"], letter["name"]) == ("stripe", "Unreadable")
    assert "cannot be read" in letter["reason"]
    assert SECRET not in service.get("/dead-letters").text
    figures = service.client.get("/metrics").text
    assert 'result="unreadable"' in figures
    assert 'result="refused"' not in figures
    assert service.post(f"/dead-letters/{letter['id']}/resolve", {"why": "seen"}).status_code == 202
