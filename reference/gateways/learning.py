"""Speaks to the learning-service."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from reference.application.ports import Errand, UnavailableError
from reference.domain.enrollment import CourseUnavailable, CourseVerified, VerifyCourse
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.gateways.neighbour import Neighbour
from reference.wire import decode


@dataclass(frozen=True)
class Course:
    """What we read of a course."""

    course_id: str
    title: str
    price: Money
    is_published: bool


class LearningService(Neighbour):
    """The neighbour that can also be asked about a course."""

    def perform(self, errand: Errand) -> list[Message]:
        """Say it, or ask; what is asked is answered at once."""
        if isinstance(errand.message, VerifyCourse):
            return [self._verify(errand.message)]
        return super().perform(errand)

    def _verify(self, asked: VerifyCourse) -> Message:
        answer = self.call("GET", f"/courses/{quote(asked.course_id, safe='')}")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return CourseUnavailable(saga_id=asked.saga_id, reason="it does not exist")
        try:
            course: Course = decode(Course, self.accepted(answer).json())
        except (ValueError, RecursionError) as unreadable:  # Not an answer: the outcome is unknown.
            raise UnavailableError(f"the course cannot be read: {unreadable}") from unreadable
        if not course.is_published:
            return CourseUnavailable(saga_id=asked.saga_id, reason="it is not published")
        return CourseVerified(saga_id=asked.saga_id, title=course.title, price=course.price)
