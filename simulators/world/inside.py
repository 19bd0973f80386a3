"""A world in one process, without sockets or threads, on a clock that moves only when told: days take milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import requests

from simulators.kit.seams import Clock, Seams
from simulators.world.credentials import Credentials
from simulators.world.local_service import LocalService
from simulators.world.log_capture import LogCapture
from simulators.world.quick_database import QuickDatabase
from simulators.world.recorder import Recorder
from simulators.world.scheduler import Scheduler
from simulators.world.topology import PAYMENT, REFERENCE, SERVICES, ServiceRow, Topology
from simulators.world.transport import Network
from simulators.world.world import World

T = TypeVar("T")
START = datetime(2026, 9, 1, 9, tzinfo=UTC)


class Inside(World):
    """Everything is drawn from the seed; `shuffled` draws even the order in which services work."""

    def __init__(
        self,
        directory: Path,
        *,
        seed: int = 0,
        shuffled: bool = False,
        service: str = REFERENCE,
        database_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        services: tuple[ServiceRow, ...] = SERVICES,
    ) -> None:
        self._seed, self._log = seed, LogCapture()
        urls, credentials = _urls(services), Credentials.draw(self._random("credentials"))
        self._database = QuickDatabase(directory, (service, *sorted((settings or {}).items())))
        url = database_url or self._database.url
        topology = Topology(urls, credentials, url, service, settings or {}, services=services)
        super().__init__(topology, Clock(START, running=False), Recorder())
        self.network = Network(self.clock, self.recorder, self._random("links"))
        self.services: dict[str, LocalService] = {}
        try:
            for name in urls:
                self.services[name] = self._service(name)
        except BaseException:
            self.close()
            raise
        order = self._random("order") if shuffled else None
        self.scheduler = Scheduler(self.clock, list(self.services.values()), order)

    def connect(self, caller: str) -> requests.Session:
        """Return a session that finds the services without a socket."""
        return self.network.session(caller)

    def settle(self) -> None:
        """Let everybody work until nothing is due."""
        self.scheduler.settle()

    def pass_time(self, by: timedelta) -> None:
        """Move the clock, stopping at every moment at which something falls due."""
        self.scheduler.pass_time(by)

    def eventually(self, check: Callable[[], T | None]) -> T:
        """Settle, then check once: what is not so then never will be by itself."""
        self.settle()
        if not (result := check()):
            raise AssertionError(f"not so, although all is quiet:\n{self.recorder.tail()}")
        return result

    def is_up(self, name: str) -> bool:
        """Tell whether the service has neither crashed nor been taken down."""
        return self.services[name].alive

    def take_down(self, name: str) -> None:
        """Let the service refuse connections and do nothing more."""
        self.services[name].alive = False

    def bring_back(self, name: str) -> None:
        """Build the payment-service anew on its database; let a simulator go on."""
        service = self.services[name]
        service.restart() if name == PAYMENT else service.revive()

    def log(self) -> list[str]:
        """Return all that was logged in this process since the world began, down to DEBUG."""
        return self._log.lines

    def close(self) -> None:
        """Let every service put down what it holds."""
        self._log.stop()
        for service in self.services.values():
            service.background.stop()
        self._database.close()

    def _service(self, name: str) -> LocalService:
        seams = Seams(self.clock, self._random(name), self.network.session(name))
        undrawn = seams.randomness.getstate()
        service = LocalService(name, lambda: self.topology.build(name, seams))
        self.network.attach(self.topology.urls[name], service)
        if name == PAYMENT and seams.randomness.getstate() == undrawn:
            self._database.remember(astuple(self.topology.credentials))
        return service

    def _random(self, what: str) -> Random:
        """Return draws that do not depend on how often another service draws."""
        return Random(f"{self._seed}/{what}")  # noqa: S311 - repeatable on purpose


def _urls(services: tuple[ServiceRow, ...]) -> dict[str, str]:
    return {row.name: f"http://{row.name}.test" for row in services}
