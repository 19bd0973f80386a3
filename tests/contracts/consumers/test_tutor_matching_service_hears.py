from __future__ import annotations

from tests.contracts.consumers.listeners import Listener


def test_a_check_keeps_the_slot(tutors: Listener) -> None:
    with tutors.handling("CHECK_TUTOR_AVAILABILITY"):
        [hold] = tutors.shows("/holds")["items"]
        assert hold["status"] == "HELD"
        assert (hold["tutorId"], hold["scheduledAt"], hold["duration"]) == ("grace", "2026-09-02T10:00:00.000Z", 60)


def test_a_release_keeps_the_slot_no_longer(tutors: Listener) -> None:
    tutors.has_handled("CHECK_TUTOR_AVAILABILITY")
    assert tutors.shows_each("/holds", "status") == ["HELD"]
    with tutors.handling("RELEASE_TUTOR_SLOT"):
        assert tutors.shows_each("/holds", "status") == ["RELEASED"]
