"""What is said about a bundle of a course and a session; of its parts all is said already."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from reference.domain.messages import Command, Deadline, Event
from reference.domain.money import Money


class BuyBundleInitiated(Event):
    """A student wants a bundle."""

    text: ClassVar[str] = "The student asked for the bundle."
    student_id: str
    bundle_id: str
    course_id: str
    tutor_id: str
    scheduled_at: datetime
    duration: int  # Minutes.
    session_id: str


class OfferBundle(Command):
    """What does the bundle cost?"""

    to: ClassVar[str] = "shop"
    bundle_id: str


class BundleOffered(Event):
    """The price is agreed from here on."""

    text: ClassVar[str] = "The bundle {title!r} costs {price}."
    title: str
    price: Money


class BundleSoldOut(Event):
    """Nothing to sell."""

    text: ClassVar[str] = "The bundle is sold out."


class OfferOverdue(Deadline):
    """Nobody tells what the bundle costs."""

    text: ClassVar[str] = "The shop did not answer for too long."
