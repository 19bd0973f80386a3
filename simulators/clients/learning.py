"""The learning-service: its courses, and who is enrolled."""

from http import HTTPStatus

from simulators.clients.control import CONTROL_PATH
from simulators.clients.http_client import Refused, ServiceClient
from simulators.kit.json_types import Json

ANY_COURSE = "/courses/*"  # A pattern, for faults.


class LearningClient(ServiceClient):
    """The learning-service as one caller sees it; a method raises Refused when the service says no."""

    def create_course(
        self,
        course_id: str,
        *,
        title: str = "",
        amount: int = 4900,
        currency: str = "EUR",
        published: bool = True,
    ) -> None:
        """Make a course with one lesson; `amount` in minor units."""
        price = {"amount": amount, "currency": currency}
        about = {"courseId": course_id, "tutorId": "tutor", "title": title or course_id.title(), "price": price}
        self.client.post("/courses", about)
        self.client.post(f"{course_path(course_id)}/lessons", {"title": "First steps"})
        if published:
            self.publish(course_id)

    def courses(self) -> list[Json]:
        """Return all courses, drafts too."""
        return list(self.client.items("/courses"))

    def find_course(self, course_id: str) -> Json | None:
        """Return the course, or None when there is none of that id."""
        try:
            return self.client.get(course_path(course_id))
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def publish(self, course_id: str) -> None:
        """Offer the course to students."""
        self.client.post(f"{course_path(course_id)}/publish")

    def unpublish(self, course_id: str) -> None:
        """Take the course back: from now on nobody is enrolled in it."""
        self.client.post(f"{course_path(course_id)}/unpublish")

    def reprice(self, course_id: str, *, amount: int, currency: str = "EUR") -> None:
        """Ask for another price from now on."""
        self.client.put(f"{course_path(course_id)}/price", {"amount": amount, "currency": currency})

    def enroll(self, course_id: str) -> str:
        """Ask for a seat, as the student who calls; returns the sagaId."""
        return str(self.client.post(enroll_path(course_id))["sagaId"])

    def announce(self, student_id: str, course_id: str) -> str:
        """Let the service announce a start that it would not have allowed; returns the sagaId."""
        body = {"studentId": student_id, "courseId": course_id}
        return str(self.client.post(f"{CONTROL_PATH}/announcements", body)["sagaId"])

    def enrollments(self, student_id: str | None = None) -> list[Json]:
        """Return the enrollments in all courses: everybody's, or one student's."""
        return list(self.client.items("/enrollments", studentId=student_id))


def course_path(course_id: str) -> str:
    """Return where the learning-service has this course."""
    return f"/courses/{course_id}"


def enroll_path(course_id: str) -> str:
    """Return where a student asks for a seat in this course."""
    return f"{course_path(course_id)}/enroll"
