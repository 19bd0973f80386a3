"""What led a saga to where it is, as its page links to it."""

from __future__ import annotations

from simulators.console.causes import causes_of
from simulators.world.recorder import Exchange

AT = "2030-01-01T10:00:00+00:00"


def test_whoever_only_looks_has_moved_nothing() -> None:
    look = Exchange(AT, "student", "payment-service", "GET", "/sagas/saga_1", "200")
    asked = Exchange(AT, "payment-service", "learning-service", "GET", "/courses/french", "200")
    verified = [{"message": "CourseVerified", "at": AT}]
    assert causes_of(verified, [(3, look)]) == [None]
    assert causes_of(verified, [(2, asked), (3, look)]) == [2]
