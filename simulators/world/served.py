"""What the worlds over sockets have in common: ordinary connections, and patience in place of certainty."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import requests

from simulators.clients.http_client import Refused
from simulators.world.serving import served_session
from simulators.world.waiting import wait_for
from simulators.world.world import World

T = TypeVar("T")
PATIENCE_SECONDS = 60  # A busy machine may do something else for a while; nobody waits longer than it takes.
NOT_YET = (AssertionError, Refused, requests.RequestException)


class Served(World):
    """Services that work while we look."""

    def connect(self, caller: str) -> requests.Session:
        """Return an ordinary session."""
        return served_session(caller)

    def eventually(self, check: Callable[[], T | None]) -> T:
        """Look again and again; what fails meanwhile is not so yet."""
        problems: list[Exception] = []

        def look() -> T | None:
            try:
                return check()
            except NOT_YET as problem:
                problems[:] = [problem]
                return None

        if not (result := wait_for(look, PATIENCE_SECONDS)):
            why = f" ({problems[0]})" if problems else ""
            raise AssertionError(f"not so within {PATIENCE_SECONDS} s{why}:\n{self.recorder.tail()}")
        return result
