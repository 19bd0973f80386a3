"""The payment-service that is judged, by a factory, a command or its URL, and how a world is put around it."""

import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from simulators.clients.payments import READINESS
from simulators.kit.seams import real_seams
from simulators.world.around import Around, StartCommand
from simulators.world.credentials import Credentials
from simulators.world.foreign_time import FAKED, TIME_WAYS, TimeWay
from simulators.world.foreign_world import ForeignWorld
from simulators.world.inside import Inside
from simulators.world.serving import PortTaken
from simulators.world.together import ANY_PORTS
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, REFERENCE, STRIPE, TUTORS
from simulators.world.world import World

WHERE = {
    STRIPE: "STRIPE_API_BASE",
    LEARNING: "LEARNING_SERVICE_URL",
    TUTORS: "TUTOR_MATCHING_SERVICE_URL",
    COMMUNICATION: "COMMUNICATION_SERVICE_URL",
}
SECRETS = {"service_token": "SERVICE_TOKEN", "jwt_secret": "JWT_SECRET", "webhook_secret": "STRIPE_WEBHOOK_SECRET"}
AUTO = "auto"
SECRET_NAME = re.compile("SECRET|KEY|TOKEN|PASSWORD|DATABASE_URL", re.IGNORECASE)


class CannotBeJudged(Exception):  # noqa: N818 - reads as what happened
    """The service cannot be reached as it was named; the message says why, and what to do."""


@dataclass(frozen=True)
class Subject:
    """One of `command`, `url` and `factory` names the service; `time` is how its clock is moved."""

    factory: str = REFERENCE
    command: tuple[str, ...] = ()
    url: str = ""
    folder: str = field(default_factory=os.getcwd)
    environ: Mapping[str, str] = field(default_factory=dict)
    ready_path: str = READINESS
    time: str = AUTO
    seed: int = 0
    instances: int = 1

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return shlex.join(self.command) or self.url or self.factory

    @property
    def options(self) -> str:
        """The options that name it once more, for a command that plays something again; without what may be secret."""
        several = f" --instances {self.instances}" if self.instances > 1 else ""
        if self.command:
            shown = {
                name: "…" if SECRET_NAME.search(name) else shlex.quote(self.environ[name]) for name in self.environ
            }
            more = "".join(f" --env {name}={value}" for name, value in shown.items()) + several
            return f" --command {shlex.quote(shlex.join(self.command))}{more}{self._how_started()}"
        named = "" if self.factory == REFERENCE else f" --service {self.factory}"
        return f" --service-url {self.url}" if self.url else named + several

    def _how_started(self) -> str:
        folder = "" if self.folder == str(Path.cwd()) else f" --workdir {shlex.quote(self.folder)}"
        ready = "" if self.ready_path == READINESS else f" --ready-url {shlex.quote(self.ready_path)}"
        return folder + ready + ("" if self.time in (AUTO, FAKED.name) else f" --time {self.time}")

    @property
    def way(self) -> TimeWay | None:
        """How time is moved; None for a factory, whose clock is ours."""
        return TIME_WAYS[self.time] if self.command or self.url else None

    @property
    def time_description(self) -> str:
        """How time is moved, as people are told."""
        return f"{self.way.name}: {self.way.description}" if self.way else "ours: the factory takes our clock"

    @property
    def world_description(self) -> str:
        """How a world has it, as people are told."""
        if self.instances > 1:
            return f"as {self.instances} instances on one database"
        return "as a process" if self.command else "where it runs already" if self.url else "in one process"

    def to_json(self) -> str:
        """Return it as a worker takes it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Subject":
        """Return the subject that `to_json` told of."""
        given = json.loads(text)
        return cls(**given | {"command": tuple(given["command"])})

    def open_world(self, folder: Path) -> World:
        """Put a new world around the service; DidNotStart says why a command was not ready."""
        if self.instances > 1 and self.url:
            raise CannotBeJudged("--instances is for a --command or a factory: what runs already was started by others")
        if self.command:
            return self.open_around(folder)
        if self.url:
            return self._open_beside(folder)
        return Inside(folder, service=self.factory, seed=self.seed, instances=self.instances)

    def _open_beside(self, folder: Path) -> ForeignWorld:
        time, ports, credentials = TIME_WAYS[self.time], ports_here(), credentials_here()
        try:
            return ForeignWorld(folder, self.url, time=time, ports=ports, credentials=credentials)
        except PortTaken as taken:
            raise CannotBeJudged(
                f"port {taken.port}, where it looks for {taken.name}, is taken: end what listens there"
            ) from taken

    def open_around(
        self, folder: Path, ports: Mapping[str, int] = ANY_PORTS, credentials: Credentials | None = None
    ) -> Around:
        """Put a new world around the command, with everybody at these ports."""
        command = StartCommand(self.command, Path(self.folder), self.environ, self.ready_path)
        time, count = TIME_WAYS[self.time], self.instances
        return Around(folder, command, time=time, ports=ports, credentials=credentials, instances=count)


def _variable_text(name: str, value: str) -> str:
    return f"{name}={'…' if SECRET_NAME.search(name) else value}"


def ports_here() -> dict[str, int]:
    """Return where a running service looks for the others, by the environment that we share; else CannotBeJudged."""
    missing = [name for name in (*WHERE.values(), *SECRETS.values()) if name not in os.environ]
    if missing:
        raise CannotBeJudged(f"--service-url needs the service's environment here too; not set: {', '.join(missing)}")
    ports = {name: urlsplit(os.environ[variable]).port for name, variable in WHERE.items()}
    if unknown := [WHERE[name] for name, port in ports.items() if not port]:
        raise CannotBeJudged(f"{', '.join(unknown)}: must name a port of this machine, at which a simulator can listen")
    return {name: port for name, port in ports.items() if port} | {PAYMENT: 0}


def credentials_here() -> Credentials:
    """Return the secrets that a running service shares with us, by the environment."""
    given = {name: os.environ[variable].partition(",")[0] for name, variable in SECRETS.items()}
    return Credentials.draw(real_seams().randomness, **given)
