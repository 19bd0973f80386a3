"""What is said with the tutor-matching- and communication-services about a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from reference.domain.messages import Command, Event, Message, Reminder
from reference.domain.money import Money


@dataclass(frozen=True, kw_only=True)
class BookSessionInitiated(Message):
    """A student wants a session; our own API says so, nobody else."""

    text: ClassVar[str] = "The student asked for the session."
    student_id: str
    tutor_id: str
    scheduled_at: datetime
    duration: int  # Minutes.
    session_id: str


@dataclass(frozen=True, kw_only=True)
class CheckTutorAvailability(Command):
    """Is the tutor free then, and for how much? If so, keep the slot for this saga."""

    to: ClassVar[str] = "tutor_matching"
    student_id: str
    tutor_id: str
    scheduled_at: datetime
    duration: int
    session_id: str


@dataclass(frozen=True, kw_only=True)
class AvailabilityConfirmed(Event):
    """The slot is held, and the price agreed."""

    text: ClassVar[str] = "The tutor is free, for {price}; the slot is held until {hold_until:%H:%M} UTC."
    price: Money
    hold_until: datetime


@dataclass(frozen=True, kw_only=True)
class AvailabilityRejected(Event):
    """The tutor is not free."""

    text: ClassVar[str] = "The session cannot be booked: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class CreateConfirmedSession(Command):
    """Give the student what was paid for."""

    to: ClassVar[str] = "communication"
    session_id: str
    tutor_id: str
    student_id: str
    scheduled_at: datetime
    duration: int
    payment_id: str


@dataclass(frozen=True, kw_only=True)
class SessionConfirmed(Event):
    """The session takes place."""

    text: ClassVar[str] = "The session is confirmed."
    session_id: str
    meeting_link: str


@dataclass(frozen=True, kw_only=True)
class SessionRejected(Event):
    """The session will not take place."""

    text: ClassVar[str] = "The session was rejected: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReleaseTutorSlot(Command):
    """Keep the slot no longer, if it is kept at all."""

    to: ClassVar[str] = "tutor_matching"
    tutor_id: str


@dataclass(frozen=True, kw_only=True)
class TutorSlotReleased(Event):
    """Nothing is held for this saga."""

    text: ClassVar[str] = "The tutor's slot is free again."
    tutor_id: str


class AvailabilityUnanswered(Reminder):
    """The answer may be lost: ask again."""

    text: ClassVar[str] = "No answer yet; the tutor's availability is asked for again."


class AvailabilityOverdue(Reminder):
    """Nobody tells whether the tutor is free."""

    text: ClassVar[str] = "The tutor-matching-service did not answer for too long."
