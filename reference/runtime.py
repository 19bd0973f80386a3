"""The seam to the machine: the only file of the service with its clock, randomness, network and threads."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import requests
from requests.adapters import HTTPAdapter

from reference.application.dispatcher import Dispatcher, DispatchQueue
from reference.application.ports import Clock, UnitOfWork
from reference.application.service import PaymentService

log = logging.getLogger(__name__)
WORKERS = 16  # They mostly wait for an answer.
POLL_SECONDS = 0.1


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


def system_randomness() -> random.Random:
    """Return randomness that nobody can guess."""
    return random.SystemRandom()


def http_session() -> requests.Session:
    """Return a session that keeps as many connections as there are workers."""
    session = requests.Session()
    session.max_redirects = 0  # Following one turns a POST into a GET, whose 200 would pass for an acceptance.
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=WORKERS * 2))
    return session


class BackgroundWork:
    """What the service does by itself: sends messages and fires deadlines. A scheduler pumps it, or threads do."""

    def __init__(
        self,
        service: PaymentService,
        dispatcher: Dispatcher,
        queue: DispatchQueue,
        reading: Callable[[], UnitOfWork],
        clock: Clock,
    ) -> None:
        self._service, self._dispatcher, self._queue = service, dispatcher, queue
        self._reading, self._clock = reading, clock
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()

    def pump(self) -> bool:
        """Do one due piece of work; False when nothing is due."""
        return self._dispatcher.pump() or self._catch_up()

    def next_due(self) -> datetime | None:
        """Return when the next piece of work falls due; None when there is none."""
        with self._reading() as unit:
            return unit.lists.next_due()

    def start(self) -> None:
        """Work in threads until stopped."""
        self._stopping.clear()
        loops = [self._dispatch] * WORKERS + [self._watch_time]
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way; what is left stays stored for the next start."""
        self._stopping.set()
        self._queue.wake(WORKERS)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _dispatch(self) -> None:
        while not self._stopping.is_set():
            self._safely(partial(self._dispatcher.pump, wait=True))

    def _watch_time(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            while self._safely(self._catch_up):
                pass

    def _catch_up(self) -> bool:
        due = self.next_due()
        if due is None or due > self._clock.now():
            return False
        return self._service.fire_deadline() or self._dispatcher.claim() > 0

    def _safely(self, act: Callable[[], bool]) -> bool:
        try:
            return act()
        except Exception:
            log.exception("background work failed; it will be tried again")
            return False
