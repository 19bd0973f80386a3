"""The naive service's clock, session and thread, when nobody passes any in."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import requests

LOOK_AGAIN_SECONDS = 0.1


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...


class MachineClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)


def system_randomness() -> random.Random:
    """Return randomness that nobody can guess."""
    return random.SystemRandom()


def http_session() -> requests.Session:
    """Return an ordinary session."""
    return requests.Session()


class Sweeper:
    """All that the service does by itself: look for purchases whose time to pay is over. M10: nobody asks Stripe."""

    def __init__(self, sweep: Callable[[], bool], next_due: Callable[[], datetime | None]) -> None:
        self.pump, self.next_due = sweep, next_due
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Sweep in a thread until stopped."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, daemon=True, name="sweeper")
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for what is under way."""
        self._stopping.set()
        if self._thread:
            self._thread.join()
        self._thread = None

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_AGAIN_SECONDS):
            while self.pump():
                pass
