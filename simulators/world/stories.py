"""Five short stories, told by the messages that really happen in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.world.actors import Student
    from simulators.world.world import World


class Tell(Protocol):
    """Says a line to whoever watches; the tone is title, aside, message, quiet, good or bad."""

    def __call__(self, line: str, tone: str = "quiet") -> None:
        """Say it."""
        ...


@dataclass(frozen=True)
class Story:
    """Who buys what, what happens on the way, and how it must end."""

    title: str
    student: str
    opening: str
    thing: str
    act: Callable[[World, Student, str, Tell], str]
    outcome: str
    delivered: int
    ending: str

    def must_end_as_told(self, world: World, saga_id: str) -> None:
        """Wait for the outcome, and believe it only when Stripe and the learning-service tell the same."""
        world.eventually(lambda: self._is_over(world, saga_id))
        world.settle()
        (intent,) = world.stripe.intents(saga_id)
        back = sum(each["amount"] for each in world.stripe.refunds(intent["id"]))
        deliveries = world.learning.enrollments() + world.communication.sessions()
        delivered = [each for each in deliveries if each.get("sagaId") == saga_id]
        if (len(delivered), intent["amount_received"] - back) != (self.delivered, self.delivered * intent["amount"]):
            raise AssertionError(f"{intent['amount_received']} taken, {back} given back, {len(delivered)} deliveries")

    def _is_over(self, world: World, saga_id: str) -> bool:
        saga = world.payment.saga(saga_id)
        return bool(saga and saga["outcome"] == self.outcome)


def _bought(_: World, student: Student, course: str, tell: Tell) -> str:
    saga_id = student.enroll(course)
    student.client_secret(saga_id)
    tell(f"{student.name} pays with a good card", "aside")
    student.pays(saga_id)
    return saga_id


def _declined_then_bought(world: World, student: Student, course: str, tell: Tell) -> str:
    saga_id = student.enroll(course)
    student.client_secret(saga_id)
    tell(f"{student.name} pays with a card that has no money on it", "aside")
    why = student.tries(saga_id, "pm_card_visa_chargeDeclinedInsufficientFunds")
    world.settle()
    tell(f"declined ({why}), which is not the end: {student.name} takes another card", "aside")
    student.pays(saga_id, "pm_card_mastercard")
    return saga_id


def _rejected_after_payment(world: World, student: Student, course: str, tell: Tell) -> str:
    saga_id = student.enroll(course)
    student.client_secret(saga_id)
    tell(f"while {student.name} looks for the card, the tutor takes the course back", "aside")
    world.learning.unpublish(course)
    student.pays(saga_id)
    return saga_id


def _session_bought(world: World, student: Student, tutor: str, tell: Tell) -> str:
    saga_id = student.book(tutor, tomorrow(world), 60)
    student.client_secret(saga_id)
    tell(f"{student.name} pays while the slot is kept", "aside")
    student.pays(saga_id)
    return saga_id


def _session_rejected(world: World, student: Student, tutor: str, tell: Tell) -> str:
    saga_id = student.book(tutor, tomorrow(world), 45)
    student.client_secret(saga_id)
    tell(f"while {student.name} looks for the card, somebody else gets the tutor's time", "aside")
    world.communication.book_otherwise(tutor, tomorrow(world), 45)
    student.pays(saga_id)
    return saga_id


def tomorrow(world: World, hour: int = 10) -> str:
    """Return that hour of tomorrow, in UTC."""
    day = world.clock.now() + timedelta(days=1)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()


STORIES = (
    Story(
        "A course, bought", "ada", "enrolls in “Algebra from the start” for 49.00 EUR", "algebra",
        _bought, "COMPLETED", 1, "ada is enrolled, and her money stays with the school",
    ),
    Story(
        "A course, declined and then bought", "ben", "enrolls in “Biology in pictures” for 39.00 EUR", "biology",
        _declined_then_bought, "COMPLETED", 1, "ben is enrolled, and was charged once",
    ),
    Story(
        "A course, rejected after the payment", "cleo", "enrolls in “Chess for the patient” for 25.00 EUR", "chess",
        _rejected_after_payment, "REFUNDED", 0, "cleo has no seat, and all her money back",
    ),
    Story(
        "A session, booked and paid", "dan", "books an hour with Grace for 30.00 EUR", "grace",
        _session_bought, "COMPLETED", 1, "dan has the session, and a link to it",
    ),
    Story(
        "A session, taken by somebody else", "eve", "books 45 minutes with Alan for 30.00 EUR", "alan",
        _session_rejected, "REFUNDED", 0, "eve has all her money back, and the slot is not kept for her",
    ),
)  # fmt: skip
COURSES = {
    "algebra": ("Algebra from the start", 4900),
    "biology": ("Biology in pictures", 3900),
    "chess": ("Chess for the patient", 2500),
    "drawing": ("Drawing by hand", 1900),
}
"""What each costs, in cents; the last one is for the reader to buy."""


def furnish(world: World) -> None:
    """Give the school its courses and tutors."""
    for course_id, (title, amount) in COURSES.items():
        world.learning.course(course_id, title=title, amount=amount)
    world.tutors.tutor("grace", amount=3000)
    world.tutors.tutor("alan", amount=4000)
