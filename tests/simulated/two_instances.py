"""The reference twice on one database, as one service: requests go to each in turn, and both work by themselves.

Where writers do not queue, as at PostgreSQL, their transactions are parallel, and each meets what the other has done.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import cycle
from typing import Any

from flask import Flask

from reference import app

INSTANCES = 2


class WorkOfAll:
    """The background work of all instances."""

    def __init__(self, works: list[Any]) -> None:
        self._works, self._turns = works, cycle(range(len(works)))

    def pump(self) -> bool:
        """Do one due piece of work of whoever has some, each first in turn."""
        first = next(self._turns)
        return any(work.pump() for work in self._works[first:] + self._works[:first])

    def next_due(self) -> datetime | None:
        """Return when the next piece of work falls due: they share it."""
        due: datetime | None = self._works[0].next_due()
        return due

    def start(self) -> None:
        """Let all work."""
        for work in self._works:
            work.start()

    def wake(self) -> None:
        """Say to all that time has jumped: else each finds out when it looks at its clock by itself."""
        for work in self._works:
            work.wake()

    def stop(self) -> None:
        """Let all end."""
        for work in self._works:
            work.stop()


def create_app(*arguments: Any, **seams: Any) -> Flask:
    """Return the first of them, which passes every other request on."""
    return join([app.create_app(*arguments, **seams) for _ in range(INSTANCES)])


def join(instances: list[Flask]) -> Flask:
    """Make one service of several: return the first, which passes every other request on."""
    first, doors = instances[0], cycle([instance.wsgi_app for instance in instances])

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return next(doors)(environ, start_response)

    first.wsgi_app = answer  # type: ignore[method-assign]
    first.extensions["background"] = WorkOfAll([instance.extensions["background"] for instance in instances])
    return first
