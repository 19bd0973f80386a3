"""What the service does by itself goes on whatever happens, and says so as loudly as it deserves."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

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
