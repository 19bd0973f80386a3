"""One service in a process of its own, so that it shares its interpreter with nobody."""

from __future__ import annotations

import logging
import sqlite3
import sqlite3.dbapi2
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from waitress import create_server

from reference.app import create_app
from tests.bench.floor import create_floor
from tests.bench.partner import SERVICE_TOKEN, WEBHOOK_SECRET
from tests.bench.peer import create_peer
from tests.bench.report import FLOOR, PEER

THREADS = 16


@dataclass(frozen=True)
class Service:
    """What to serve, beside which database and partner; `counting` costs time, so nothing is timed then."""

    name: str
    database_url: str
    partner_url: str
    counting: bool = False


@dataclass(frozen=True)
class Used:
    """Seconds of CPU since the start, and what SQLite was told, by the statement's first word."""

    cpu: float
    statements: Counter[str]


def run(pipe: Connection, service: Service) -> None:
    """Serve: tell our port, then what was used whenever we are asked, until the pipe is closed."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    statements = Counter[str]()
    if service.counting:
        _count(statements)
    create = {FLOOR: create_floor, PEER: create_peer}.get(service.name, _reference)
    app = create(service.database_url, service.partner_url)
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    threading.Thread(target=server.run, daemon=True).start()
    pipe.send(server.effective_port)
    while True:
        try:
            pipe.recv()
        except EOFError:
            if background := app.extensions.get("background"):
                background.stop()  # What was sent would be sent again by the next one.
            return
        pipe.send(Used(time.process_time(), statements.copy()))


def _count(statements: Counter[str]) -> None:
    """Hear every statement of every connection from now on, whoever opens it and through whatever library."""

    class CountingConnection(sqlite3.Connection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.set_trace_callback(lambda statement: statements.update([statement.split(maxsplit=1)[0].upper()]))

    heard: Any = partial(sqlite3.connect, factory=CountingConnection)
    sqlite3.connect = sqlite3.dbapi2.connect = heard


def environ(database_url: str, partner_url: str) -> dict[str, str]:
    """Return what tells the reference of its database, and of a partner that is everybody else."""
    return {
        "DATABASE_URL": database_url,
        "STRIPE_API_KEY": "sk_test_bench",
        "STRIPE_API_BASE": partner_url,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "LEARNING_SERVICE_URL": partner_url,
        "TUTOR_MATCHING_SERVICE_URL": partner_url,
        "COMMUNICATION_SERVICE_URL": partner_url,
        "SERVICE_TOKEN": SERVICE_TOKEN,
        "JWT_SECRET": "a secret that nobody needs here but long",
    }


def _reference(database_url: str, partner_url: str) -> Flask:
    app = create_app(environ(database_url, partner_url))
    app.extensions["background"].start()
    return app
