"""The certificate-service by its client."""

from __future__ import annotations

from simulators.clients.http_client import ServiceClient
from simulators.clients.messages import COMMANDS
from simulators.kit.json_types import Json


class CertificateClient(ServiceClient):
    """The certificate-service as one caller sees it; a method raises Refused when the service says no."""

    def certificates(self, student_id: str | None = None) -> list[Json]:
        """Return the certificates: everybody's, or one student's."""
        return list(self.client.items("/certificates", studentId=student_id))

    def issue(self, saga_id: str, student_id: str, course_id: str) -> None:
        """Command a certificate, as another service does."""
        data = {"sagaId": saga_id, "studentId": student_id, "courseId": course_id}
        about = {"specversion": "1.0", "id": f"{saga_id}:certificate", "source": "edtech.payment-service"}
        envelope = about | {"type": "ISSUE_CERTIFICATE", "subject": saga_id, "data": data}
        self.client.post(COMMANDS, envelope, **{"Content-Type": "application/cloudevents+json"})
