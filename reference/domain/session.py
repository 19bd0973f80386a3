"""The messages of a session, with the tutor-matching-service and the communication-service."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from reference.domain.messages import Command, Deadline, Event, Message
from reference.domain.money import Money


class BookSessionInitiated(Message):
    """A student wants a session; our own API says so, nobody else."""

    text: ClassVar[str] = "The student asked for the session."
    student_id: str
    tutor_id: str
    scheduled_at: datetime
    duration: int  # Minutes.
    session_id: str


class CheckTutorAvailability(Command):
    """Is the tutor free then, and for how much? If so, keep the slot for this saga."""

    to: ClassVar[str] = "tutor_matching"
    student_id: str
    tutor_id: str
    scheduled_at: datetime
    duration: int
    session_id: str


class AvailabilityConfirmed(Event):
    """The slot is held, and the price agreed."""

    text: ClassVar[str] = "The tutor is free, for {price}; the slot is held until {hold_until:%H:%M} UTC."
    price: Money
    hold_until: datetime


class AvailabilityRejected(Event):
    """The tutor is not free."""

    text: ClassVar[str] = "The session cannot be booked: {reason}."
    reason: str


class CreateConfirmedSession(Command):
    """Give the student what was paid for."""

    to: ClassVar[str] = "communication"
    session_id: str
    tutor_id: str
    student_id: str
    scheduled_at: datetime
    duration: int
    payment_id: str


class SessionConfirmed(Event):
    """The session takes place."""

    text: ClassVar[str] = "The session is confirmed."
    session_id: str
    meeting_link: str


class SessionRejected(Event):
    """The session will not take place."""

    text: ClassVar[str] = "The session was rejected: {reason}."
    reason: str


class ReleaseTutorSlot(Command):
    """Keep the slot no longer, if it is kept at all."""

    to: ClassVar[str] = "tutor_matching"
    tutor_id: str


class TutorSlotReleased(Event):
    """Nothing is held for this saga."""

    text: ClassVar[str] = "The tutor's slot is free again."
    tutor_id: str


class AvailabilityUnanswered(Deadline):
    """The answer may be lost: ask again."""

    text: ClassVar[str] = "No answer yet; the tutor's availability is asked for again."


class AvailabilityOverdue(Deadline):
    """Nobody answers whether the tutor is free."""

    text: ClassVar[str] = "The tutor-matching-service did not answer for too long."
