"""What an invariant is: a numbered promise, and a way to see that it was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.judge.evidence import Evidence

Found = Iterator[tuple[str, str]]
"""What is wrong: the saga, and what was found."""


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold, and where."""

    number: int
    name: str
    saga_id: str
    found: str

    def __str__(self) -> str:
        return f"invariant {self.number} ({self.name}) is violated by saga {self.saga_id or '?'}: {self.found}"


@dataclass(frozen=True)
class Invariant:
    """One promise, and how to see that it was kept."""

    number: int
    name: str
    check: Callable[[Evidence], Found]

    @property
    def promise(self) -> str:
        """The promise in a sentence."""
        return self.check.__doc__ or ""

    def violations(self, evidence: Evidence) -> Iterator[Violation]:
        """Yield each place where it was not kept."""
        for saga_id, found in self.check(evidence):
            yield Violation(self.number, self.name, saga_id, found)


INVARIANTS: list[Invariant] = []


def invariant(number: int, name: str) -> Callable[[Callable[[Evidence], Found]], Callable[[Evidence], Found]]:
    """Add the function to the invariants, under its number in the fault model."""

    def added(check: Callable[[Evidence], Found]) -> Callable[[Evidence], Found]:
        INVARIANTS.append(Invariant(number, name, check))
        return check

    return added
