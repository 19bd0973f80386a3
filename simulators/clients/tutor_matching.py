"""The tutor-matching-service: its tutors, and whose slots are held."""

from simulators.clients.control import CONTROL_PATH
from simulators.clients.http_client import ServiceClient
from simulators.kit.json_types import Json

EVERY_DAY = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ACTIVE = ("HELD", "TAKEN")


class TutorMatchingClient(ServiceClient):
    """The tutor-matching-service as one caller sees it; a method raises Refused when the service says no."""

    def hire(self, tutor_id: str, *, amount: int = 3000, currency: str = "EUR") -> None:
        """Add a tutor who is there every day from nine to five; `amount` an hour, in minor units."""
        rate = {"amount": amount, "currency": currency}
        about = {"tutorId": tutor_id, "name": tutor_id.title(), "hourlyRate": rate, "timeZone": "Europe/Berlin"}
        self.client.post("/tutors", about)
        hours = [{"day": day, "from": "09:00", "to": "17:00"} for day in EVERY_DAY]
        self.client.put(f"/tutors/{tutor_id}/availability", {"weekly": hours})

    def tutors(self) -> list[Json]:
        """Return all tutors."""
        return list(self.client.items("/tutors"))

    def slots(self, tutor_id: str, minutes: int) -> list[Json]:
        """Return a tutor's next slots of that length, free or not."""
        return list(self.client.get(f"/tutors/{tutor_id}/slots", duration=minutes)["items"])

    def give_away(self, tutor_id: str, at: str, minutes: int) -> None:
        """Let somebody else have this time, even if it is held."""
        body = {"tutorId": tutor_id, "scheduledAt": at, "duration": minutes}
        self.client.post(f"{CONTROL_PATH}/taken", body)

    def active_holds(self, saga_id: str | None = None) -> list[Json]:
        """Return the holds that keep a slot from others: all, or those of one saga."""
        return [each for each in self.client.items("/holds", sagaId=saga_id) if each["status"] in ACTIVE]
