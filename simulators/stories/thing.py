"""The thing that is bought in a story: a course, or a tutor's time."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.kit.currencies import money

CURRENCY = "EUR"  # In which all stories are told.


@dataclass(frozen=True)
class Thing:
    """A course by its title and price, or a tutor's time by the hour; sums in cents."""

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
        """What a student does to get it, and for how much."""
        if not self.is_session:
            return f"enrolls in “{self.title}” for {money(self.amount, CURRENCY)}"
        return f"books {self.minutes} minutes with {self.title} for {money(self.amount * self.minutes // 60, CURRENCY)}"
