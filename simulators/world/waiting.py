"""Waiting, on the machine's own time: for what other threads and processes do, and for being told to end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def wait_for(check: Callable[[], T | None], seconds: float, *, every: float = 0.02) -> T | None:
    """Return what the check returns once that is something; after so many seconds, what it returned last."""
    end = time.monotonic() + seconds
    while not (result := check()) and time.monotonic() < end:
        time.sleep(every)
    return result


def really_pass(by: timedelta) -> None:
    """Let the machine's own time pass."""
    time.sleep(by.total_seconds())


def end_tidily() -> None:
    """Let the first SIGTERM or SIGINT arrive as KeyboardInterrupt; impatient ones do not disturb the tidying."""

    def interrupt(*_: object) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in SIGNALS:
        signal.signal(each, interrupt)


def stay(*, until_stdin_closes: bool = False) -> None:
    """Return once somebody wants us to end."""
    if until_stdin_closes:
        threading.Thread(target=_outlive_nobody, daemon=True, name="parent").start()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _outlive_nobody() -> None:
    """Our standard input closes when the process that started us is gone, whatever way it went."""
    while os.read(sys.stdin.fileno(), 4096):  # not by its buffer, which Python could not let go of at its end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
