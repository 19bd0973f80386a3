"""A service small enough to be seen through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Flask, request

from simulators.kit.faults.links import Crash

if TYPE_CHECKING:
    from simulators.kit.seams import Clock

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


class Alarm:
    """A background that rings at the given moments, and then rings nobody."""

    def __init__(self, clock: Clock, rings: list[datetime]) -> None:
        self.clock, self.pending = clock, list(rings)
        self.rung: list[datetime] = []

    def pump(self) -> bool:
        if not self.pending or self.pending[0] > self.clock.now():
            return False
        self.pending.pop(0)
        self.rung.append(self.clock.now())
        return True

    def next_due(self) -> datetime | None:
        return self.pending[0] if self.pending else None

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Toy:
    """A service that counts what it was asked, and dies when asked to."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.heard: list[str] = []
        self.rings: list[datetime] = []

    def build(self) -> Flask:
        app = Flask("toy")
        app.extensions["background"] = Alarm(self.clock, self.rings)

        @app.post("/work")
        def work() -> tuple[dict[str, int], int]:
            self.heard.append(request.get_data(as_text=True))
            return {"count": len(self.heard)}, 201

        @app.post("/die")
        def die() -> str:
            raise Crash

        @app.get("/reset")
        def reset() -> tuple[str, int, dict[str, str]]:
            return "", 200, {"X-Sim-Connection": "reset"}

        @app.get("/slow")
        def slow() -> tuple[str, int, dict[str, str]]:
            return "", 200, {"X-Sim-Latency-Seconds": "30"}

        return app


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
