"""The tutor-matching-service as its operator sees it: tutors, and whose slots are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.clients.http_client import Client
    from simulators.kit.json_types import Json

EVERY_DAY = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
KEPT = ("HELD", "TAKEN")


class TutorSide:
    """Hires tutors, and shows what they have promised to whom."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def tutor(self, tutor_id: str, *, amount: int = 3000, currency: str = "EUR") -> None:
        """Hire a tutor who is there every day from nine to five; `amount` an hour, in minor units."""
        rate = {"amount": amount, "currency": currency}
        about = {"tutorId": tutor_id, "name": tutor_id.title(), "hourlyRate": rate, "timeZone": "Europe/Berlin"}
        self.client.post("/tutors", about)
        hours = [{"day": day, "from": "09:00", "to": "17:00"} for day in EVERY_DAY]
        self.client.put(f"/tutors/{tutor_id}/availability", {"weekly": hours})

    def give_away(self, tutor_id: str, at: str, minutes: int) -> None:
        """Let somebody else have this time, even if it is held."""
        self.client.post("/_sim/taken", {"tutorId": tutor_id, "scheduledAt": at, "duration": minutes})

    def kept(self) -> list[Json]:
        """Return the holds that keep a slot from others."""
        return [each for each in self.client.items("/holds") if each["status"] in KEPT]
