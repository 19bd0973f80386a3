"""What the tutors' service does not accept: it says why, names the field, and nothing has changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.refusals import (
    EVERYBODY,
    NOT_CURRENCIES,
    NOT_IDS,
    NOT_INSTANTS,
    NOT_MINUTES,
    NOT_NUMBERS,
    NOT_OBJECTS,
    NOT_TEXTS,
    Refusals,
    assert_refused,
    without,
)
from tests.unit.tutor_matching_simulator.tutoring import EMMY, RATE, TEN, WORKDAY, Tutoring

SLOT = {"tutorId": "emmy", "scheduledAt": TEN, "duration": 60}
CHECK = {"sagaId": "s1", "studentId": "ada", "sessionId": "ses-1", **SLOT}
NOT_ZONES = [None, "", "Berlin", "Mars/Olympus", "Europe", "../Europe/Berlin", "europe/berlin", 7, ["UTC"]]
NOT_WEEKS: list[Any] = [None, 7, "MONDAY", {}, [7], [[]], [WORKDAY] * 101]
NOT_TIMES: list[Any] = [None, "", "9:00", "09:60", "25:00", "24:01", "09:00:00", "٠٩:00", 9, ["09:00"]]
HOURS = "/tutors/emmy/availability"
BAD_BODIES = [
    *(("POST", "/tutors", without(EMMY, field), field) for field in ("name", "hourlyRate", "timeZone")),
    *(("POST", "/tutors", EMMY | {"name": bad}, "name") for bad in NOT_TEXTS),
    *(("POST", "/tutors", EMMY | {"tutorId": bad}, "tutorId") for bad in NOT_IDS),
    *(("POST", "/tutors", EMMY | {"timeZone": bad}, "timeZone") for bad in NOT_ZONES),
    *(("POST", "/tutors", EMMY | {"hourlyRate": bad}, "hourlyRate") for bad in NOT_OBJECTS),
    *(("POST", "/tutors", EMMY | {"hourlyRate": RATE | {"amount": bad}}, "amount") for bad in NOT_NUMBERS),
    ("POST", "/tutors", EMMY | {"weekly": []}, "weekly"),
    *(("PUT", "/tutors/emmy/hourly-rate", RATE | {"amount": bad}, "amount") for bad in NOT_NUMBERS),
    *(("PUT", "/tutors/emmy/hourly-rate", RATE | {"currency": bad}, "currency") for bad in NOT_CURRENCIES),
    *(("PUT", HOURS, {"weekly": bad}, "weekly") for bad in NOT_WEEKS),
    *(("PUT", HOURS, {"weekly": [WORKDAY, WORKDAY | {"day": bad}]}, "day") for bad in (None, "monday", 1, ["MONDAY"])),
    *(("PUT", HOURS, {"weekly": [WORKDAY | {"from": bad}]}, "from") for bad in NOT_TIMES),
    *(("PUT", HOURS, {"weekly": [WORKDAY | {"to": bad}]}, "to") for bad in [*NOT_TIMES, "09:00", "08:59"]),
    ("PUT", HOURS, {"weekly": [WORKDAY | {"week": 2}]}, "week"),
    ("PUT", HOURS, {"weekly": [], "timeZone": "UTC"}, "timeZone"),
    *(("POST", "/_sim/taken", without(SLOT, field), field) for field in SLOT),
    *(("POST", "/_sim/taken", SLOT | {"scheduledAt": bad}, "scheduledAt") for bad in NOT_INSTANTS),
    *(("POST", "/_sim/taken", SLOT | {"duration": bad}, "duration") for bad in NOT_MINUTES),
]
BAD_DATA = [
    *(("/commands", "CHECK_TUTOR_AVAILABILITY", without(CHECK, field), field) for field in CHECK),
    *(("/commands", "CHECK_TUTOR_AVAILABILITY", CHECK | {"tutorId": bad}, "tutorId") for bad in NOT_TEXTS),
    *(("/commands", "CHECK_TUTOR_AVAILABILITY", CHECK | {"scheduledAt": bad}, "scheduledAt") for bad in NOT_INSTANTS),
    *(("/commands", "CHECK_TUTOR_AVAILABILITY", CHECK | {"duration": bad}, "duration") for bad in NOT_MINUTES),
    ("/commands", "RELEASE_TUTOR_SLOT", {"tutorId": "emmy"}, "sagaId"),
    ("/commands", "RELEASE_TUTOR_SLOT", {"sagaId": "s1"}, "tutorId"),
    ("/commands", "AvailabilityConfirmed", CHECK, "type"),
    ("/commands", "SEND_NOTICE", CHECK, "type"),
]
BAD_SLOTS = [
    *(("from=" + bad, "from") for bad in ("", "now", "2026-09-07", "9999-01-01T00:00:00Z")),
    *(("to=" + bad, "to") for bad in ("", "2026-09-01T09:00:00Z", "2026-08-01T00:00:00Z", "2026-10-02T09:00:01Z")),
    *(("duration=" + bad, "duration") for bad in ("", "0", "14", "1441", "-60", "1.5", "x", "٦٠", "99999999999")),
]


@pytest.fixture
def neighbour(tutoring: Tutoring) -> Tutoring:
    tutoring.tutor()
    tutoring.check("s0", at="2026-09-07T14:00:00Z")
    tutoring.take("2026-09-07T07:00:00Z")
    return tutoring


class TestRefusals(Refusals):
    routes = (
        ("POST", "/tutors", {"operator"}),
        ("GET", "/tutors", EVERYBODY),
        ("GET", "/tutors/emmy", EVERYBODY),
        ("GET", "/tutors/emmy/slots", EVERYBODY),
        ("PUT", "/tutors/emmy/availability", {"operator"}),
        ("PUT", "/tutors/emmy/hourly-rate", {"operator"}),
        ("DELETE", "/tutors/emmy", {"operator"}),
        ("GET", "/holds", {"operator", "service"}),
        ("POST", "/commands", {"service"}),
    )
    doors = ("/commands",)
    command = ("CHECK_TUTOR_AVAILABILITY", CHECK)
    bad_bodies = BAD_BODIES
    bad_data = BAD_DATA
    object_paths = ("/tutors", "/_sim/taken")
    pages = ("/holds",)
    tables = ("tutors", "holds", "taken", "outcomes", "deliveries")


@pytest.mark.parametrize(("query", "field"), BAD_SLOTS)
def test_a_bad_question_for_slots_names_its_field(neighbour: Tutoring, query: str, field: str) -> None:
    assert_refused(neighbour.call("ada", "GET", f"/tutors/emmy/slots?{query}"), 400, field)


def test_what_is_not_there_is_not_found(neighbour: Tutoring) -> None:
    assert_refused(neighbour.call("ada", "GET", "/tutors/nobody/slots"), 404)
    assert_refused(neighbour.call("operator", "PUT", "/tutors/nobody/hourly-rate", RATE), 404)
    assert_refused(neighbour.call("", "POST", "/_sim/taken", SLOT | {"tutorId": "nobody"}), 404)
