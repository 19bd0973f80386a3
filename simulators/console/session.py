"""The session of the demo: one world, which can be put up anew, and what was last done to it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Self

import requests

from simulators.check.subject import Subject
from simulators.console.acts import ActLog
from simulators.console.seed_data import seed
from simulators.diagram.index import ExchangeIndex
from simulators.kit.json_types import Json
from simulators.kit.seams import Clock, real_seams
from simulators.stories import Play
from simulators.stories.run import SERVICES
from simulators.world.credentials import Credentials
from simulators.world.recorder import Exchange
from simulators.world.together import Together
from simulators.world.topology import PORTS, REFERENCE
from simulators.world.waiting import Versions

PACE_SECONDS = 0.9  # How long each line of a story stays alone, so that a person can follow.
DELIVERIES_KEPT = 1000  # So many of each service are looked at: what was lost must be seen for as long as one plays.
Listener = Callable[[Exchange], None]  # Is called with each exchange that is over.


OpenWorld = Callable[[Path, Mapping[str, int], Credentials], Together]


class Session:
    """Holds the world; `version` changes whenever something in it may have, so that pages know when to look again."""

    def __init__(
        self,
        folder: Path,
        ports: Mapping[str, int] = PORTS,
        listener: Listener | None = None,
        own: Subject | None = None,
        settings: Mapping[str, str] | None = None,
        revision: str = "",
    ) -> None:
        self._folder, self._ports, self._world_numbers, self._listener = folder, dict(ports), count(1), listener
        self._credentials = Credentials.draw(real_seams().randomness)
        self._versions, self._lock = Versions(), RLock()
        self.last_act, self.is_open = "", True
        self.pace_seconds = PACE_SECONDS
        self.plays: dict[str, Play] = {}
        self._worlds: dict[str, OpenWorld] = {name: partial(_open_world, each) for name, each in SERVICES.items()}
        self._worlds["reference"] = partial(_open_world, REFERENCE, settings=settings)
        self._worlds |= {own.name: own.open_around} if own else {}
        self.subjects = {name: Subject(each) for name, each in SERVICES.items()} | ({own.name: own} if own else {})
        self.revision = revision
        self.first_service = own.name if own else "reference"
        self.forgotten: dict[str, str] = {}
        """The state of each saga that the pages show no more."""
        self.world, self.index = self._start_world(self.first_service)
        self.begin_acts()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self.world.__exit__()

    def say(self, line: str) -> None:
        """Let whoever watches read what was done."""
        self.last_act = line
        self.touch()

    def touch(self) -> None:
        """Let the pages look again."""
        self._versions.change()

    @property
    def version(self) -> int:
        """The number of the newest change."""
        return self._versions.newest

    def close(self) -> None:
        """Let nobody wait for changes any more."""
        self.is_open = False
        self.touch()

    def wait_for_change(self, seen: int, seconds: float) -> int:
        """Wait, so many seconds at most, until there is another version than was seen; return the newest."""
        return self._versions.wait(seen, seconds)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Let one person's act be over before the next begins."""
        with self._lock:
            try:
                yield
            finally:
                self.touch()

    @property
    def services(self) -> tuple[str, ...]:
        """The payment-services that the world can be put up with, by their names."""
        return tuple(self._worlds)

    def reset(self, service: str | None = None) -> str:
        """Begin anew, with nothing remembered, with this payment-service or the first; returns what is gone."""
        gone = f"{len(self.world.recorder)} exchanges, {len(self.active_faults())} faults"
        self.world.__exit__()
        self.world, self.index = self._start_world(service or self.first_service)
        self.plays.clear()
        self.forgotten.clear()
        self.begin_acts()
        return gone

    def begin_acts(self) -> None:
        """Remember from now on what people do."""
        self.acts = ActLog(self.world.clock.now())

    def faults(self) -> list[Json]:
        """Return all planted faults, spent ones too, each with the service it is planted in."""
        faults = self._collect(lambda name: self.world.control(name).faults())
        return [{"service": name, **each} for name, each in faults]

    def active_faults(self) -> list[Json]:
        """Return the faults that may still strike."""
        return [each for each in self.faults() if each["times"] is None or each["strikes"] < each["times"]]

    def deliveries(self) -> list[Json]:
        """Return the newest messages of all simulators, newest first, each with its sender."""
        items = [
            {"sender": name, **each}
            for name, each in self._collect(lambda name: self.world.deliveries(name, DELIVERIES_KEPT))
            if each.get("sagaId") not in self.forgotten
        ]
        return sorted(items, key=lambda each: str(each["created"]), reverse=True)

    def down(self) -> list[str]:
        """Return the services that do not run."""
        return [name for name in self.world.topology.urls if not self.world.is_up(name)]

    def is_quiet(self) -> bool:
        """Whether nobody has anything left to do at this moment."""
        due = self.world.next_due()
        nothing_open = all(each.answer for _, each in self.world.recorder.entries())
        return nothing_open and (due is None or due > self.world.clock.now())

    def _collect(self, look: Callable[[str], list[Json]]) -> list[tuple[str, Json]]:
        """Return what the simulators that run list, each item with the name of its simulator."""
        items: list[tuple[str, Json]] = []
        for name in self.world.topology.simulators:
            with suppress(requests.RequestException):  # It may go down on purpose, while it is asked.
                items += [(name, each) for each in look(name)] if self.world.is_up(name) else []
        return items

    def _start_world(self, service: str) -> tuple[Together, ExchangeIndex]:
        self.service_name = service
        folder = self._folder / str(next(self._world_numbers))
        folder.mkdir()
        world = self._worlds[service](folder, self._ports, self._credentials)
        self._ports = {name: int(url.rpartition(":")[2]) for name, url in world.topology.urls.items()}
        world.recorder.payloads, world.recorder.wall_clock = {}, Clock()
        world.recorder.watch(lambda *_: self.touch())
        seed(world)
        if self._listener:
            world.recorder.listen(self._listener)
        return world, ExchangeIndex(world.recorder)


def _open_world(
    service: str,
    folder: Path,
    ports: Mapping[str, int],
    credentials: Credentials,
    settings: Mapping[str, str] | None = None,
) -> Together:
    return Together(folder, ports=ports, service=service, credentials=credentials, settings=settings)
