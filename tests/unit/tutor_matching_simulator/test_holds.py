from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

from tests.unit.neighbour import race
from tests.unit.tutor_matching_simulator.tutoring import TEN, Tutoring

CONFIRMED, TAKEN = ("AvailabilityConfirmed", None), ("AvailabilityRejected", "SLOT_TAKEN")
MONDAY = "from=2026-09-07T08:00:00Z&to=2026-09-07T08:01:00Z"


def test_a_hold_that_nobody_released_counts_as_sold_from_hold_until_on(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1")
    tutoring.clock.advance(timedelta(minutes=15) - timedelta(milliseconds=1))
    assert (tutoring.holds(), tutoring.slots(MONDAY)) == ([("s1", "HELD")], [("07T08:00", "HELD")])
    tutoring.clock.advance(timedelta(milliseconds=1))
    assert (tutoring.holds(), tutoring.slots(MONDAY)) == ([("s1", "TAKEN")], [("07T08:00", "TAKEN")])
    tutoring.check("s2")
    assert tutoring.outcomes() == [CONFIRMED, TAKEN]


def test_a_hold_that_is_released_late_frees_its_slot(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1")
    tutoring.clock.advance(timedelta(hours=2))
    tutoring.release("s1")
    tutoring.check("s2")
    assert tutoring.holds() == [("s1", "RELEASED"), ("s2", "HELD")]


def test_a_lapsing_hold_ends_by_itself(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.done("", "POST", "/_sim/faults/lapsing_hold", {"tutorId": "em*"})
    tutoring.check("s1")
    tutoring.clock.advance(timedelta(minutes=14))
    tutoring.check("s2")
    tutoring.clock.advance(timedelta(minutes=1))
    tutoring.check("s3")
    assert tutoring.outcomes() == [CONFIRMED, TAKEN, CONFIRMED]
    assert tutoring.holds() == [("s1", "EXPIRED"), ("s3", "HELD")]


def test_a_hold_can_be_made_to_expire_at_any_moment(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1", message="m1")
    assert tutoring.done("", "POST", "/_sim/holds/s1/expire")["status"] == "EXPIRED"
    tutoring.check("s2")
    tutoring.check("s1", message="m2")
    assert tutoring.holds() == [("s1", "EXPIRED"), ("s2", "HELD")]
    assert tutoring.outcomes() == [CONFIRMED] * 3
    assert tutoring.call("", "POST", "/_sim/holds/s9/expire").status_code == 404


def test_a_hold_that_has_ended_stays_as_it_ended(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1")
    tutoring.release("s1")
    tutoring.done("", "POST", "/_sim/holds/s1/expire")
    tutoring.take()
    assert tutoring.holds() == [("s1", "RELEASED")]


def test_somebody_else_can_take_a_slot_before_anybody_asks(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.take(at="2026-09-07T08:45:00Z", duration=30)
    tutoring.check("s1", at=TEN)
    assert tutoring.outcomes() == [TAKEN]


def test_somebody_else_can_take_a_slot_that_is_held(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check("s1", at=TEN)
    tutoring.check("s2", at="2026-09-07T09:00:00Z")
    tutoring.take(at=TEN)
    assert tutoring.holds() == [("s1", "LOST"), ("s2", "HELD")]
    tutoring.release("s1")
    assert tutoring.slots(MONDAY) == [("07T08:00", "TAKEN")]


def test_holds_are_found_by_saga_and_by_tutor_page_by_page(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.tutor(tutor_id="otto")
    tutoring.check("s1")
    tutoring.check("s2", tutor_id="otto")
    tutoring.check("s3", at="2026-09-07T09:00:00Z")
    assert tutoring.holds("?sagaId=s2") == [("s2", "HELD")]
    assert tutoring.holds("?tutorId=emmy") == [("s1", "HELD"), ("s3", "HELD")]
    first = tutoring.done("service", "GET", "/holds?limit=2")
    assert tutoring.holds(f"?cursor={first['nextCursor']}") == [("s3", "HELD")]


def test_of_many_bookings_that_race_for_one_slot_one_wins(tutoring: Tutoring) -> None:
    tutoring.tutor()
    for hour in range(7, 15):
        racers = [partial(tutoring.check, f"s{hour}-{n}", f"2026-09-07T{hour:02}:00:00Z") for n in range(8)]
        race(*racers)
    assert Counter(tutoring.outcomes()) == {CONFIRMED: 8, TAKEN: 56}
    assert [status for _, status in tutoring.holds()] == ["HELD"] * 8


def test_a_check_and_its_release_that_race_leave_no_hold(tutoring: Tutoring) -> None:
    tutoring.tutor()
    for number in range(20):
        race(partial(tutoring.check, f"s{number}"), partial(tutoring.release, f"s{number}"))
    assert "HELD" not in {status for _, status in tutoring.holds()}
    assert tutoring.slots(MONDAY) == [("07T08:00", "FREE")]
