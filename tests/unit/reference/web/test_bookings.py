"""A student books a session: bad wishes are refused by field, and a double click is one booking."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.storage.world import at_once
from tests.unit.reference.web.problems import assert_blames, assert_problem
from tests.unit.reference.web.service_under_test import BOOKING, Service, token


def sagas(service: Service) -> list[Any]:
    return list(service.get("/sagas").get_json()["items"])


def test_a_booking_starts_a_saga_that_its_student_can_follow(service: Service) -> None:
    answer = service.book()
    assert answer.status_code == 202
    saga = service.client.get(answer.get_json()["statusUrl"], headers=token()).get_json()
    assert saga["sagaId"] == answer.get_json()["sagaId"]
    assert (saga["saga"], saga["context"]) == ("BookAndPayForSessionSaga", "SESSION_BOOKING")
    assert (saga["state"], saga["studentId"]) == ("CHECKING_AVAILABILITY", "ada")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"tutorId": None}, "/tutorId"),
        ({"tutorId": ""}, "/tutorId"),
        ({"tutorId": 7}, "/tutorId"),
        ({"tutorId": "t" * 256}, "/tutorId"),
        ({"scheduledAt": None}, "/scheduledAt"),
        ({"scheduledAt": 1788793200}, "/scheduledAt"),
        ({"scheduledAt": "tomorrow"}, "/scheduledAt"),
        ({"scheduledAt": "2026-09-07"}, "/scheduledAt"),
        ({"scheduledAt": "2026-09-07T15:00:00"}, "/scheduledAt"),
        ({"scheduledAt": "2026-02-30T15:00:00Z"}, "/scheduledAt"),
        ({"scheduledAt": "0001-01-01T00:00:00+23:00"}, "/scheduledAt"),
        ({"duration": None}, "/duration"),
        ({"duration": 0}, "/duration"),
        ({"duration": -60}, "/duration"),
        ({"duration": 1441}, "/duration"),
        ({"duration": 10**30}, "/duration"),
        ({"duration": True}, "/duration"),
        ({"duration": 60.0}, "/duration"),
        ({"duration": "60"}, "/duration"),
    ],
)
def test_a_bad_booking_is_refused_by_field_and_changes_nothing(
    service: Service, changes: dict[str, Any], pointer: str
) -> None:
    before = service.rows()
    assert_blames(service.book(BOOKING | changes), pointer=pointer)
    assert service.rows() == before


@pytest.mark.parametrize(("body", "pointer"), [([], ""), ("text", ""), (None, ""), ({}, "/tutorId")])
def test_what_is_no_booking_at_all_is_refused(service: Service, body: Any, pointer: str) -> None:
    assert_blames(service.book(body), pointer=pointer)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_refused(service: Service, body: bytes) -> None:
    assert_problem(service.book(body), 400)
    assert sagas(service) == []


def test_a_past_time_is_the_tutors_business(service: Service) -> None:
    assert service.book(BOOKING | {"scheduledAt": "1999-01-01T12:00:00Z"}).status_code == 202


def test_two_bookings_without_a_key_are_two(service: Service) -> None:
    assert service.book().get_json() != service.book().get_json()
    assert len(sagas(service)) == 2


@pytest.mark.parametrize(
    "again",
    [BOOKING, BOOKING | {"scheduledAt": "2026-09-07T17:00:00+02:00"}, BOOKING | {"more": 1}],
    ids=["the same", "the same instant elsewhere", "what is not described is left alone"],
)
def test_the_same_key_is_the_same_booking(service: Service, again: Any) -> None:
    first = service.book(key="k1")
    before = service.rows()
    repeated = service.book(again, key='"k1"')
    assert (repeated.status_code, repeated.get_json()) == (202, first.get_json())
    assert service.rows() == before


def test_the_same_key_is_the_same_booking_to_the_millisecond(service: Service) -> None:
    exact = BOOKING | {"scheduledAt": "2026-09-07T15:00:00.123456Z"}
    assert service.book(exact, key="k1").get_json() == service.book(exact, key="k1").get_json()


@pytest.mark.parametrize(
    "changes", [{"tutorId": "tim"}, {"scheduledAt": "2026-09-07T15:00:01Z"}, {"duration": 61}], ids=str
)
def test_the_same_key_for_another_booking_is_refused(service: Service, changes: dict[str, Any]) -> None:
    service.book(key="k1")
    before = service.rows()
    assert_problem(service.book(BOOKING | changes, key="k1"), 422)
    assert service.rows() == before


def test_a_key_is_a_students_own(service: Service) -> None:
    assert service.book(key="k1").get_json() != service.book(key="k1", headers=token(sub="bob")).get_json()


@pytest.mark.parametrize("key", ["", '""', "k" * 256])
def test_an_odd_key_is_refused_by_name(service: Service, key: str) -> None:
    assert_blames(service.book(key=key), parameter="Idempotency-Key")
    assert sagas(service) == []


def test_clicks_at_the_same_moment_are_one_booking(service: Service) -> None:
    answers = at_once([lambda: service.app.test_client().post(**click())] * 8)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.get_json()["sagaId"] for answer in answers}) == 1
    assert len(sagas(service)) == 1


def click() -> dict[str, Any]:
    return {"path": "/session-bookings", "json": BOOKING, "headers": token() | {"Idempotency-Key": "k1"}}
