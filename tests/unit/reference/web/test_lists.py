"""Lists: pages that stay stable, filters that mean what they say, and bad parameters refused by name."""

from __future__ import annotations

import base64
from itertools import chain
from typing import Any

import pytest
from responses import RequestsMock

from tests.unit.reference.web.problems import assert_blames, assert_problem
from tests.unit.reference.web.service_under_test import INITIATED, OPERATOR, SERVICE, Service, token

LISTS = ("/sagas", "/payments", "/dead-letters")


def enroll(service: Service, number: int, **data: str) -> None:
    facts = {"sagaId": f"saga_{number}", "studentId": "ada", "courseId": f"course_{number}"} | data
    assert service.event(INITIATED | {"id": f"e{number}", "data": facts}).status_code == 202
    service.later(seconds=1)


def add_dead_letter(service: Service, number: int) -> None:
    data = {"sagaId": f"lost_{number}", "reason": "gone"}
    service.event(INITIATED | {"id": f"m{number}", "type": "EnrollmentRejected", "data": data})


def ids(page: Any) -> list[str]:
    return [item["sagaId"] for item in page["items"]]


def pages(service: Service, path: str, **query: Any) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = service.get(path, **query, **({"cursor": cursor} if cursor else {})).get_json()
        found.append(ids(page))
        if not (cursor := page["nextCursor"]):
            return found


def test_sagas_come_newest_first_a_page_at_a_time(service: Service) -> None:
    for number in range(5):
        enroll(service, number)
    assert pages(service, "/sagas", limit=2) == [["saga_4", "saga_3"], ["saga_2", "saga_1"], ["saga_0"]]
    assert pages(service, "/sagas", limit=5) == [["saga_4", "saga_3", "saga_2", "saga_1", "saga_0"]]


def test_sagas_of_one_instant_are_neither_lost_nor_shown_twice(service: Service) -> None:
    for number in range(5):
        enroll(service, number)
        service.later(seconds=-1)
    assert sorted(chain(*pages(service, "/sagas", limit=2))) == [f"saga_{number}" for number in range(5)]


def test_pages_stay_stable_while_new_sagas_arrive_and_old_ones_move(service: Service, world: RequestsMock) -> None:
    for number in range(4):
        enroll(service, number)
    first = service.get("/sagas", limit=2, state="VERIFYING_COURSE").get_json()
    enroll(service, 9)
    assert service.post("/sagas/saga_2/cancel", headers=token()).status_code == 202
    second = service.get("/sagas", limit=2, state="VERIFYING_COURSE", cursor=first["nextCursor"]).get_json()
    assert (ids(first), ids(second)) == (["saga_3", "saga_2"], ["saga_1", "saga_0"])


def test_payments_and_dead_letters_are_paged_too(service: Service, world: RequestsMock) -> None:
    for number in range(3):
        enroll(service, number, courseId="algebra", studentId=f"student_{number}")
        service.work(world)
        add_dead_letter(service, number)
    assert pages(service, "/payments", limit=2) == [["saga_2", "saga_1"], ["saga_0"]]
    assert pages(service, "/dead-letters", limit=2) == [["lost_2", "lost_1"], ["lost_0"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["saga_2", "saga_1", "saga_0"]),
        ({"student": "bob"}, ["saga_1"]),
        ({"student": "nobody"}, []),
        ({"context": "COURSE_ENROLLMENT"}, ["saga_2", "saga_1", "saga_0"]),
        ({"context": "SESSION_BOOKING"}, []),
        ({"contextId": "course_2"}, ["saga_2"]),
        ({"state": "CANCELLED"}, ["saga_2"]),
        ({"state": "VERIFYING_COURSE", "student": "ada"}, ["saga_0"]),
        ({"contextId": "' OR 1=1 --"}, []),
    ],
)
def test_sagas_are_found_by_what_is_asked(service: Service, query: dict[str, Any], found: list[str]) -> None:
    for number, student in enumerate(("ada", "bob", "ada")):
        enroll(service, number, studentId=student)
    service.post("/sagas/saga_2/cancel", headers=token())
    assert ids(service.get("/sagas", **query).get_json()) == found


