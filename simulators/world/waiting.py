"""Waiting, on the machine's own time: for what other threads and processes do, and for being told to end."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple, TypeVar

T = TypeVar("T")
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Pipe(NamedTuple):
    """The two ends of a pipe, as the operating system numbers them."""

    read: int
    write: int


_SIGNALLED = Pipe(*os.pipe())  # has a byte for every signal that came after `end_tidily`
_received: list[int] = []


def wait_for(check: Callable[[], T | None], seconds: float, *, every: float = 0.02) -> T | None:
    """Return what the check returns once that is something; after so many seconds, what it returned last."""
    end = time.monotonic() + seconds
    while not (result := check()) and time.monotonic() < end:
        time.sleep(every)
    return result


class Versions:
    """A number that grows whenever something changes, and those who wait for that without asking again and again."""

    def __init__(self) -> None:
        self.newest = 0
        self._changed = threading.Condition()

    def change(self) -> None:
        """Wake all who wait."""
        with self._changed:
            self.newest += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """Return the newest number once it is not the one that was seen, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.newest != seen, seconds)
            return self.newest


def really_pass(by: timedelta) -> None:
    """Let the machine's own time pass."""
    time.sleep(by.total_seconds())


def end_tidily() -> None:
    """Let the first SIGTERM or SIGINT arrive as KeyboardInterrupt; impatient ones do not disturb the tidying.

    An exception can be lost, when the signal comes while an object is being finalized, and a signal that another thread
    takes wakes nobody: so each also leaves a byte in a pipe, by which `stay` ends in any case.
    """

    def interrupt(number: int, _: object) -> None:
        _received.append(number)
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    os.set_blocking(_SIGNALLED.write, False)
    signal.set_wakeup_fd(_SIGNALLED.write, warn_on_full_buffer=False)
    for each in SIGNALS:
        signal.signal(each, interrupt)


def was_interrupted() -> bool:
    """Tell whether a person has pressed Ctrl-C."""
    return signal.SIGINT in _received


def stay(announce: Callable[[], object], *, until_stdin_closes: bool = False) -> None:
    """Say that we are there, and return once somebody wants us to end: by a signal, or by closing our standard input.

    Who has read the announcement may end us before we have come any further: that is an end like any other.
    """
    ends = [_SIGNALLED.read, *([sys.stdin.fileno()] if until_stdin_closes else [])]
    with suppress(KeyboardInterrupt):
        announce()
        while not _has_ended(select.select(ends, [], [])[0]):
            pass


def _has_ended(ready: list[int]) -> bool:
    """Tell whether a signal came, or whether who started us is gone: then our input ends, whatever way it went."""
    return _SIGNALLED.read in ready or not all(os.read(each, 4096) for each in ready)
