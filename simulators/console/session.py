"""What the pages show: one world, which can be taken down and put up anew, and what was last done to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, suppress
from itertools import count
from threading import RLock
from typing import TYPE_CHECKING, Self

import requests

from simulators.clients.http_client import TIMEOUT_SECONDS
from simulators.console.index import Index
from simulators.console.seed_data import furnish
from simulators.kit.seams import real_seams
from simulators.stories.run import SERVICES
from simulators.world.credentials import Credentials
from simulators.world.together import Together
from simulators.world.topology import PAYMENT, PORTS, SIMULATORS
from simulators.world.transport import OBSERVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from simulators.clients.http_client import HttpClient
    from simulators.kit.json_types import Json
    from simulators.stories import Play
    from simulators.world.recorder import Exchange


PACE_SECONDS = 0.9
"""How long each line of a story stays alone, so that a person can follow."""
Hear = Callable[["Exchange"], None]
"""Is told each exchange that is over."""


class Stage:
    """Holds the world; `version` changes whenever something in it may have, so that pages know when to look again."""

    def __init__(self, folder: Path, ports: Mapping[str, int] = PORTS, hear: Hear | None = None) -> None:
        self._folder, self._ports, self._houses, self._hear = folder, dict(ports), count(1), hear
        self._credentials = Credentials.draw(real_seams().randomness)
        self._versions, self._lock = count(1), RLock()
        self.version, self.said, self.is_open = 0, "", True
        self.pace_seconds = PACE_SECONDS
        self.plays: dict[str, Play] = {}
        self.world, self.index = self._put_up("reference")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.is_open = False
        self.world.__exit__()

    def say(self, line: str) -> str:
        """Tell whoever watches what was done; returns the line."""
        self.said = line
        self.touch()
        return line

    def touch(self) -> None:
        """Let the pages look again."""
        self.version = next(self._versions)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Let one person's act be over before the next begins."""
        with self._lock:
            try:
                yield
            finally:
                self.touch()

    def reset(self, service: str = "reference") -> str:
        """Begin anew, with nothing remembered, with this payment-service; returns what is gone."""
        gone = f"{len(self.world.recorder)} exchanges, {len(self.active_faults())} faults"
        self.world.__exit__()
        self.world, self.index = self._put_up(service)
        self.plays.clear()
        return gone

    def service(self) -> HttpClient:
        """Return the payment-service as its operator sees it."""
        return self.world.payment.client

    def metrics(self) -> str:
        """Return what the payment-service counts for Prometheus; nothing where it counts nothing."""
        answer = self._observer.get(self.world.topology.urls[PAYMENT] + "/metrics", timeout=TIMEOUT_SECONDS)
        return answer.text if answer.ok else ""

    def simulator(self, name: str) -> HttpClient:
        """Return the control routes of a simulator."""
        return self.world.client(name, OBSERVER, lambda: self.world.topology.credentials.stripe_key)

    def as_student(self, name: str) -> HttpClient:
        """Return the payment-service as this student sees it: looked at by us, so that looking is no exchange."""
        return self.world.client(PAYMENT, OBSERVER, lambda: self.world.token(name, "student"))

    def faults(self) -> list[Json]:
        """Return all planted faults, spent ones too, each with the service it is planted in."""
        return [{"service": name, **each} for name, each in self._told("/_sim/faults")]

    def active_faults(self) -> list[Json]:
        """Return the faults that may still strike."""
        return [each for each in self.faults() if each["times"] is None or each["strikes"] < each["times"]]

    def deliveries(self) -> list[Json]:
        """Return the newest messages of all simulators, newest first, each with its sender."""
        found = [{"sender": name, **each} for name, each in self._told("/_sim/deliveries")]
        return sorted(found, key=lambda each: str(each["created"]), reverse=True)

    def down(self) -> list[str]:
        """Return the services that do not run."""
        return [name for name in PORTS if not self.world.is_up(name)]

    def _told(self, path: str) -> list[tuple[str, Json]]:
        """Return what the simulators that run list there, each item with the name of its simulator."""
        found = []
        for name in SIMULATORS:
            with suppress(requests.RequestException):  # It may go down on purpose, while it is asked.
                items = self.simulator(name).get(path)["items"] if self.world.is_up(name) else []
                found += [(name, each) for each in items]
        return found

    def is_quiet(self) -> bool:
        """Whether nobody has anything left to do at this moment."""
        due = self.world.next_due()
        nothing_open = all(each.answer for _, each in self.world.recorder.entries())
        return nothing_open and (due is None or due > self.world.clock.now())

    def _put_up(self, service: str) -> tuple[Together, Index]:
        self.service_name = service
        house = self._folder / str(next(self._houses))
        house.mkdir()
        world = Together(house, ports=self._ports, service=SERVICES[service], credentials=self._credentials)
        self._ports = {name: int(url.rpartition(":")[2]) for name, url in world.topology.urls.items()}
        world.recorder.payloads = {}
        world.recorder.watch(lambda *_: self.touch())
        furnish(world)
        if self._hear:
            world.recorder.listen(self._hear)
        self._observer = world.connect(OBSERVER)
        return world, Index(world.recorder)
