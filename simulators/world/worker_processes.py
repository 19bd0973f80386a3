"""One service in several processes on one port: gunicorn keeps the processes, and in each our own server answers.

A process that is told to end lets nobody in any more, answers whoever has asked, ends the calls that its background
makes, and gives back what it had not begun. One that dies is started again.
"""

from __future__ import annotations

import logging
import os
import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, NoReturn

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from simulators.world.local_service import LocalService
from simulators.world.serving import Port, Server

FIGURES = "PROMETHEUS_MULTIPROC_DIR"  # Where processes add up their figures: a variable of Prometheus' client.

HEARTBEAT_SECONDS = 1
FROZEN_SECONDS = 60  # Who gives no sign for so long is killed, and started again.
TIDY_SECONDS = 30  # For requests and calls under way, when all are told to end.
TROUBLE_SECONDS = 2  # Until a process is built again that could not be: the database may be away.


@contextmanager
def shared_figures() -> Iterator[None]:
    """Let all processes that come of this one add up their figures, in a folder that goes with it, unless there is one.

    Prometheus' client looks for the folder once, when it is loaded: whoever counts is to be loaded afterwards.
    """
    if FIGURES in os.environ:
        yield
        return
    owner, folder = os.getpid(), tempfile.mkdtemp(prefix="figures-")
    os.environ[FIGURES] = folder
    try:
        yield
    finally:
        if os.getpid() == owner:  # A process that comes of this one leaves by this way, too.
            shutil.rmtree(folder, ignore_errors=True)


def prepare(build: Callable[[], Flask]) -> None:
    """Build the service once, in a process of its own that ends: the database is migrated before anybody listens.

    Whatever building it raises is raised here. The process that keeps the others never holds a connection.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as once:
        once.submit(_build, build).result()


def _build(build: Callable[[], Flask]) -> None:
    build()


class WorkerProcesses(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """The processes of one service. `port` is theirs from now on."""

    def __init__(
        self, name: str, build: Callable[[], Flask], port: Port, *, count: int, until_stdin_closes: bool = False
    ) -> None:
        self.name, self.build, self.port, self.until_stdin_closes = name, build, port, until_stdin_closes
        self._count, self._listener = count, f"fd://{port.socket.detach()}"
        super().__init__()

    def load_config(self) -> None:
        """Configure gunicorn; it reads nothing of the environment."""
        settings = {
            "bind": self._listener,
            "workers": self._count,
            "worker_class": f"{__name__}.{ServiceProcess.__name__}",
            "timeout": FROZEN_SECONDS,
            "graceful_timeout": TIDY_SECONDS,
            "control_socket_disable": True,  # It would lie in the home directory, shared by name among instances.
            "loglevel": "warning",
            "logger_class": _SharedLogger,
            "child_exit": _forget_figures,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def run(self) -> NoReturn:
        """Serve until told to end; SystemExit with 0, and with 130 after Ctrl-C."""
        _Keeper(self).run()
        raise SystemExit(0)


class _SharedLogger(Logger):  # type: ignore[misc] # gunicorn has no types
    """Says what gunicorn has to say in the way of this process, if it has one."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        """Write as gunicorn does only where nobody has said how."""
        super().setup(cfg)
        if logging.root.handlers:
            self.error_log.handlers.clear()
            self.error_log.propagate = True


class _Keeper(Arbiter):  # type: ignore[misc] # gunicorn has no types
    """The process that keeps the others."""

    def handle_int(self) -> None:
        """End after Ctrl-C as after SIGTERM, but for the exit code."""
        self.stop()
        sys.exit(128 + signal.SIGINT)

    def handle_usr2(self) -> None:
        """Start no second keeper beside this one: a new version is deployed beside the old one."""

    def wait_for_signals(self, timeout: float = HEARTBEAT_SECONDS) -> list[int]:
        """Return which signals came; the end of our standard input is one, if whoever started us has said so."""
        if self.app.until_stdin_closes and select.select([sys.stdin], [], [], 0)[0] and not os.read(0, 4096):
            return [signal.SIGTERM]
        found: list[int] = super().wait_for_signals(timeout)
        return found


class ServiceProcess(Worker):  # type: ignore[misc] # gunicorn has no types
    """One of the processes: a server and a background of its own."""

    def load_wsgi(self) -> None:
        """Build nothing yet: that may take more than one try."""

    def init_signals(self) -> None:
        """End in good order also after Ctrl-C, which reaches all processes of a terminal."""
        super().init_signals()
        for each in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(each, self.handle_exit)

    def run(self) -> None:
        """Serve until told to end, or until nobody keeps us any more."""
        service = self._build_service()
        if not service:
            return
        server = Server(service, Port.of(self.sockets[0].sock))
        service.background.start()
        while self._goes_on():
            self._rest(HEARTBEAT_SECONDS)
        server.drain()
        service.background.stop()

    def _build_service(self) -> LocalService | None:
        """Return the service once it can be built, as it could before there were processes; None when told to end."""
        while self._goes_on():
            try:
                return LocalService(self.app.name, self.app.build)
            except ValueError as trouble:
                self.log.warning("%s cannot start now, and tries again: %s", self.app.name, trouble)
                self._rest(TROUBLE_SECONDS)
        return None

    def _goes_on(self) -> bool:
        self.notify()
        return bool(self.alive) and os.getppid() == self.ppid

    def _rest(self, seconds: float) -> None:
        if select.select([self.PIPE[0]], [], [], seconds)[0]:  # A signal has come.
            os.read(self.PIPE[0], 4096)


def _forget_figures(_: Arbiter, worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Let a process that ended show nothing of how it is; what it has counted stays in the sums."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - it looks for the folder when loaded

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
