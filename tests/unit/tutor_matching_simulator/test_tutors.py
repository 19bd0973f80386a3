from __future__ import annotations

from tests.unit.neighbour import START
from tests.unit.tutor_matching_simulator.tutoring import EMMY, WORKDAY, Tutoring


def test_a_new_tutor_has_no_hours_yet(tutoring: Tutoring) -> None:
    made = tutoring.call("operator", "POST", "/tutors", EMMY)
    assert (made.status_code, made.headers["Location"]) == (201, "/tutors/emmy")
    assert made.json == EMMY | {"weekly": []}
    assert tutoring.slots("") == []


def test_a_tutor_gets_an_id_when_none_is_chosen(tutoring: Tutoring) -> None:
    made = tutoring.done("operator", "POST", "/tutors", {k: v for k, v in EMMY.items() if k != "tutorId"})
    assert tutoring.done("service", "GET", f"/tutors/{made['tutorId']}") == made


def test_two_tutors_cannot_have_one_id(tutoring: Tutoring) -> None:
    tutoring.tutor()
    assert tutoring.call("operator", "POST", "/tutors", EMMY | {"name": "Other"}).status_code == 409
    assert tutoring.done("service", "GET", "/tutors/emmy")["name"] == "Emmy"


def test_hours_and_rate_can_change(tutoring: Tutoring) -> None:
    tutoring.tutor()
    free = {"amount": 0, "currency": "JPY"}
    tutoring.done("operator", "PUT", "/tutors/emmy/hourly-rate", free)
    tutoring.done("operator", "PUT", "/tutors/emmy/availability", {"weekly": []})
    assert tutoring.done("ada", "GET", "/tutors/emmy") == EMMY | {"hourlyRate": free, "weekly": []}


def test_a_deleted_tutor_is_gone_and_the_holds_stay_on_record(tutoring: Tutoring) -> None:
    tutoring.tutor()
    tutoring.check()
    assert tutoring.call("operator", "DELETE", "/tutors/emmy").status_code == 204
    assert tutoring.call("service", "GET", "/tutors/emmy").status_code == 404
    assert tutoring.call("operator", "DELETE", "/tutors/emmy").status_code == 404
    assert tutoring.holds() == [("s1", "HELD")]


def test_tutors_are_listed_page_by_page(tutoring: Tutoring) -> None:
    for name in ("one", "two", "three"):
        tutoring.tutor(tutor_id=name)
    first = tutoring.done("ada", "GET", "/tutors?limit=2")
    rest = tutoring.items(f"/tutors?limit=2&cursor={first['nextCursor']}", "ada")
    assert [each["tutorId"] for each in first["items"] + rest] == ["one", "two", "three"]


def test_slots_are_the_hours_cut_in_pieces_with_a_price(tutoring: Tutoring) -> None:
    tutoring.tutor({"day": "MONDAY", "from": "09:00", "to": "11:15"})
    assert tutoring.slots("duration=60") == [("07T07:00", "FREE"), ("07T08:00", "FREE")]
    first, *_ = tutoring.items("/tutors/emmy/slots?duration=45", "ada")
    assert first == {
        "scheduledAt": "2026-09-07T07:00:00.000Z",
        "endsAt": "2026-09-07T07:45:00.000Z",
        "duration": 45,
        "price": {"amount": 3000, "currency": "EUR"},
        "status": "FREE",
    }


def test_slots_show_what_is_held_and_what_is_taken(tutoring: Tutoring) -> None:
    tutoring.tutor({"day": "MONDAY", "from": "09:00", "to": "13:00"})
    tutoring.check(at="2026-09-07T08:30:00Z", duration=60)
    tutoring.take(at="2026-09-07T10:00:00Z", duration=15)
    assert [status for _, status in tutoring.slots("")] == ["FREE", "HELD", "HELD", "TAKEN"]


def test_slots_are_listed_for_a_week_or_for_as_long_as_asked(tutoring: Tutoring) -> None:
    tutoring.tutor({"day": "TUESDAY", "from": "12:00", "to": "13:00"})
    assert START.strftime("%A %H:%M") == "Tuesday 09:00"
    assert tutoring.slots("") == [("01T10:00", "FREE")]
    assert tutoring.slots("from=2026-09-01T10:00:01Z&to=2026-09-15T10:00:01Z") == [
        ("08T10:00", "FREE"),
        ("15T10:00", "FREE"),
    ]


def test_slots_that_have_begun_are_not_listed(tutoring: Tutoring) -> None:
    tutoring.tutor(WORKDAY | {"day": "TUESDAY", "from": "10:00", "to": "13:00"})
    assert tutoring.slots("from=2026-09-01T00:00:00Z") == [("01T10:00", "FREE")]


def test_hours_that_overlap_give_each_slot_once(tutoring: Tutoring) -> None:
    tutoring.tutor(WORKDAY | {"to": "11:00"}, WORKDAY | {"to": "12:00"})
    assert [at for at, _ in tutoring.slots("")] == ["07T07:00", "07T08:00", "07T09:00"]
