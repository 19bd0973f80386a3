"""What the service does by itself goes on whatever happens, and says so as loudly as it deserves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, NoReturn, cast

import pytest

from reference.application.dispatch_queue import DispatchQueue
from reference.application.dispatcher import Dispatcher
from reference.application.ports import ConflictError, StorageUnavailableError
from reference.runtime import BackgroundWork, system_randomness
from simulators.world.waiting import wait_for
from tests.unit.reference.builders import StillClock

SECONDS = 20


@pytest.mark.fault(18)
@pytest.mark.parametrize(
    ("trouble", "level"),
    [
        (StorageUnavailableError("it is away"), logging.WARNING),
        (ConflictError("server closed the connection unexpectedly"), logging.WARNING),
        (RuntimeError("a bug"), logging.ERROR),
    ],
    ids=["away", "dropped", "bug"],
)
def test_trouble_in_the_background_is_told_as_loudly_as_it_deserves(
    caplog: pytest.LogCaptureFixture, trouble: Exception, level: int
) -> None:
    def fail() -> NoReturn:
        raise trouble

    nothing: Any = None
    clock, queue = StillClock(), DispatchQueue()
    dispatcher = Dispatcher(nothing, fail, {}, queue, clock, system_randomness(), nothing)
    work = BackgroundWork(nothing, dispatcher, queue, fail, clock)
    work.start()
    try:
        assert wait_for(lambda: caplog.records, SECONDS)
    finally:
        work.stop()
    (record, *_) = caplog.records
    assert (record.levelno, bool(record.exc_info)) == (level, level == logging.ERROR)


class LateDispatcher:
    """Publishes one message once the consumer has ended, and its thread must be waited for."""

    circuits = ("communication",)

    def __init__(self, log: list[str], consumed: threading.Event) -> None:
        self._log, self._consumed = log, consumed

    def pump(self, *, wait: bool) -> bool:
        if self._consumed.wait(SECONDS if wait else 0) and "published" not in self._log:
            self._log.append("published")
        return False

    def delete_sent(self) -> None: ...

    def give_back(self) -> None: ...


class FakeBroker:
    """Tells when its connections are let go of."""

    def __init__(self, log: list[str], consumed: threading.Event) -> None:
        self._log, self._consumed = log, consumed

    def consume(self, _: object, is_over: Callable[[], bool]) -> None:
        assert wait_for(is_over, SECONDS)
        self._consumed.set()

    def close(self) -> None:
        self._log.append("closed")


def test_the_brokers_connections_are_closed_when_the_last_message_is_published() -> None:
    nothing: Any = None
    log, consumed = list[str](), threading.Event()
    dispatcher, broker = cast("Any", LateDispatcher(log, consumed)), cast("Any", FakeBroker(log, consumed))
    work = BackgroundWork(nothing, dispatcher, DispatchQueue(), nothing, StillClock(), broker)
    work.start()
    work.stop()
    assert log == ["published", "closed"]
