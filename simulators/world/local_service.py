"""A service of a world that lives in this process, and can die and be started again like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from simulators.kit.faults.links import Crash
from simulators.world.shared_routes import share_routes

share_routes()


class PumpedWork(Protocol):
    """What a service does by itself, one due piece at a time; its app carries it as an extension."""

    def pump(self) -> bool:
        """Do one due piece of work; False when nothing is due."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next piece falls due; None when nothing is pending."""
        ...

    def start(self) -> None:
        """Work in threads from now on."""
        ...

    def stop(self) -> None:
        """Stop the threads, and wait for them."""
        ...


class LocalService:
    """A WSGI app with a background; `build` makes it anew on whatever state outlived it."""

    def __init__(self, name: str, build: Callable[[], Flask]) -> None:
        self.name, self._build = name, build
        self.restart()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self.app(environ, start_response)

    @property
    def background(self) -> PumpedWork:
        """What it does when nobody asks."""
        return cast("PumpedWork", self.app.extensions["background"])

    def restart(self) -> None:
        """Start it, or start it again after a crash."""
        self.app, self.alive = self._build(), True

    def revive(self) -> None:
        """Let it go on with all it had in memory, as after an outage of its network."""
        self.alive = True

    def pump(self) -> bool:
        """Do one due piece of its own work, unless it is dead or dies of it."""
        try:
            return self.alive and self.background.pump()
        except Crash:
            self.alive = False
            return False

    def wake(self) -> None:
        """Say that time has jumped, unless it looks at its clock by itself."""
        getattr(self.background, "wake", _nobody)()

    def next_due(self) -> datetime | None:
        """Return when it has something to do by itself; the dead never have."""
        return self.background.next_due() if self.alive else None


def _nobody() -> None:
    """Wake nobody."""


def factory_at(import_string: str) -> Callable[..., Flask]:
    """Return the factory that `package.module:name` names, or raise LookupError saying what is missing."""
    module, _, name = import_string.partition(":")
    try:
        return cast("Callable[..., Flask]", getattr(import_module(module), name))
    except (ImportError, AttributeError, ValueError) as problem:
        raise LookupError(f"no service at {import_string!r}: {problem}") from problem
