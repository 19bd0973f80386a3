"""One run of a scenario, as the book shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulators.diagram.sequence import Sequence


class RunOutcome(StrEnum):
    """How a run came out."""

    HELD = "held"
    BROKEN = "did not hold"
    LEFT_OUT = "was left out"

    @property
    def sign(self) -> str:
        """What people see before the word."""
        return {"held": "✓", "did not hold": "✗"}.get(self, "○")


@dataclass(frozen=True)
class ScenarioRun:
    """How it came out, and why unless it held; what was said, what struck, and each saga's states."""

    outcome: RunOutcome
    reason: str
    diagram: Sequence
    strikes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether all was as the scenario says."""
        return self.outcome is RunOutcome.HELD
