"""A world in one process in which every service listens on its own port, and all share one clock that runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import requests

from simulators.kit.seams import Clock, Seams, real_seams
from simulators.world.bridge import Backlog, Bridge, require_usable
from simulators.world.credentials import Credentials
from simulators.world.local_service import LocalService
from simulators.world.recorder import Recorder
from simulators.world.scheduler import NeverQuiet, pass_time
from simulators.world.served import PATIENCE_SECONDS, Served
from simulators.world.serving import Port, Server, reserve, served_session
from simulators.world.topology import PAYMENT, PORTS, REFERENCE, SERVICES, NeighbourRow, ServiceRow, Topology
from simulators.world.traffic_recorder import TrafficRecorder
from simulators.world.waiting import wait_for

ANY_PORTS = dict.fromkeys(PORTS, 0)
QUIET_LOOKS = 6


class Together(Served):
    """`ports` says where each service listens (0: anywhere); `service_url` names a payment-service of one's own."""

    def __init__(  # noqa: PLR0913 - each has a default
        self,
        directory: Path,
        *,
        ports: Mapping[str, int] | None = None,
        service: str = REFERENCE,
        service_url: str | None = None,
        database_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
        state: Path | None = None,
        services: tuple[ServiceRow, ...] = SERVICES,
    ) -> None:
        broker_url = (settings or {}).get("BROKER_URL", "")
        if broker_url:
            require_usable(broker_url)
        ports = dict.fromkeys((row.name for row in services), 0) if ports is None else ports
        mine = reserve({name: number for name, number in ports.items() if not (name == PAYMENT and service_url)})
        urls = {PAYMENT: service_url or "", **{name: port.url for name, port in mine.items()}}
        credentials = credentials or Credentials.draw(real_seams().randomness)
        url = database_url or f"sqlite:///{directory / 'payment.sqlite'}"
        topology = Topology(urls, credentials, url, service, settings or {}, state, services)
        super().__init__(topology, Clock(), Recorder())
        self._backlog = Backlog(broker_url) if broker_url else None
        self._bridges: dict[str, Bridge] = {}
        self._own_sessions: list[requests.Session] = []
        self.services = {name: self._service(name) for name in mine}
        self._servers = {name: self._serve(name, port) for name, port in mine.items()}
        if PAYMENT in self.services:
            self.clock.listen(self.services[PAYMENT].wake)  # simulators listen by themselves

    def settle(self) -> None:
        """Wait until nothing is due, and nothing has been said for a moment."""
        looks = [-1] * QUIET_LOOKS

        def quiet() -> bool:
            due = self.next_due()
            is_idle = (due is None or due > self.clock.now()) and not self._is_waited_for()
            looks.append(len(self.recorder) if is_idle else -len(looks))
            return len(set(looks[-QUIET_LOOKS:])) == 1

        if not wait_for(quiet, PATIENCE_SECONDS):
            raise NeverQuiet(f"still busy after {PATIENCE_SECONDS} s:\n{self.recorder.tail()}")

    def pass_time(self, by: timedelta) -> None:
        """Move the clock, stopping at every moment at which something falls due."""
        pass_time(self.clock, by, self.next_due, self.settle)

    def is_up(self, name: str) -> bool:
        """Tell whether it listens; of a service of one's own we can only hope so."""
        return name in self._servers or name not in self.services

    def take_down(self, name: str) -> None:
        """Stop listening and working."""
        if name in self._bridges:
            self._bridges.pop(name).stop()
        self._servers.pop(name).stop()
        self.services[name].background.stop()

    def bring_back(self, name: str) -> None:
        """Build the payment-service anew on its database; let a simulator go on; at the same port as before."""
        if name == PAYMENT:
            self.services[name].restart()
        number = int(self.topology.urls[name].rpartition(":")[2])
        self._servers[name] = self._serve(name, Port(name, number))

    def close(self) -> None:
        """Stop every service, those that tell others things first."""
        for name in sorted(self._servers, key=lambda name: name == PAYMENT):
            self.take_down(name)
        for session in self._own_sessions:
            session.close()
        if self._backlog:
            self._backlog.close()

    def _service(self, name: str) -> LocalService:
        recorder, broker_url = self._traffic_recorder(name), self.topology.broker_url
        session = recorder.session(broker_url) if name != PAYMENT else served_session(PAYMENT)
        self._own_sessions.append(session)
        seams = Seams(self.clock, real_seams().randomness, session)
        return LocalService(name, lambda: self.topology.build(name, seams))

    def _serve(self, name: str, port: Port) -> Server:
        service = self.services[name]
        server = Server(self._traffic_recorder(name).wrap(service), port)
        service.background.start()
        if self.topology.broker_url and isinstance(self.topology.row(name), NeighbourRow):
            token = self.topology.credentials.service_token
            self._bridges[name] = Bridge(self.topology.broker_url, name, port.url, token, self.clock)
        return server

    def _traffic_recorder(self, name: str) -> TrafficRecorder:
        return TrafficRecorder(name, self.clock, self.recorder)

    def next_due(self) -> datetime | None:
        """Return the next moment at which any service has work; None when all are done."""
        due = [*self.due_by_service().values(), *(each.next_due() for each in self._bridges.values())]
        return min(filter(None, due), default=None)

    def due_by_service(self) -> dict[str, datetime | None]:
        """Return when each service of this process that runs has work next, or None when it has none."""
        return {name: service.next_due() for name, service in self.services.items() if name in self._servers}

    def _is_waited_for(self) -> bool:
        """Whether a message lies at the broker for a service that runs."""
        readers = [*self._bridges, *([PAYMENT] if PAYMENT in self._servers else [])]
        return bool(self._backlog and self._backlog.waiting(readers))
