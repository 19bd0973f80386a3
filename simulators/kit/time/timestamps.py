"""Timestamps on the wire, ISO 8601 in UTC, and the spans of time that one of them and some minutes make."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from simulators.kit.http.validation import Shape, text
from simulators.kit.json_types import Json

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)")
YEARS = range(1970, 3000)
LONGEST_MINUTES = 24 * 60


class TimeSpan(NamedTuple):
    """A stretch of time, its end excluded."""

    start: datetime
    end: datetime

    def overlaps(self, other: TimeSpan) -> bool:
        """Tell whether they share any time; to adjoin is not to overlap."""
        return self.start < other.end and other.start < self.end


def span(slot: Json) -> TimeSpan:
    """Return the time that a document's `scheduledAt` and `duration` (minutes) stand for."""
    start = datetime.fromisoformat(slot["scheduledAt"])
    return TimeSpan(start, start + timedelta(minutes=slot["duration"]))


def format_instant(at: datetime) -> str:
    """Return an instant in UTC as it is written on the wire, with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
    """Demand an instant in UTC, in years that calendars can still add days to."""
    why = "must be an ISO 8601 instant in UTC such as 2026-09-07T10:00:00Z"
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return why
    try:
        return None if datetime.fromisoformat(value).year in YEARS else why
    except ValueError:
        return why


def minutes(value: Any) -> str | None:  # noqa: ANN401
    """Demand a duration of a day at most."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return None if whole and 1 <= value <= LONGEST_MINUTES else f"must be a whole number from 1 to {LONGEST_MINUTES}"


SLOT: Shape = {"tutorId": text, "scheduledAt": instant, "duration": minutes}
