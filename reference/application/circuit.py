"""A circuit breaker: a receiver that answers nobody is left in peace, but for a probe now and then."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from enum import StrEnum

FAILURES = 5  # Of so many different messages since the last answer: one message alone says nothing of its receiver.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=30)


class CircuitState(StrEnum):
    """Whether calls are made: all, none, or a probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Circuit:
    """The circuit to one receiver, as this process sees it; each probe that fails doubles the pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed: set[str] = set()
        self._pause = FIRST_PAUSE
        self._probe_at: datetime | None = None  # None while calls are made as ever.

    def state(self, now: datetime) -> CircuitState:
        """Return how it stands."""
        if (probe_at := self._probe_at) is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < probe_at else CircuitState.HALF_OPEN

    def allows(self, now: datetime) -> bool:
        """Tell whether a call may be made: while open, one after each pause."""
        with self._lock:
            if self.state(now) == CircuitState.HALF_OPEN:
                self._probe_at = now + self._pause
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
                return True
            return self._probe_at is None

    def record_answer(self) -> None:
        """Close it: somebody is there."""
        with self._lock:
            self._failed.clear()
            self._pause, self._probe_at = FIRST_PAUSE, None

    def record_failure(self, key: str, now: datetime) -> None:
        """Count a message that got no answer; open when there are too many, or none answers the probe."""
        with self._lock:
            self._failed.add(key)
            if self._probe_at or len(self._failed) >= FAILURES:
                self._probe_at = now + self._pause
