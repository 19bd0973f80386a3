from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.tutor_matching_simulator.tutoring import RATE, TEN, Tutoring

CONFIRMED, RELEASED = ("AvailabilityConfirmed", None), ("TutorSlotReleased", None)
PRICE = {"amount": 4000, "currency": "EUR"}


def rejected(reason: str) -> tuple[str, str]:
    return ("AvailabilityRejected", reason)


def test_a_free_slot_is_held_for_fifteen_minutes_at_its_price(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1")
    (event,) = tutoring.announcements()
    until = "2026-09-01T09:15:00.000Z"
    assert (event["source"], event["subject"]) == ("edtech.tutor-matching-service", "s1")
    assert event["type"] == "AvailabilityConfirmed"
    assert event["data"] == {"sagaId": "s1", "price": PRICE, "holdUntil": until}
    (hold,) = tutoring.items("/holds")
    assert hold == {
        "sagaId": "s1",
        "studentId": "ada",
        "sessionId": "ses-s1",
        "tutorId": "emmy",
        "scheduledAt": TEN,
        "duration": 60,
        "price": PRICE,
        "holdUntil": until,
        "status": "HELD",
    }


def test_how_long_a_slot_is_held_can_be_chosen_and_no_hold_outlasts_the_beginning() -> None:
    tutoring = Tutoring(hold=timedelta(days=6))
    tutoring.tutor()
    tutoring.check("s1", at="2026-09-07T07:00:00Z", duration=15)
    tutoring.check("s2", at="2026-09-07T14:00:00Z")
    assert [each["holdUntil"] for each in tutoring.items("/holds")] == [
        "2026-09-07T07:00:00.000Z",
        "2026-09-07T09:00:00.000Z",
    ]


@pytest.mark.parametrize(
    ("rate", "minutes", "price"),
    [(4000, 90, 6000), (100, 1, 2), (90, 1, 2), (89, 1, 1), (30, 1, 1), (29, 1, 0), (0, 60, 0), (4999, 50, 4166)],
)
def test_the_price_is_rounded_half_up_to_the_minor_unit(
    tutoring: Tutoring, rate: int, minutes: int, price: int
) -> None:
    tutoring.tutor(hourlyRate={"amount": rate, "currency": "JPY"})
    tutoring.check(duration=minutes)
    (event,) = tutoring.announcements()
    assert event["data"]["price"] == {"amount": price, "currency": "JPY"}


@pytest.mark.parametrize("second", ["m1", "m2"], ids=["the same message", "a new message"])
def test_a_check_asked_again_announces_the_same_outcome_again(tutoring: Tutoring, second: str) -> None:
    tutoring.tutor()
    tutoring.check(message="m1")
    tutoring.done("operator", "PUT", "/tutors/emmy/hourly-rate", RATE | {"amount": 1})
    tutoring.clock.advance(timedelta(minutes=5))
    tutoring.check(message=second)
    one, other = tutoring.announcements()
    assert one["data"] == other["data"]
    assert one["id"] != other["id"]
    assert tutoring.holds() == [("s1", "HELD")]


def test_a_rejection_stays_a_rejection(tutoring: Tutoring) -> None:
    tutoring.check(message="m1")
    tutoring.tutor()
    tutoring.check(message="m2")
    assert tutoring.outcomes() == [rejected("TUTOR_NOT_FOUND")] * 2
    assert tutoring.holds() == []


@pytest.mark.parametrize("at", ["2026-09-01T09:00:00Z", "2026-08-31T08:00:00Z"])
def test_what_has_begun_cannot_be_booked(tutoring: Tutoring, at: str) -> None:
    tutoring.tutor({"day": "MONDAY", "from": "00:00", "to": "24:00"})
    tutoring.check(at=at)
    assert tutoring.outcomes() == [rejected("IN_THE_PAST")]


def test_outside_of_the_tutors_hours_nothing_can_be_booked(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1", at="2026-09-07T14:30:00Z", duration=60)
    tutoring.check("s2", at="2026-09-07T14:30:00Z", duration=30)
    assert tutoring.outcomes() == [rejected("NOT_AVAILABLE"), CONFIRMED]


@pytest.mark.parametrize(
    ("at", "minutes", "outcome"),
    [
        ("2026-09-07T08:59:00Z", 60, rejected("SLOT_TAKEN")),
        ("2026-09-07T07:30:00Z", 31, rejected("SLOT_TAKEN")),
        ("2026-09-07T07:00:00Z", 240, rejected("SLOT_TAKEN")),
        ("2026-09-07T08:15:00Z", 15, rejected("SLOT_TAKEN")),
        ("2026-09-07T09:00:00Z", 60, CONFIRMED),
        ("2026-09-07T07:00:00Z", 60, CONFIRMED),
    ],
)
def test_two_sagas_never_hold_any_time_of_a_tutor_together(
    tutoring: Tutoring, at: str, minutes: int, outcome: tuple[str, str | None]
) -> None:
    tutoring.tutor()
    tutoring.check("s1", at=TEN, duration=60)
    tutoring.check("s2", at=at, duration=minutes)
    assert tutoring.outcomes() == [CONFIRMED, outcome]


def test_two_tutors_can_be_booked_at_the_same_time(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.tutor(tutor_id="otto")
    tutoring.check("s1")
    tutoring.check("s2", tutor_id="otto")
    assert tutoring.outcomes() == [CONFIRMED, CONFIRMED]


def test_a_released_slot_is_free_for_others(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1")
    tutoring.release("s1")
    tutoring.check("s2")
    assert tutoring.outcomes() == [CONFIRMED, RELEASED, CONFIRMED]
    assert tutoring.announcements()[1]["data"] == {"sagaId": "s1", "tutorId": "emmy"}
    assert tutoring.holds() == [("s1", "RELEASED"), ("s2", "HELD")]


def test_a_release_is_announced_each_time_also_when_nothing_was_held(tutoring: Tutoring) -> None:
    tutoring.release("s1")
    tutoring.release("s1")
    assert tutoring.outcomes() == [RELEASED, RELEASED]
    assert tutoring.holds() == []


def test_a_release_that_overtook_the_check_leaves_no_hold(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.release("s1")
    tutoring.check("s1")
    assert tutoring.outcomes() == [RELEASED, rejected("RELEASED")]
    assert tutoring.holds() == []


def test_a_check_that_comes_again_after_the_release_leaves_no_hold(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1", message="m1")
    tutoring.release("s1")
    tutoring.check("s1", message="m2")
    assert tutoring.outcomes() == [CONFIRMED, RELEASED, rejected("RELEASED")]
    assert tutoring.holds() == [("s1", "RELEASED")]


def test_a_rejection_keeps_its_reason_after_a_release(tutoring: Tutoring) -> None:
    tutoring.check("s1", message="m1")
    tutoring.release("s1")
    tutoring.check("s1", message="m2")
    assert tutoring.outcomes() == [rejected("TUTOR_NOT_FOUND"), RELEASED, rejected("TUTOR_NOT_FOUND")]


def test_a_release_touches_no_other_saga(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1")
    tutoring.release("s2")
    assert tutoring.holds() == [("s1", "HELD")]


def test_a_planted_fault_rejects_as_many_checks_as_it_says(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.done("", "POST", "/_sim/faults/rejected_availability", {"reason": "TUTOR_LEFT"})
    tutoring.check("s1")
    tutoring.check("s2")
    assert tutoring.outcomes() == [rejected("TUTOR_LEFT"), CONFIRMED]


def test_a_lost_answer_leaves_the_check_done(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.done("", "POST", "/_sim/faults/server_error_after", {"path": "/commands"})
    data = {"sagaId": "s1", "studentId": "ada", "tutorId": "emmy", "scheduledAt": TEN, "duration": 60}
    asked = data | {"sessionId": "ses-s1"}
    assert tutoring.say("/commands", "CHECK_TUTOR_AVAILABILITY", asked).status_code == 500
    tutoring.check("s1")
    assert tutoring.outcomes() == [CONFIRMED, CONFIRMED]
    assert tutoring.holds() == [("s1", "HELD")]


def test_a_restart_loses_neither_holds_nor_announcements(tmp_path: Path) -> None:
    before = Tutoring(tmp_path / "tutors.jsonl")
    before.tutor()
    before.check("s1")
    before.simulator.close()
    after = Tutoring(tmp_path / "tutors.jsonl")
    assert after.holds() == [("s1", "HELD")]
    assert after.outcomes() == [CONFIRMED]
    after.check("s2")
    assert after.outcomes() == [CONFIRMED, rejected("SLOT_TAKEN")]
    after.simulator.close()
