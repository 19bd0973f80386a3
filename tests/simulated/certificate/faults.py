"""Faults that only a certificate-service can have."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

from simulators.kit.faults.fault import Fault


@dataclass(kw_only=True)
class RejectedCertificate(Fault):
    """A certificate that was asked for is rejected, although nothing speaks against it."""

    reason: str = "COURSE_NOT_FINISHED"
    course_id: str = "*"

    def covers(self, *where: str) -> bool:
        """Tell whether this course is meant."""
        return fnmatch(where[0], self.course_id)
