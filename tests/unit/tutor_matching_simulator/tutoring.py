"""A service of tutors under test, and what its operator and the payment-service do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulators.tutor_matching.app import create_app
from tests.unit.neighbour import Neighbour

RATE = {"amount": 4000, "currency": "EUR"}
EMMY = {"tutorId": "emmy", "name": "Emmy", "hourlyRate": RATE, "timeZone": "Europe/Berlin"}
WORKDAY: dict[str, Any] = {"day": "MONDAY", "from": "09:00", "to": "17:00"}
TEN = "2026-09-07T08:00:00Z"
"""Ten o'clock on Emmy's wall, on the Monday after the tests begin."""


class Tutoring(Neighbour):
    def __init__(self, state_path: Path | None = None, **options: Any) -> None:
        super().__init__(create_app, state_path, **options)

    def tutor(self, *hours: dict[str, str], tutor_id: str = "emmy", **about: Any) -> None:
        """Make a tutor with these hours, or a Monday from nine to five."""
        self.done("operator", "POST", "/tutors", EMMY | {"tutorId": tutor_id} | about)
        self.done("operator", "PUT", f"/tutors/{tutor_id}/availability", {"weekly": list(hours) or [WORKDAY]})

    def check(
        self, saga: str = "s1", at: str = TEN, duration: int = 60, tutor_id: str = "emmy", message: str = "m1"
    ) -> None:
        data = {"sagaId": saga, "studentId": "ada", "sessionId": f"ses-{saga}"}
        slot = {"tutorId": tutor_id, "scheduledAt": at, "duration": duration}
        self.tell("/commands", "CHECK_TUTOR_AVAILABILITY", data | slot, message)

    def release(self, saga: str = "s1") -> None:
        self.tell("/commands", "RELEASE_TUTOR_SLOT", {"sagaId": saga, "tutorId": "emmy"}, f"release-{saga}")

    def take(self, at: str = TEN, duration: int = 60) -> None:
        self.done("", "POST", "/_sim/taken", {"tutorId": "emmy", "scheduledAt": at, "duration": duration})

    def holds(self, query: str = "") -> list[tuple[str, str]]:
        return [(each["sagaId"], each["status"]) for each in self.items(f"/holds{query}")]

    def slots(self, query: str, tutor_id: str = "emmy") -> list[tuple[str, str]]:
        """When they begin (a day of the month and a time, UTC), and whether they are free."""
        found = self.items(f"/tutors/{tutor_id}/slots?{query}", "ada")
        return [(each["scheduledAt"][8:16], each["status"]) for each in found]
