"""The communication-service: its sessions, and what people were told."""

from simulators.clients.http_client import ServiceClient
from simulators.kit.json_types import Json


class CommunicationClient(ServiceClient):
    """The communication-service as one caller sees it; a method raises Refused when the service says no."""

    def sessions(self, saga_id: str | None = None) -> list[Json]:
        """Return the sessions that take place: all, or those of one saga."""
        return list(self.client.items("/sessions", sagaId=saga_id, status="CONFIRMED"))

    def notices(self, saga_id: str | None = None, person_id: str | None = None) -> list[Json]:
        """Return what people were told: of everything, of one saga, or one person."""
        return list(self.client.items("/notices", sagaId=saga_id, personId=person_id))

    def book_otherwise(self, tutor_id: str, at: str, minutes: int) -> None:
        """Let somebody else have a session that was paid by other ways."""
        about = {"tutorId": tutor_id, "studentId": "somebody", "scheduledAt": at, "duration": minutes}
        session = self.client.post("/sessions", about)
        self.client.post(f"/sessions/{session['sessionId']}/confirm")
