"""The learning-service, which can also be asked about a course."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from reference.application.ports import OutboxMessage, UnavailableError
from reference.domain.enrollment import CourseUnavailable, CourseVerified, VerifyCourse
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.gateways.partner_service import PartnerService
from reference.wire import decode


@dataclass(frozen=True)
class Course:
    """The fields of a course that we read."""

    course_id: str
    title: str
    price: Money
    is_published: bool


class LearningService(PartnerService):
    """A partner service that answers VerifyCourse at once."""

    def send(self, outgoing: OutboxMessage) -> list[Message]:
        """Send a command or event, or look a course up; UnavailableError or RefusedError otherwise."""
        if isinstance(outgoing.message, VerifyCourse):
            return [self._verify(outgoing.message)]
        return super().send(outgoing)

    def _verify(self, request: VerifyCourse) -> Message:
        answer = self.call("GET", f"/courses/{quote(request.course_id, safe='')}")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return CourseUnavailable(saga_id=request.saga_id, reason="it does not exist")
        try:
            course: Course = decode(Course, self.require_accepted(answer).json())
        except (ValueError, RecursionError) as unreadable:  # Not an answer: the outcome is unknown.
            raise UnavailableError(f"the course cannot be read: {unreadable}") from unreadable
        if not course.is_published:
            return CourseUnavailable(saga_id=request.saga_id, reason="it is not published")
        return CourseVerified(saga_id=request.saga_id, title=course.title, price=course.price)
