from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.communication_simulator.meetings import SESSION, Meetings


def test_a_session_booked_by_other_ways_waits_for_its_payment(meetings: Meetings) -> None:
    made = meetings.call("operator", "POST", "/sessions", SESSION)
    assert (made.status_code, made.headers["Location"]) == (201, "/sessions/first")
    assert made.json == SESSION | {"status": "PENDING_PAYMENT", "meetingLink": None}
    assert meetings.announcements() == []


def test_a_session_gets_an_id_when_none_is_chosen(meetings: Meetings) -> None:
    made = meetings.done("operator", "POST", "/sessions", {k: v for k, v in SESSION.items() if k != "sessionId"})
    assert meetings.done("service", "GET", f"/sessions/{made['sessionId']}") == made


def test_two_sessions_cannot_have_one_id(meetings: Meetings) -> None:
    meetings.book()
    assert meetings.call("operator", "POST", "/sessions", SESSION | {"studentId": "bob"}).status_code == 409
    assert meetings.done("operator", "GET", "/sessions/first")["studentId"] == "ada"


WAYS: list[tuple[Sequence[str], str, int, str]] = [
    ([], "confirm", 200, "CONFIRMED"),
    ([], "complete", 409, "PENDING_PAYMENT"),
    ([], "cancel", 200, "CANCELLED"),
    (["confirm"], "confirm", 200, "CONFIRMED"),
    (["confirm"], "complete", 200, "COMPLETED"),
    (["confirm"], "cancel", 200, "CANCELLED"),
    (["confirm", "complete"], "confirm", 409, "COMPLETED"),
    (["confirm", "complete"], "complete", 200, "COMPLETED"),
    (["confirm", "complete"], "cancel", 409, "COMPLETED"),
    (["cancel"], "confirm", 409, "CANCELLED"),
    (["cancel"], "complete", 409, "CANCELLED"),
    (["cancel"], "cancel", 200, "CANCELLED"),
]


@pytest.mark.parametrize(("before", "how", "answer", "after"), WAYS)
def test_a_session_moves_only_along_its_ways_and_doing_it_twice_is_doing_it_once(
    meetings: Meetings, before: Sequence[str], how: str, answer: int, after: str
) -> None:
    meetings.book()
    for step in before:
        assert meetings.move(step) == 200
    assert meetings.move(how) == answer
    assert meetings.status() == after


def test_there_is_a_meeting_link_only_while_the_session_is_confirmed(meetings: Meetings) -> None:
    meetings.book()
    steps = [("GET", ""), ("POST", "/confirm"), ("POST", "/confirm"), ("POST", "/cancel")]
    links = [meetings.done("operator", method, f"/sessions/first{step}")["meetingLink"] for method, step in steps]
    assert links == [None, links[1], links[1], None]
    assert links[1].startswith("https://meet.example/")


def test_two_sessions_never_share_a_meeting_link(meetings: Meetings) -> None:
    meetings.command("s1")
    meetings.command("s2", tutorId="otto")
    one, other = meetings.items("/sessions")
    assert one["meetingLink"] != other["meetingLink"]


def test_of_two_sessions_at_one_time_only_one_is_confirmed(meetings: Meetings) -> None:
    meetings.book("one")
    meetings.book("two", scheduledAt="2026-09-07T10:59:00Z")
    assert (meetings.move("confirm", "one"), meetings.move("confirm", "two")) == (200, 409)
    assert meetings.statuses() == [("one", "CONFIRMED"), ("two", "PENDING_PAYMENT")]
    meetings.move("cancel", "one")
    assert meetings.move("confirm", "two") == 200


def test_a_student_sees_and_cancels_only_the_own_sessions(meetings: Meetings) -> None:
    meetings.book("hers", studentId="ada")
    meetings.book("his", studentId="bob")
    for path in ("/sessions", "/sessions?studentId=ada", "/sessions?tutorId=emmy"):
        assert [each["sessionId"] for each in meetings.items(path, "ada")] == ["hers"]
    assert meetings.call("ada", "GET", "/sessions?studentId=bob").status_code == 403
    hidden, missing = (meetings.call("ada", "GET", f"/sessions/{name}") for name in ("his", "gone"))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.text.replace("his", "gone") == missing.text
    assert (meetings.move("cancel", "hers", "ada"), meetings.move("cancel", "his", "ada")) == (200, 404)
    assert meetings.statuses() == [("hers", "CANCELLED"), ("his", "PENDING_PAYMENT")]


def test_sessions_are_found_by_student_tutor_saga_and_status_page_by_page(meetings: Meetings) -> None:
    meetings.book("one", studentId="bob")
    meetings.command("s1")
    meetings.command("s2", tutorId="otto")

    def found(query: str) -> list[str]:
        return [each["sessionId"] for each in meetings.items(f"/sessions?{query}", "service")]

    assert found("studentId=ada") == ["ses-s1", "ses-s2"]
    assert found("tutorId=emmy") == ["one", "ses-s1"]
    assert found("status=CONFIRMED&tutorId=emmy") == ["ses-s1"]
    assert found("sagaId=s2") == ["ses-s2"]
    first = meetings.done("operator", "GET", "/sessions?limit=2")
    assert found(f"cursor={first['nextCursor']}") == ["ses-s2"]
