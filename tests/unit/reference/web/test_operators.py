"""What people in charge do about purchases that are stuck, and students about those they do not want."""

from __future__ import annotations

from typing import Any

import pytest
from responses import RequestsMock

from tests.unit.reference.builders import SECRET
from tests.unit.reference.gateways.stripe_objects import event, intent
from tests.unit.reference.web.problems import assert_blames, assert_problem
from tests.unit.reference.web.service_under_test import INITIATED, OUR_METADATA, PAID, Service, token

WHY = {"why": "it is mended"}
EARLY = INITIATED | {"id": "c1", "type": "EnrollmentRejected", "data": {"sagaId": "saga_1", "reason": "full"}}
ACTS = ("/dead-letters/1/retry", "/dead-letters/1/resolve")


def letters(service: Service) -> list[Any]:
    return list(service.get("/dead-letters").get_json()["items"])


def ended(service: Service) -> list[tuple[Any, ...]]:
    return service.query("SELECT ended_by, ended_why FROM dead_letters WHERE ended_at NOT NULL")


def test_a_dead_letter_says_what_it_was_and_why_nobody_could_use_it(service: Service) -> None:
    service.event(EARLY)
    (letter,) = letters(service)
    assert (letter["id"], letter["sagaId"], letter["name"]) == (1, "saga_1", "EnrollmentRejected")
    assert (letter["source"], letter["messageId"]) == ("edtech.learning-service", "c1")
    assert letter["data"] == EARLY["data"]
    assert letter["reason"] == "no saga is known that EnrollmentRejected could be for"


def test_no_dead_letter_shows_a_client_secret(service: Service) -> None:
    service.webhook(event("payment_intent.created", intent(metadata=OUR_METADATA)))
    assert [letter["name"] for letter in letters(service)] == ["IntentCreated"]
    assert SECRET not in service.get("/dead-letters").text


def test_a_message_that_came_too_early_is_taken_once_more(service: Service, world: RequestsMock) -> None:
    service.webhook(PAID)
    (letter,) = letters(service)
    assert_problem(service.post("/dead-letters/1/retry", WHY), 409)
    assert letters(service) == [letter]
    service.event()
    service.work(world)
    assert service.post("/dead-letters/1/retry", WHY).status_code == 202
    assert service.saga().get_json()["state"] == "ENROLLING"
    assert (letters(service), ended(service)) == ([], [("olga", "it is mended")])
    assert_problem(service.post("/dead-letters/1/retry", WHY), 404)


def test_a_message_that_was_dealt_with_otherwise_is_not_taken(service: Service) -> None:
    service.event(EARLY)
    assert service.post("/dead-letters/1/resolve", WHY).status_code == 202
    assert (letters(service), ended(service)) == ([], [("olga", "it is mended")])
    assert_problem(service.post("/dead-letters/1/resolve", WHY), 404)


@pytest.mark.parametrize("path", ACTS)
@pytest.mark.parametrize(
    ("body", "pointer"),
    [([], ""), (None, ""), ({}, "/why"), ({"why": ""}, "/why"), ({"why": True}, "/why"), ({"why": "\x00"}, "/why")],
)
def test_who_ends_a_dead_letter_says_why(service: Service, path: str, body: Any, pointer: str) -> None:
    service.event(EARLY)
    assert_blames(service.post(path, body), pointer=pointer)
    assert_problem(service.post(path, b"{"), 400)
    assert len(letters(service)) == 1


@pytest.mark.parametrize("letter_id", ["9", "0", "2147483648", "9" * 30, "-1", "one", "1.0", "%00"])
def test_an_odd_letter_is_nobodys(service: Service, letter_id: str) -> None:
    service.event(EARLY)
    for act in ("retry", "resolve"):
        assert_problem(service.post(f"/dead-letters/{letter_id}/{act}", WHY), 404)
    assert len(letters(service)) == 1


def cancel(service: Service, saga_id: str = "saga_1") -> int:
    return service.post(f"/sagas/{saga_id}/cancel", headers=token()).status_code


def test_a_student_gives_up_what_is_not_asked_for_yet(service: Service) -> None:
    service.event()
    assert cancel(service) == 202
    saga = service.saga().get_json()
    assert saga["outcome"] == "CANCELLED"
    assert saga["history"][-1]["text"] == "ada asked to cancel."


def test_a_student_who_could_pay_waits_for_stripe_to_say_that_nobody_can(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    assert cancel(service) == 202
    saga = service.saga().get_json()
    assert (saga["state"], saga["outcome"]) == ("CANCELING", None)
    service.webhook(event("payment_intent.canceled", intent("canceled", metadata=OUR_METADATA)))
    assert service.saga().get_json()["outcome"] == "CANCELLED"


def test_it_is_too_late_to_cancel_what_is_paid(service: Service, world: RequestsMock) -> None:
    service.event()
    service.work(world)
    service.webhook(PAID)
    before = service.rows()
    assert_problem(service.post("/sagas/saga_1/cancel", headers=token()), 409)
    assert service.rows() == before
    assert letters(service) == []


@pytest.mark.parametrize("saga_id", ["saga_9", "%00", "%ff", "x" * 5000])
def test_what_nobody_began_cannot_be_cancelled(service: Service, saga_id: str) -> None:
    assert cancel(service, saga_id) == 404
