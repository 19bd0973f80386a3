"""Several instances of one service on one database, behind one address: one may die while the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from simulators.kit.faults.links import Crash
from simulators.world.local_service import LocalService, PumpedWork


class InstanceDied(Exception):  # noqa: N818 - reads as what happened
    """The instance that was asked has died of it; its address is still there."""


class Instances(LocalService):
    """Requests go to the living ones in turn, and each works by itself."""

    def __init__(self, name: str, build: Callable[[], Flask], count: int) -> None:
        self._instances = [LocalService(name, build) for _ in range(count)]
        self.name, self._turn = name, 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the next one that lives answer; InstanceDied when it dies of that."""
        instance = self._next()
        try:
            return instance(environ, start_response)
        except Crash:
            instance.end()
            raise InstanceDied from None

    @property
    def app(self) -> Flask:  # type: ignore[override]
        """The app of one of them."""
        return self._instances[0].app

    @property
    def background(self) -> PumpedWork:
        """What one of them does when nobody asks."""
        return self._instances[0].background

    @property
    def alive(self) -> bool:
        """Whether anybody answers at its address."""
        return any(each.alive for each in self._instances)

    @alive.setter
    def alive(self, is_alive: bool) -> None:
        for each in self._instances:
            each.alive = is_alive

    @property
    def is_whole(self) -> bool:
        """Whether none of them has died."""
        return all(each.alive for each in self._instances)

    def restart(self) -> None:
        """Start those that have died."""
        for each in self._instances:
            if not each.alive:
                each.restart()

    def end(self) -> None:
        """Let the one die that was asked last; the others go on."""
        self._instances[self._turn].end()

    def pump(self) -> bool:
        """Do one due piece of work of the next one that has any, unless it dies of it."""
        count = len(self._instances)
        return any(self._instances[(self._turn + step) % count].pump() for step in range(1, count + 1))

    def wake(self) -> None:
        """Say to all of them that time has jumped."""
        for each in self._instances:
            each.wake()

    def next_due(self) -> datetime | None:
        """Return when the first of them has something to do."""
        return min(filter(None, (each.next_due() for each in self._instances)), default=None)

    def stop(self) -> None:
        """Let all of them put down what they hold."""
        for each in self._instances:
            each.stop()

    def _next(self) -> LocalService:
        count = len(self._instances)
        turns = [(self._turn + step) % count for step in range(1, count + 1)]
        self._turn = next((turn for turn in turns if self._instances[turn].alive), self._turn)
        return self._instances[self._turn]
