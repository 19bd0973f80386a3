"""Faults that only a service of tutors can have."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

from simulators.kit.faults.fault import Fault


@dataclass(kw_only=True)
class TutorFault(Fault):
    """Strikes requests for a slot of these tutors."""

    tutor_id: str = "*"

    def covers(self, *where: str) -> bool:
        """Tell whether this tutor is meant."""
        return fnmatch(where[0], self.tutor_id)


@dataclass(kw_only=True)
class RejectedAvailability(TutorFault):
    """A free slot that was asked for is refused, although nothing speaks against it."""

    reason: str = "TUTOR_ON_LEAVE"


@dataclass(kw_only=True)
class LapsingHold(TutorFault):
    """The hold ends by itself at its holdUntil, even if it was paid: whoever asks next gets the slot."""