def test_payments_are_found_by_what_is_asked(service: Service, world: RequestsMock) -> None:
    enroll(service, 1, courseId="algebra")
    service.work(world)
    good: list[dict[str, Any]] = [{}, {"state": "PENDING"}, {"contextId": "algebra"}, {"student": "ada"}]
    assert [ids(service.get("/payments", **query).get_json()) for query in good] == [["saga_1"]] * 4
    others: list[dict[str, Any]] = [{"state": "REFUNDED"}, {"student": "bob"}, {"context": "SESSION_BOOKING"}]
    assert [ids(service.get("/payments", **query).get_json()) for query in others] == [[]] * 3


def odd_cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("limit", odd) for odd in ("", "0", "-1", "201", "1e2", "ten", "٣", "²", "9" * 5000, " 5", "5.0")],
        *[("cursor", odd) for odd in ("", "saga_1", "!!!", "é", "٣", "9" * 30, "-1", "a\x00b", "=")],
        *[("cursor", odd_cursor(odd)) for odd in ("", " ", "2026-09-01T12:00:00 saga_1", "tomorrow saga_1")],
        ("cursor", odd_cursor("2026-09-01T12:00:00+00:00 ")),
        ("cursor", odd_cursor("2026-09-01T12:00:00+00:00 a\x00b")),
        ("cursor", odd_cursor("0001-01-01T00:00:00+23:00 saga_1")),
    ],
)
def test_a_bad_page_is_refused_by_name(service: Service, path: str, name: str, value: Any) -> None:
    assert_blames(service.get(path, **{name: value}), parameter=name)


@pytest.mark.parametrize("path", ["/sagas", "/payments"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("context", ""),
        ("context", "LESSON"),
        ("context", "course_enrollment"),
        ("state", ""),
        ("state", "LOST"),
        ("state", "a\x00b"),
        ("contextId", ""),
        ("contextId", "a\x00b"),
        ("student", ""),
        ("student", "a\x00b"),
    ],
)
def test_a_bad_filter_is_refused_by_name(service: Service, path: str, name: str, value: Any) -> None:
    assert_blames(service.get(path, **{name: value}), parameter=name)


@pytest.mark.parametrize("path", ["/sagas", "/payments"])
def test_a_student_lists_only_their_own(service: Service, world: RequestsMock, path: str) -> None:
    enroll(service, 1, courseId="algebra")
    service.work(world)
    enroll(service, 2, studentId="bob")
    assert ids(service.get(path, token()).get_json()) == ["saga_1"]
    assert ids(service.get(path, token(), student="ada").get_json()) == ["saga_1"]
    assert ids(service.get(path, token(sub="cleo")).get_json()) == []
    for student in ("bob", "nobody"):
        assert_problem(service.get(path, token(), student=student), 403)


def test_a_cursor_of_others_shows_nothing_of_theirs(service: Service) -> None:
    for number, student in enumerate(("bob", "ada", "bob", "bob")):
        enroll(service, number, studentId=student)
    foreign = service.get("/sagas", limit=2).get_json()["nextCursor"]
    assert ids(service.get("/sagas", token(), cursor=foreign).get_json()) == ["saga_1"]


def test_only_a_student_is_listed_client_secrets(service: Service, world: RequestsMock) -> None:
    enroll(service, 1, courseId="algebra")
    service.work(world)
    assert "clientSecret" in service.get("/payments", token()).text
    assert "clientSecret" in service.get("/sagas", token()).text
    for caller in (OPERATOR, SERVICE, token(role="operator")):
        assert "ecret" not in service.get("/payments", caller).text + service.get("/sagas", caller).text
