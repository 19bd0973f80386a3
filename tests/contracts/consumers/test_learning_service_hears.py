from __future__ import annotations

from tests.contracts.consumers.listeners import Listener


def test_a_command_enrolls_the_student(school: Listener) -> None:
    with school.handling("CREATE_ENROLLMENT_RECORD"):
        assert school.shows_each("/enrollments", "studentId") == ["ada"]


def test_a_refund_takes_the_enrollment_back(school: Listener) -> None:
    school.has_handled("CREATE_ENROLLMENT_RECORD")
    assert school.shows_each("/enrollments", "studentId") == ["ada"]
    with school.handling("PaymentRefunded"):
        assert school.shows_each("/enrollments", "studentId") == []
