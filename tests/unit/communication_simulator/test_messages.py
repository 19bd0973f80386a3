from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.unit.communication_simulator.meetings import PAYMENT, SESSION, Meetings
from tests.unit.neighbour import race

CONFIRMED = ("SessionConfirmed", None)


def rejected(reason: str) -> tuple[str, str]:
    return ("SessionRejected", reason)


def test_the_command_makes_a_confirmed_session_and_says_so(meetings: Meetings) -> None:
    meetings.command("s1")
    (session,) = meetings.items("/sessions")
    (event,) = meetings.announcements()
    assert (event["type"], event["source"]) == ("SessionConfirmed", "edtech.communication-service")
    assert event["data"] == {"sagaId": "s1", "sessionId": "ses-s1", "meetingLink": session["meetingLink"]}
    known = SESSION | {"sessionId": "ses-s1", "sagaId": "s1", "paymentId": "pay_s1", "status": "CONFIRMED"}
    assert session == known | {"meetingLink": event["data"]["meetingLink"]}


@pytest.mark.parametrize("second", ["m1", "m2"], ids=["the same message", "a new message"])
def test_a_command_asked_again_announces_the_same_outcome_again(meetings: Meetings, second: str) -> None:
    meetings.command(message="m1")
    meetings.command(message=second)
    one, other = meetings.announcements()
    assert one["data"] == other["data"]
    assert one["id"] != other["id"]
    assert meetings.statuses() == [("ses-s1", "CONFIRMED")]


def test_a_rejection_stays_a_rejection(meetings: Meetings) -> None:
    meetings.command("s1")
    meetings.command("s2", message="m1")
    meetings.move("cancel", "ses-s1")
    meetings.command("s2", message="m2")
    assert meetings.outcomes() == [CONFIRMED, rejected("SLOT_TAKEN"), rejected("SLOT_TAKEN")]


@pytest.mark.parametrize(
    ("about", "outcome"),
    [
        ({}, rejected("SLOT_TAKEN")),
        ({"scheduledAt": "2026-09-07T10:59:00Z"}, rejected("SLOT_TAKEN")),
        ({"scheduledAt": "2026-09-07T09:00:00Z", "duration": 61}, rejected("SLOT_TAKEN")),
        ({"scheduledAt": "2026-09-07T10:20:00Z", "duration": 1}, rejected("SLOT_TAKEN")),
        ({"scheduledAt": "2026-09-07T09:00:00Z"}, CONFIRMED),
        ({"scheduledAt": "2026-09-07T11:00:00Z"}, CONFIRMED),
        ({"tutorId": "otto"}, CONFIRMED),
    ],
)
def test_a_tutor_has_one_confirmed_session_at_a_time(
    meetings: Meetings, about: dict[str, Any], outcome: tuple[str, str | None]
) -> None:
    meetings.command("s1")
    meetings.command("s2", **about)
    assert meetings.outcomes() == [CONFIRMED, outcome]


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([], CONFIRMED),
        (["confirm"], rejected("SLOT_TAKEN")),
        (["confirm", "complete"], rejected("SLOT_TAKEN")),
        (["confirm", "cancel"], CONFIRMED),
    ],
)
def test_a_slot_is_taken_by_what_was_confirmed_by_other_ways(
    meetings: Meetings, steps: list[str], outcome: tuple[str, str | None]
) -> None:
    meetings.book()
    for step in steps:
        meetings.move(step)
    meetings.command("s1")
    assert meetings.outcomes() == [outcome]


@pytest.mark.parametrize("at", ["2026-09-01T09:00:00Z", "2026-08-31T10:00:00Z"])
def test_a_session_that_would_have_begun_is_rejected(meetings: Meetings, at: str) -> None:
    meetings.command(scheduledAt=at)
    assert meetings.outcomes() == [rejected("IN_THE_PAST")]


def test_a_session_that_there_is_already_stays_what_it_is(meetings: Meetings) -> None:
    meetings.book("first", studentId="bob", tutorId="otto")
    meetings.command("s1", sessionId="first")
    assert meetings.outcomes() == [rejected("SESSION_EXISTS")]
    assert meetings.done("operator", "GET", "/sessions/first")["studentId"] == "bob"


