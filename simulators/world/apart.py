"""A world in which each service is a process of its own on the machine's time: for kill -9, and other languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from simulators.clients.control import CONTROL_PATH
from simulators.clients.payments import READINESS
from simulators.kit.seams import Clock, real_seams
from simulators.world.credentials import Credentials
from simulators.world.process import Process
from simulators.world.recorder import Exchange, Recorder
from simulators.world.served import Served
from simulators.world.serving import reserve
from simulators.world.together import ANY_PORTS
from simulators.world.topology import PAYMENT, REFERENCE, Topology
from simulators.world.waiting import really_pass, wait_for

SHORT = {
    "PAYMENT_WINDOW_SECONDS": "30",
    "PAYMENT_CHECK_SECONDS": "2",
    "REPLY_TIMEOUT_SECONDS": "2",
    "OUTBOX_LEASE_SECONDS": "3",
}  # Settings with which a story that waits takes seconds.
LONGEST_WAIT_SECONDS = 60
QUIET_SECONDS = 0.5


class CannotMoveTime(Exception):  # noqa: N818 - reads as what happened
    """The machine's time cannot be moved, and so much of it will not be waited for."""


class Apart(Served):
    """The services share nothing with us but their ports and a directory."""

    def __init__(
        self,
        directory: Path,
        *,
        ports: Mapping[str, int] = ANY_PORTS,
        service: str = REFERENCE,
        database_url: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        credentials = Credentials.draw(real_seams().randomness)
        url = database_url or f"sqlite:///{directory / 'payment.sqlite'}"
        topology = Topology(_free_urls(ports), credentials, url, service, settings or SHORT, directory)
        super().__init__(topology, Clock(), Recorder())
        self._directory = directory
        self._open: dict[tuple[int, int], int] = {}
        self._processes = {name: self._process(name) for name in ports}
        self._await_all()

    def settle(self) -> None:
        """Wait until nothing has been said for a moment: more cannot be known from outside."""
        said = -1
        while said != len(self.recorder):
            said = len(self.recorder)
            wait_for(lambda: len(self.recorder) != said, QUIET_SECONDS)  # noqa: B023 - used at once

    def pass_time(self, by: timedelta) -> None:
        """Wait, or raise CannotMoveTime when that would take too long."""
        if by.total_seconds() > LONGEST_WAIT_SECONDS:
            raise CannotMoveTime(f"a world apart runs on real time and would have to wait for {by}")
        really_pass(by)
        self.settle()

    def is_up(self, name: str) -> bool:
        """Tell whether its process lives."""
        return self._processes[name].is_alive

    def take_down(self, name: str) -> None:
        """Kill -9 its process."""
        killed = self._processes[name].kill()
        for key in [key for key in tuple(self._open) if key[0] == killed]:
            self.recorder.end(self._open.pop(key), "crashed")

    def bring_back(self, name: str) -> None:
        """Start its process again, on the same port and the same state."""
        self._processes[name].start()
        self._processes[name].await_ready()

    def pid(self, name: str) -> int:
        """Return the number of its process."""
        return self._processes[name].pid

    def log(self) -> list[str]:
        """Return all that the payment-service's process has printed."""
        return (self._directory / f"{PAYMENT}.log").read_text(errors="replace").splitlines()

    def close(self) -> None:
        """End all processes, those that tell others things first."""
        leaving = [self._processes[name] for name in sorted(self._processes, key=lambda name: name == PAYMENT)]
        for process in leaving:
            process.terminate()
        for process in leaving:
            process.await_end()

    def _process(self, name: str) -> Process:
        url = self.topology.urls[name]
        return Process(
            ["serve"] if name == PAYMENT else ["simulate", name.removesuffix("-service"), "--json"],
            {**self.topology.environ(), **self._environ(name)},
            ready_url=url + (READINESS if name == PAYMENT else CONTROL_PATH),
            log=self._directory / f"{name}.log",
            on_line=self._take_over,
        )

    def _environ(self, name: str) -> dict[str, str]:
        """Return what tells a process of its place; secrets go this way, since arguments can be read by anyone."""
        port = self.topology.urls[name].rpartition(":")[2]
        return {
            "PORT": port,
            "HARNESS_SERVICE": self.topology.service,
            f"HARNESS_{name.removesuffix('-service').upper().replace('-', '_')}_PORT": port,
            "HARNESS_SERVICE_URL": self.topology.urls[PAYMENT],
            "HARNESS_STATE": str(self._directory),
        }

    def _take_over(self, line: str) -> None:
        """Take over what a simulator says of an exchange: once as it begins, once as it ends."""
        entry = json.loads(line)
        if "exchange" not in entry:
            return
        exchange, key = Exchange(**entry["exchange"]), (entry["by"], entry["number"])
        if not exchange.answer:
            self._open[key] = self.recorder.begin(exchange)
        elif key in self._open:
            self.recorder.end(self._open.pop(key), exchange.answer, exchange.why)
        else:  # it began before the simulator began to tell
            self.recorder.record(exchange)

    def _await_all(self) -> None:
        try:
            for process in self._processes.values():
                process.await_ready()
        except BaseException:
            self.close()
            raise


def _free_urls(ports: Mapping[str, int]) -> dict[str, str]:
    """Find out that the ports are free, and let go of them for the processes to take."""
    reserved = reserve(ports)
    for port in reserved.values():
        port.socket.close()
    return {name: port.url for name, port in reserved.items()}
