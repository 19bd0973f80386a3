"""The learning-service as its operator sees it: courses, and who is enrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.clients.http_client import Client
    from simulators.kit.json_types import Json


class LearningSide:
    """Makes courses, and shows what became of the students."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def course(
        self,
        course_id: str,
        *,
        title: str = "",
        amount: int = 4900,
        currency: str = "EUR",
        published: bool = True,
    ) -> Json:
        """Make a course with one lesson; `amount` in minor units."""
        price = {"amount": amount, "currency": currency}
        about = {"courseId": course_id, "tutorId": "tutor", "title": title or course_id.title(), "price": price}
        self.client.post("/courses", about)
        self.client.post(f"/courses/{course_id}/lessons", {"title": "First steps"})
        if published:
            self.publish(course_id)
        return self.client.get(f"/courses/{course_id}")

    def publish(self, course_id: str) -> None:
        """Offer the course to students."""
        self.client.post(f"/courses/{course_id}/publish")

    def unpublish(self, course_id: str) -> None:
        """Take the course back: from now on nobody is enrolled in it."""
        self.client.post(f"/courses/{course_id}/unpublish")

    def reprice(self, course_id: str, *, amount: int, currency: str = "EUR") -> None:
        """Ask for another price from now on."""
        self.client.put(f"/courses/{course_id}/price", {"amount": amount, "currency": currency})

    def announce(self, student_id: str, course_id: str) -> str:
        """Let the service announce a start that it would not have allowed; returns the sagaId."""
        return str(self.client.post("/_sim/announcements", {"studentId": student_id, "courseId": course_id})["sagaId"])

    def enrollments(self) -> list[Json]:
        """Return everybody's enrollments, in all courses."""
        return list(self.client.items("/enrollments"))
