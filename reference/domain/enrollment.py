"""The messages of an enrollment, between the payment-service and the learning-service."""

from __future__ import annotations

from typing import ClassVar

from reference.domain.messages import Command, Deadline, Event, Message, Request
from reference.domain.money import Money


class EnrollInCourseInitiated(Event):
    """A student wants to buy a course."""

    text: ClassVar[str] = "The student asked for the course."
    student_id: str
    course_id: str


class VerifyCourse(Request):
    """Does the course exist, is it published, what does it cost?"""

    to: ClassVar[str] = "learning"
    course_id: str


class CourseVerified(Message):
    """The price is agreed from here on, whatever the course costs later."""

    text: ClassVar[str] = "The course {title!r} is published and costs {price}."
    title: str
    price: Money


class CourseUnavailable(Message):
    """Nothing to sell."""

    text: ClassVar[str] = "The course cannot be bought: {reason}."
    reason: str


class CreateEnrollmentRecord(Command):
    """Give the student what was paid for."""

    to: ClassVar[str] = "learning"
    student_id: str
    course_id: str
    payment_id: str


class EnrollmentConfirmed(Event):
    """The student has the course."""

    text: ClassVar[str] = "The student is enrolled."
    enrollment_id: str
    course_id: str
    student_id: str


class EnrollmentRejected(Event):
    """The student will not have the course."""

    text: ClassVar[str] = "The enrollment was rejected: {reason}."
    reason: str


class VerificationOverdue(Deadline):
    """Nobody answers what the course costs."""

    text: ClassVar[str] = "The learning-service did not answer for too long."
