from __future__ import annotations

from typing import Any

import pytest

from tests.unit.communication_simulator.meetings import NOTICE, Meetings

KINDS = ["CONFIRMED", "EXPIRED", "REFUNDED", "NEEDS_ATTENTION"]


def found(meetings: Meetings, query: str = "", who: str = "operator") -> list[tuple[Any, ...]]:
    """Saga, kind and attempt of each notice."""
    return [(each["sagaId"], each["kind"], each.get("attempt")) for each in meetings.items(f"/notices{query}", who)]


def test_a_notice_is_put_into_the_inbox_and_said_to_be_sent(meetings: Meetings) -> None:
    meetings.notice()
    (notice,) = meetings.items("/notices?personId=ada", "ada")
    (event,) = meetings.announcements()
    text = f"{NOTICE['title']}: it is paid, and it is yours."
    assert notice == NOTICE | {"noticeId": notice["noticeId"], "sentAt": "2026-09-01T09:00:00.000Z", "text": text}
    assert event["type"] == "NoticeSent"
    assert event["data"] == {
        "sagaId": "s1",
        "noticeId": notice["noticeId"],
        "personId": "ada",
        "kind": "CONFIRMED",
    }


@pytest.mark.parametrize("attempt", [None, "", "first"])
def test_of_other_kinds_an_attempt_is_ignored(meetings: Meetings, attempt: str | None) -> None:
    meetings.notice(attempt=attempt)
    meetings.notice(attempt="another")
    assert found(meetings) == [("s1", "CONFIRMED", None)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_notice_asked_for_again_is_sent_once_and_announced_again(meetings: Meetings, kind: str) -> None:
    for message in ("m1", "m1", "m2"):
        meetings.notice(message, kind=kind, title=f"as told by {message}", attempt=message)
    one, two, three = meetings.announcements()
    assert one["data"] == two["data"] == three["data"]
    assert len({one["id"], two["id"], three["id"]}) == 3
    assert found(meetings) == [("s1", kind, None)]


def test_each_kind_and_each_saga_has_its_own_notice(meetings: Meetings) -> None:
    for saga in ("s1", "s2"):
        for kind in KINDS:
            meetings.notice(f"{saga} {kind}", sagaId=saga, kind=kind)
    assert found(meetings) == [(saga, kind, None) for saga in ("s1", "s2") for kind in KINDS]


def test_of_declines_each_attempt_is_sent_once(meetings: Meetings) -> None:
    one, two = "first", "second"
    for attempt in (one, one, two, one):
        meetings.notice(kind="DECLINED", attempt=attempt)
    assert found(meetings) == [("s1", "DECLINED", one), ("s1", "DECLINED", two)]
    assert [each["data"]["attempt"] for each in meetings.announcements()] == [one, one, two, one]


def test_a_notice_and_a_session_of_one_saga_do_not_get_into_each_others_way(meetings: Meetings) -> None:
    meetings.notice()
    meetings.command("s1")
    meetings.refund("s1")
    meetings.notice()
    assert [name for name, _ in meetings.outcomes()] == ["NoticeSent", "SessionConfirmed", "NoticeSent"]


def test_a_student_sees_only_the_own_notices(meetings: Meetings) -> None:
    meetings.notice(sagaId="s1", personId="ada")
    meetings.notice(sagaId="s2", personId="bob")
    assert found(meetings, "", "ada") == found(meetings, "?personId=ada", "ada") == [("s1", "CONFIRMED", None)]
    assert found(meetings, "?sagaId=s2", "ada") == []
    assert meetings.call("ada", "GET", "/notices?personId=bob").status_code == 403


def test_operators_and_services_see_all_of_a_person_or_of_a_saga_page_by_page(meetings: Meetings) -> None:
    for saga, person in (("s1", "ada"), ("s2", "bob"), ("s3", "ada")):
        meetings.notice(sagaId=saga, personId=person)
    assert [saga for saga, *_ in found(meetings, "?personId=ada")] == ["s1", "s3"]
    assert [saga for saga, *_ in found(meetings, "?sagaId=s2", "service")] == ["s2"]
    first = meetings.done("operator", "GET", "/notices?limit=2")
    assert [saga for saga, *_ in found(meetings, f"?cursor={first['nextCursor']}")] == ["s3"]
