"""What a story is: who buys what, what happens on the way, how it must end, and what that proves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.stories.scene import Scene


class Tell(Protocol):
    """Says a line to whoever watches; the tone is title, aside, message, trouble, quiet, good, bad or proven."""

    def __call__(self, line: str, tone: str = "quiet") -> None:
        """Say it."""
        ...


def silently(line: str, tone: str = "quiet") -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Thing:
    """What is bought: a course by its title and price, or a tutor's time by the hour; sums in cents."""

    id: str
    title: str
    amount: int
    minutes: int = 0

    @property
    def is_session(self) -> bool:
        """Whether it is a tutor's time."""
        return self.minutes > 0

    @property
    def opening(self) -> str:
        """What a student does to get it."""
        if not self.is_session:
            return f"enrolls in “{self.title}” for {self.amount / 100:.2f} EUR"
        return f"books {self.minutes} minutes with {self.title} for {self.amount * self.minutes / 6000:.2f} EUR"


@dataclass(frozen=True)
class Story:
    """One story as data; `name` is what commands and addresses call it."""

    name: str
    title: str
    student: str
    thing: Thing
    act: Callable[[Scene], None]
    """Everything that happens, from the wish to the last moment that has to pass."""
    outcome: str
    """How the saga ends, in the words of the wire."""
    ending: str
    """What the student has of it, `{student}` being the name."""
    proven: str
    """The one sentence that it is told for."""
    faults: tuple[int, ...] = ()
    """What goes wrong in it, by the numbers of the fault model."""

    @property
    def delivers(self) -> bool:
        """Whether the student gets the thing."""
        return self.outcome == "COMPLETED"

    @property
    def keeps_money(self) -> bool:
        """Whether the money is with the school at the end; while a person is waited for, it still is."""
        return self.outcome in ("COMPLETED", "PARKED")