def test_a_refund_cancels_the_session_and_keeps_it_so(meetings: Meetings) -> None:
    meetings.command("s1", message="m1")
    meetings.refund("s1")
    meetings.command("s1", message="m2")
    assert meetings.statuses() == [("ses-s1", "CANCELLED")]
    assert meetings.outcomes() == [CONFIRMED, rejected("PAYMENT_REFUNDED")]


def test_a_refund_that_overtook_the_command_prevents_the_session(meetings: Meetings) -> None:
    meetings.refund("s1")
    meetings.command("s1")
    assert meetings.outcomes() == [rejected("PAYMENT_REFUNDED")]
    assert meetings.statuses() == []


def test_a_refund_touches_no_other_saga_and_frees_the_time(meetings: Meetings) -> None:
    meetings.command("s1")
    meetings.command("s2", scheduledAt="2026-09-07T12:00:00Z")
    meetings.refund("s1")
    meetings.command("s3")
    assert meetings.statuses() == [("ses-s1", "CANCELLED"), ("ses-s2", "CONFIRMED"), ("ses-s3", "CONFIRMED")]


def test_a_rejection_keeps_its_reason_when_the_money_is_back(meetings: Meetings) -> None:
    meetings.command("s1", scheduledAt="2026-08-31T10:00:00Z")
    meetings.refund("s1")
    meetings.command("s1", message="m2")
    assert meetings.outcomes() == [rejected("IN_THE_PAST")] * 2


@pytest.mark.parametrize(
    ("name", "more"), [("PaymentSucceeded", {}), ("PaymentFailed", {"reason": "card declined", "declineCode": None})]
)
def test_news_of_a_payment_is_kept_once_and_confirms_nothing(
    meetings: Meetings, name: str, more: dict[str, str]
) -> None:
    meetings.book()
    for _ in range(2):
        meetings.tell("/events", name, PAYMENT | {"sagaId": "s1"} | more, "m1")
    assert [each["type"] for each in meetings.state()["inbox"]] == [name]
    assert (meetings.status(), meetings.announcements()) == ("PENDING_PAYMENT", [])


def test_what_a_message_says_beyond_what_we_know_is_ignored(meetings: Meetings) -> None:
    meetings.tell("/events", "PaymentSucceeded", PAYMENT | {"sagaId": "s1", "newer": 1})
    meetings.command("s1", newer=1)
    assert "newer" not in meetings.items("/sessions")[0]


def test_a_planted_fault_rejects_as_many_sessions_as_it_says(meetings: Meetings) -> None:
    meetings.done("", "POST", "/_sim/faults/rejected_session", {"reason": "TUTOR_ILL", "tutorId": "emmy"})
    meetings.command("s1", tutorId="otto")
    meetings.command("s2")
    meetings.command("s3")
    assert meetings.outcomes() == [CONFIRMED, rejected("TUTOR_ILL"), CONFIRMED]


def test_of_many_sagas_that_race_for_one_time_one_gets_its_session(meetings: Meetings) -> None:
    for hour in range(10, 18):
        at = f"2026-09-07T{hour}:00:00Z"
        race(*(partial(meetings.command, f"s{hour}-{number}", scheduledAt=at) for number in range(8)))
    assert Counter(meetings.outcomes()) == {CONFIRMED: 8, rejected("SLOT_TAKEN"): 56}
    assert [status for _, status in meetings.statuses()] == ["CONFIRMED"] * 8


def test_a_restart_loses_neither_sessions_nor_announcements(tmp_path: Path) -> None:
    before = Meetings(tmp_path / "meetings.jsonl")
    before.command("s1")
    before.notice()
    before.simulator.close()
    after = Meetings(tmp_path / "meetings.jsonl")
    assert after.statuses() == [("ses-s1", "CONFIRMED")]
    assert after.outcomes() == [CONFIRMED, ("NoticeSent", None)]
    after.command("s1", message="m2")
    after.notice("m2")
    assert after.outcomes() == [CONFIRMED, ("NoticeSent", None)] * 2
    assert len(after.items("/notices")) == 1
    after.simulator.close()
