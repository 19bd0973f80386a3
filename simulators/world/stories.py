"""Three short stories, told by the messages that really happen in them."""

from __future__ import annotations

from dataclasses import dataclass
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
    course: str
    act: Callable[[World, Student, str, Tell], str]
    outcome: str
    seats: int
    ending: str

    def must_end_as_told(self, world: World, saga_id: str) -> None:
        """Wait for the outcome, and believe it only when Stripe and the learning-service tell the same."""
        world.eventually(lambda: self._is_over(world, saga_id))
        world.settle()
        (intent,) = world.stripe.intents(saga_id)
        back = sum(each["amount"] for each in world.stripe.refunds(intent["id"]))
        seats = [each for each in world.learning.enrollments() if each["sagaId"] == saga_id]
        if (len(seats), intent["amount_received"] - back) != (self.seats, self.seats * intent["amount"]):
            raise AssertionError(f"{intent['amount_received']} taken, {back} given back, {len(seats)} seats")

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


STORIES = (
    Story("Bought", "ada", "algebra", _bought, "COMPLETED", 1, "ada is enrolled, and her money stays with the school"),
    Story(
        "Declined, then bought", "ben", "biology", _declined_then_bought, "COMPLETED", 1,
        "ben is enrolled, and was charged once",
    ),
    Story(
        "Rejected after the payment", "cleo", "chess", _rejected_after_payment, "REFUNDED", 0,
        "cleo has no seat, and all her money back",
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
    """Give the school its courses."""
    for course_id, (title, amount) in COURSES.items():
        world.learning.course(course_id, title=title, amount=amount)
