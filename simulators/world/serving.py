"""A service that listens on a port of this machine, in threads of this process."""

from __future__ import annotations

import logging
import os
import resource
import socket
import threading
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any
from wsgiref.types import WSGIApplication

import requests
from waitress import create_server, wasyncore
from waitress.task import ThreadedTaskDispatcher

from simulators.world.waiting import wait_for

LOOPBACK = "127.0.0.1"
FREE_PORTS = range(20_000, 32_768)  # Below those from which systems take one for each call that goes out.
THREADS, MOST_THREADS = 8, 250
DRAIN_SECONDS = 12  # As long as a request may take: twice the database's patience, and a little.
MOST_OPEN_FILES = 8192
HEALTH = ("/healthz", "/readyz")
# A connection costs a file, not a thread: many may be open, and who says nothing for long is let go.
LIMITS: Mapping[str, Any] = {
    "connection_limit": 1000,  # beyond it nobody is let in until somebody goes
    "backlog": 1024,
    "channel_timeout": 30,  # in seconds: so long a connection may be silent
    "cleanup_interval": 5,
    "asyncore_use_poll": True,  # select() ends at a thousand
}

logging.getLogger("waitress").setLevel(logging.ERROR)  # a call that waits, or an answer that is cut, is no news


_turns = count(os.getpid() * 97)  # Processes that look for a port at once begin at places that lie apart.


class PortTaken(Exception):  # noqa: N818 - reads as what happened
    """Somebody else listens there already."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        option = f"--{name.removesuffix('-service')}-port"
        super().__init__(f"port {port}, meant for {name}, is taken: choose another one with {option}")


class Port:
    """A port, of loopback by default, reserved before anything is started, or PortTaken.

    0 is any free one that no call is given by the system: whoever lets go of it for a while will find it free again.
    """

    def __init__(self, name: str, number: int, host: str = LOOPBACK) -> None:
        numbers = [number] if number else (FREE_PORTS[next(_turns) % len(FREE_PORTS)] for _ in FREE_PORTS)
        found = next(filter(None, (_listener(host, each) for each in numbers)), None)
        if not found:
            raise PortTaken(name, number)
        self.socket = found
        self.url = f"http://{host}:{self.socket.getsockname()[1]}"

    @classmethod
    def of(cls, listening: socket.socket) -> Port:
        """Return the port at which a socket listens already, which another process has reserved."""
        port = cls.__new__(cls)
        host, number = listening.getsockname()[:2]
        port.socket, port.url = listening, f"http://{host}:{number}"
        return port


def _listener(host: str, number: int) -> socket.socket | None:
    """Return a socket that listens there; None when somebody else does."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, number))
        listener.listen(LIMITS["backlog"])
    except OSError:
        listener.close()
        return None
    return listener


def reserve(ports: Mapping[str, int]) -> dict[str, Port]:
    """Reserve all of these by name, or none."""
    reserved: dict[str, Port] = {}
    try:
        for name, number in ports.items():
            reserved[name] = Port(name, number)
    except PortTaken:
        for port in reserved.values():
            port.socket.close()
        raise
    return reserved


def served_session(caller: str) -> requests.Session:
    """Return an ordinary session, which tells who is calling unless the caller says otherwise."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = caller
    return session


class Threads(ThreadedTaskDispatcher):  # type: ignore[misc] # waitress has no types
    """Threads that answer, and one more whenever all are busy: calls that take long keep nobody waiting."""

    def add_task(self, task: object) -> None:
        """Let a thread work on this."""
        super().add_task(task)
        with self.lock:
            count = len(self.threads) - self.stop_count
            is_crowded = len(self.queue) > count - self.active_count
        if is_crowded and count < MOST_THREADS:
            self.set_thread_count(count + 1)


class Lanes:
    """Threads for all requests, and a few more that only tell how the service is: those never wait for the others."""

    def __init__(self) -> None:
        self._all, self._health = Threads(), ThreadedTaskDispatcher()
        self.is_draining = False  # Then each answer is the last of its connection, and says so.
        self._all.set_thread_count(THREADS)
        self._health.set_thread_count(len(HEALTH) * 2)

    def add_task(self, channel: Any) -> None:  # noqa: ANN401 - a connection of waitress'
        """Let a thread of the right lane answer the first request of a connection."""
        if self.is_draining:
            _make_last(channel)
        is_health = channel.requests and channel.requests[0].path in HEALTH
        (self._health if is_health else self._all).add_task(channel)

    def shutdown(self) -> None:
        """Stop all threads."""
        self._health.shutdown()
        self._all.shutdown()


class Server:
    """Serves an app on a reserved port until stopped; callers who are silent or slow keep nobody waiting."""

    def __init__(self, app: WSGIApplication, port: Port) -> None:
        _allow_open_files()
        self._sockets: dict[int, object] = {}
        self._lanes = Lanes()
        self._server = create_server(app, self._sockets, _dispatcher=self._lanes, sockets=[port.socket], **LIMITS)
        self._thread = threading.Thread(target=self._server.run, name="server", daemon=True)
        self._thread.start()

    def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Let nobody in any more, answer whoever has asked, and stop; who takes longer than that gets no answer."""
        self._lanes.is_draining = True
        self._in_loop(self._close_idle)  # First: whoever finds the door closed may rely on all being told.
        self._in_loop(partial(wasyncore.dispatcher.close, self._server))
        wait_for(self._is_quiet, seconds)
        self.stop()

    def stop(self) -> None:
        """Close every connection, and wait for the threads."""
        self._in_loop(partial(wasyncore.close_all, self._sockets))
        self._thread.join()
        self._server.task_dispatcher.shutdown()

    def _is_quiet(self) -> bool:
        """Close what nobody waits for, and tell whether that was all."""
        self._in_loop(self._close_idle)
        return not self._server.active_channels

    def _close_idle(self) -> None:
        for channel in self._server.active_channels.values():
            _make_last(channel)
            is_busy = channel.requests or channel.request or channel.total_outbufs_len
            channel.will_close = channel.will_close or not is_busy

    def _in_loop(self, act: Callable[[], object]) -> None:
        """Let the server's own thread do this."""
        trigger = self._server.trigger
        with trigger.lock:  # An awake server would close what it is then woken by.
            trigger.thunks.append(act)
            trigger.pull_trigger()


def _make_last(channel: Any) -> None:  # noqa: ANN401 - a connection of waitress'
    """Let the connection end with the answer to what was asked last, as if the caller had wished so."""
    for request in list(channel.requests):
        request.headers["CONNECTION"] = "close"


def _allow_open_files() -> None:
    """Let this process have a connection for everybody: many machines allow few open files unless asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MOST_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
