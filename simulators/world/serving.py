"""A service that listens on a port of this machine, in threads of this process."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Mapping
from functools import partial
from wsgiref.types import WSGIApplication

import requests
from waitress import create_server, wasyncore

LOOPBACK = "127.0.0.1"
THREADS = 8

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a call that waits for a thread is no news


class PortTaken(Exception):  # noqa: N818 - reads as what happened
    """Somebody else listens there already."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        option = f"--{name.removesuffix('-service')}-port"
        super().__init__(f"port {port}, meant for {name}, is taken: choose another one with {option}")


class Port:
    """A port of loopback, reserved before anything is started (0: any free one), or PortTaken."""

    def __init__(self, name: str, number: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.socket.bind((LOOPBACK, number))
            self.socket.listen()
        except OSError:
            self.socket.close()
            raise PortTaken(name, number) from None
        self.url = f"http://{LOOPBACK}:{self.socket.getsockname()[1]}"


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


class Server:
    """Serves an app on a reserved port until stopped."""

    def __init__(self, app: WSGIApplication, port: Port, threads: int = THREADS) -> None:
        self._sockets: dict[int, object] = {}
        self._server = create_server(app, self._sockets, sockets=[port.socket], threads=threads)
        self._thread = threading.Thread(target=self._server.run, name="server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close every connection, and wait for the threads."""
        trigger = self._server.trigger
        with trigger.lock:  # An awake server would close what it is then woken by.
            trigger.thunks.append(partial(wasyncore.close_all, self._sockets))
            trigger.pull_trigger()
        self._thread.join()
        self._server.task_dispatcher.shutdown()
