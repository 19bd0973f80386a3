"""The seam: the only file of the simulators that reads the machine's clock or draws real randomness."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests


class Clock:
    """Time that all services of a world share: running with the machine's or faster, or moved by hand."""

    def __init__(self, start: datetime | None = None, *, running: bool = True) -> None:
        self._base = start or datetime.now(UTC)
        self._since = time.monotonic()
        self._running, self._speed = running, 1.0
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], object]] = []

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self._running

    @property
    def speed(self) -> float:
        """How many seconds pass in one of the machine's, while time runs."""
        return self._speed

    def now(self) -> datetime:
        """Return the simulated instant, aware and in UTC."""
        with self._lock:
            return self._base + self._running_time()

    def advance(self, by: timedelta) -> None:
        """Jump ahead; time never goes back, so that no deadline can fall due twice."""
        if by < timedelta(0):
            raise ValueError("time only moves forward")
        with self._lock:
            self._base += by
        self._tell()

    def pause(self) -> None:
        """Hold time still until resumed or advanced."""
        with self._lock:
            self._base, self._running = self._base + self._running_time(), False
        self._tell()

    def resume(self) -> None:
        """Let time pass again with the machine's."""
        with self._lock:
            if not self._running:
                self._since, self._running = time.monotonic(), True
        self._tell()

    def run_at(self, speed: float) -> None:
        """Let time run so many times as fast as the machine's from now on; ValueError unless that is above 0."""
        if not speed > 0:
            raise ValueError("time runs at a speed above 0")
        with self._lock:
            self._base += self._running_time()
            self._since, self._speed = time.monotonic(), speed
        self._tell()

    def listen(self, listener: Callable[[], object]) -> None:
        """Call this whenever time does not pass as it did: after a jump, a halt, a start."""
        self._listeners.append(listener)

    def seconds_until(self, moment: datetime) -> float | None:
        """Return in how many of the machine's seconds that is, at most zero once it came; None while time stands."""
        seconds = (moment - self.now()).total_seconds() / self._speed
        return seconds if self._running or seconds <= 0 else None

    def sleep(self, by: timedelta) -> None:
        """Let this much time pass for the caller: really while the clock runs, by a jump while it is held still."""
        if self._running:
            time.sleep(by.total_seconds() / self._speed)
        else:
            self.advance(by)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def _running_time(self) -> timedelta:
        return timedelta(seconds=(time.monotonic() - self._since) * self._speed) if self._running else timedelta(0)


@dataclass(frozen=True)
class Seams:
    """All that a service takes from the machine; a world passes its own."""

    clock: Clock
    randomness: random.Random
    http: requests.Session


def new_id(randomness: random.Random, prefix: str) -> str:
    """Return an opaque id such as `evt_4fc0…`: 24 digits drawn from the given randomness."""
    return f"{prefix}_{randomness.randbytes(15).hex()[:24]}"


def real_seams() -> Seams:
    """Return the machine's own clock, randomness and network."""
    return Seams(Clock(), random.SystemRandom(), requests.Session())


def seeded_seams(seed: int, start: datetime) -> Seams:
    """Return seams that give the same run for the same seed: paused clock, seeded randomness."""
    return Seams(Clock(start, running=False), random.Random(seed), requests.Session())  # noqa: S311 - repeatable on purpose
