"""A story as data: who buys what, what happens on the way, how it must end, and what that proves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulators.stories.scene import Scene
from simulators.stories.thing import Thing


@dataclass(frozen=True)
class Story:
    """One story; `name` is what commands and addresses call it."""

    name: str
    title: str
    student: str
    thing: Thing
    act: Callable[[Scene], None]  # Everything that happens, from the wish to the last moment that has to pass.
    outcome: str  # How the saga ends, in the words of the wire.
    ending: str  # What the student has of it, `{student}` being the name.
    proven: str  # The one sentence that it is told for.
    faults: tuple[int, ...] = ()  # What goes wrong in it, by the numbers of the fault model.

    @property
    def delivers(self) -> bool:
        """Whether the student gets the thing."""
        return self.outcome == "COMPLETED"

    @property
    def keeps_money(self) -> bool:
        """Whether the money is with the school at the end; while a person is waited for, it still is."""
        return self.outcome in ("COMPLETED", "PARKED")
