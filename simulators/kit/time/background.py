"""The background of a simulator: its only threads, which pump what is due; a world without threads pumps by itself."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Protocol

THREADS = 20  # Stripe has 16 webhook endpoints at most: all may hang, and there is still somebody to work
LOOK_AGAIN_SECONDS = 0.05  # a clock that others move gives no sign when it is moved

log = logging.getLogger(__name__)


class Task(Protocol):
    """Work that falls due by itself."""

    def pump(self) -> bool:
        """Do one due piece; False when nothing is due."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next piece falls due, or None."""
        ...

    def reload(self) -> None:
        """Start again from what the store holds."""
        ...


class Background:
    """What a service does without being asked, driven by `pump()` or by threads."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._stopping = False

    def pump(self) -> bool:
        """Do one due piece of work; False when nothing is due."""
        return any(task.pump() for task in self.tasks)

    def next_due(self) -> datetime | None:
        """Return when the next piece falls due, or None when nothing is pending."""
        return min((due for task in self.tasks if (due := task.next_due())), default=None)

    def reload(self) -> None:
        """Start again from what the store holds (after a reset or an import)."""
        for task in self.tasks:
            task.reload()
        self.wake()

    def start(self) -> None:
        """Run in threads until stopped."""
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, daemon=True, name=f"background-{n}") for n in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the threads and wait for the work in hand."""
        self._stopping = True
        self.wake()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def wake(self) -> None:
        """Say that there is a new piece of work."""
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        while not self._stopping:
            if not self._pump_and_survive():
                with self._changed:
                    self._changed.wait(LOOK_AGAIN_SECONDS)

    def _pump_and_survive(self) -> bool:
        """One piece that fails unexpectedly is reported and must not end the thread."""
        try:
            return self.pump()
        except Exception:
            log.exception("a piece of background work failed")
            return False
