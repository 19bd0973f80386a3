"""The guard of a run: our own code may not touch the machine but through the seams; libraries may.

A profile function sees every call, also those of C functions and of names imported long before.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import secrets
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tests.rooms.machine import SEAMS
from tests.rooms.source import PACKAGES, ROOT

BUILTINS: set[Any] = {
    *(time.time, time.time_ns, time.monotonic, time.monotonic_ns, time.perf_counter, time.perf_counter_ns, time.sleep),
    *(os.urandom, dt.datetime.now, dt.datetime.utcnow, dt.date.today, dt.datetime.today),
    *(random.random, random.getrandbits),
}
WRITTEN_IN_PYTHON = {
    function.__code__
    for function in (uuid.uuid1, uuid.uuid4, secrets.token_bytes, secrets.token_hex, secrets.token_urlsafe)
} | {secrets.SystemRandom.random.__code__, socket.socket.__init__.__code__, socket.create_connection.__code__}
GLOBAL_RANDOMNESS = random.random.__self__  # type: ignore[attr-defined]  # behind random.choice() and its siblings
SEAM_FILES = {str(ROOT / where) for where in SEAMS}
OURS = tuple(f"{ROOT / package}{os.sep}" for package in PACKAGES)


class TouchedTheMachine(AssertionError):  # noqa: N818 - reads as what happened
    """Our code read the clock, slept, drew randomness or opened a socket by itself."""


@contextmanager
def sealed() -> Iterator[None]:
    """Raise where our own code touches the machine, and again at the end, should somebody have caught it."""
    seen: list[str] = []
    guard = _guard(seen)
    before = sys.getprofile()
    threading.setprofile(guard)
    sys.setprofile(guard)
    try:
        yield
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
    if seen:
        raise TouchedTheMachine("; ".join(seen))


def _guard(seen: list[str]) -> Callable[[FrameType, str, Any], None]:
    def watch(frame: FrameType, event: str, called: Any) -> None:
        if what := _touched(frame, event, called):
            seen.append(what)
            raise TouchedTheMachine(what)

    return watch


def _touched(frame: FrameType, event: str, called: Any) -> str:
    if event == "c_call" and _ours(frame) and called in BUILTINS:
        return f"{_place(frame)} calls {called.__qualname__}"
    if event == "call" and frame.f_back and _ours(frame.f_back) and _forbidden_python(frame):
        return f"{_place(frame.f_back)} calls {frame.f_code.co_qualname}"
    return ""


def _ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(OURS) and frame.f_code.co_filename not in SEAM_FILES


def _forbidden_python(frame: FrameType) -> bool:
    return frame.f_code in WRITTEN_IN_PYTHON or frame.f_locals.get("self") is GLOBAL_RANDOMNESS


def _place(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
