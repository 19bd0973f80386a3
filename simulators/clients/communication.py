"""The communication-service as its operator sees it: sessions, and what people were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.clients.http_client import Client
    from simulators.kit.json_types import Json


class CommunicationSide:
    """Shows which sessions take place, and everybody's inbox."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def sessions(self) -> list[Json]:
        """Return the sessions that take place."""
        return list(self.client.items("/sessions", status="CONFIRMED"))

    def notices(self, saga_id: str | None = None) -> list[Json]:
        """Return what people were told: of everything, or of one saga."""
        return list(self.client.items("/notices", **({"sagaId": saga_id} if saga_id else {})))

    def book_otherwise(self, tutor_id: str, at: str, minutes: int) -> None:
        """Let somebody else have a session that was paid by other ways."""
        about = {"tutorId": tutor_id, "studentId": "somebody", "scheduledAt": at, "duration": minutes}
        session = self.client.post("/sessions", about)
        self.client.post(f"/sessions/{session['sessionId']}/confirm")
