"""Faults that only a service of sessions can have."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

from simulators.kit.faults.fault import Fault


@dataclass(kw_only=True)
class RejectedSession(Fault):
    """A session that was asked for is rejected, although nothing speaks against it."""

    reason: str = "NO_ROOM"
    tutor_id: str = "*"

    def covers(self, *where: str) -> bool:
        """Tell whether this tutor is meant."""
        return fnmatch(where[0], self.tutor_id)
