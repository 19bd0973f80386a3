"""The background of a simulator: its only threads, which pump what is due; a world without threads pumps by itself."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from functools import partial
from typing import Protocol

from simulators.kit.seams import Clock

THREADS = 20  # Stripe has 16 webhook endpoints at most: all may hang, and there is still somebody to work
LOOK_AGAIN_SECONDS = 0.05  # at what is due, and cannot be done yet: somebody else is at work in its lane
LONGEST_WAIT_SECONDS = 3600  # a thread cannot be told to wait for a thousand years

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

    def __init__(self, clock: Clock) -> None:
        self.tasks: list[Task] = []
        self._clock = clock
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._news = 0
        self._stopping = False
        clock.listen(partial(self.wake, THREADS))

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
        self.wake(THREADS)

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
        self.wake(THREADS)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def wake(self, threads: int = 1) -> None:
        """Say that there is a new piece of work, or more, or that time has jumped; whoever waits looks again."""
        with self._changed:
            self._news += 1
            self._changed.notify(threads)

    def _run(self) -> None:
        while not self._stopping:
            news = self._news
            if not self._pump_and_survive():
                self._wait(news)

    def _wait(self, news: int) -> None:
        """Wait until the next piece falls due, or there is news that came after this."""
        due = self.next_due()
        seconds = self._clock.seconds_until(due) if due else None
        pause = LONGEST_WAIT_SECONDS if seconds is None else min(max(seconds, LOOK_AGAIN_SECONDS), LONGEST_WAIT_SECONDS)
        with self._changed:
            if news == self._news and not self._stopping:
                self._changed.wait(pause)

    def _pump_and_survive(self) -> bool:
        """One piece that fails unexpectedly is reported and must not end the thread."""
        try:
            return self.pump()
        except Exception:
            log.exception("a piece of background work failed")
            return False
