"""Many sagas on several processes and one PostgreSQL, while both die: is anything lost, is anything doubled?"""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa

from reference.storage.tables import dead_letters, outbox, payments, sagas
from simulators.world.process import Process
from simulators.world.waiting import wait_for
from tests.bench import books
from tests.bench.books import PATIENCE, Books, Load
from tests.bench.processes import children, process
from tests.bench.service import environ
from tests.postgres import PostgresServer

QUICK = {"OUTBOX_LEASE_SECONDS": "4", "REPLY_TIMEOUT_SECONDS": "10"}  # So that what died is soon taken up.
AWAY_SECONDS = 1.0


@dataclass(frozen=True)
class Outcome:
    """How a run ended: the partners' books, what the database holds, and what happened on the way."""

    books: Books
    ended: Counter[str]  # Sagas by outcome.
    paid: Counter[str]  # Payments by status.
    left: list[str]  # Outbox messages and dead letters.
    accidents: list[str]
    seconds: float

    def faults(self, count: int) -> list[str]:
        """Return what was lost or doubled; nothing when each saga became one payment and one enrollment."""
        checks = {
            f"sagas ended {dict(self.ended)}": self.ended == {"COMPLETED": count},
            f"payments are {dict(self.paid)}": self.paid == {"SUCCEEDED": count},
            f"messages are left: {self.left}": not self.left,
            f"{self.books.refunds} refunds": self.books.refunds == 0,
            f"asked for strange things: {self.books.strange[:5]}": not self.books.strange,
            "not each saga has one intent": _sizes(self.books.intents) == {1: count},
            "not each saga has one enrollment": _sizes(self.books.enrolled) == {1: count},
            "enrolled is not who paid": set(self.books.enrolled) == self.books.paid,
        }
        return [what for what, holds in checks.items() if not holds]


def _sizes(found: dict[str, set[str]]) -> Counter[int]:
    return Counter(len(each) for each in found.values())


@dataclass
class Scene:
    """One service of several processes, its PostgreSQL, and what may happen to them."""

    server: PostgresServer
    url: str
    service: Process
    randomness: random.Random

    def cut_connections(self) -> None:
        """Cut all connections to the database, as a fail-over does."""
        name = self.url.rpartition("/")[2]
        with suppress(psycopg.OperationalError), psycopg.connect(self._plain(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )

    def kill_worker(self) -> None:
        """Kill -9 one of the processes."""
        os.kill(self.randomness.choice(children(self.service.pid)), signal.SIGKILL)

    def crash_database(self) -> None:
        """Kill -9 PostgreSQL, and start it again on what it has written."""
        self.server.stop(signal.SIGKILL)
        time.sleep(AWAY_SECONDS)
        self.server.start()

    def crash_both(self) -> None:
        """Kill -9 one of the processes while PostgreSQL is away: it has to wait for it to come back."""
        self.server.stop(signal.SIGKILL)
        self.kill_worker()
        time.sleep(AWAY_SECONDS)
        self.server.start()

    def _plain(self) -> str:
        return self.url.replace("+psycopg", "")


ACCIDENTS: tuple[Callable[[Scene], None], ...] = (
    Scene.cut_connections,
    Scene.kill_worker,
    Scene.crash_database,
    Scene.crash_both,
)


def run_through_accidents(
    server: PostgresServer, folder: Path, *, count: int, workers: int = 2, concurrency: int = 16, seed: int = 1
) -> Outcome:
    """Drive so many sagas, with an accident at every other twelfth of them, and judge by the books."""
    began, happened = time.monotonic(), list[str]()
    with server.database() as url, process(books.run, seed) as driver:
        with serving(url, f"http://127.0.0.1:{driver.recv()}", workers, folder / "service.log", QUICK) as service:
            scene = Scene(server, url, service, random.Random(seed))
            driver.send(Load(service.port, count, concurrency))
            accidents, number = iter(ACCIDENTS), 0
            while done := driver.recv():
                if number % 2 and (accident := next(accidents, None)):
                    accident(scene)
                    happened.append(f"{accident.__name__} after {done}")
                number += 1
            wait_for(lambda: _has_ended(url, count), PATIENCE, every=0.2)
            driver.send("the books")
            kept: Books = driver.recv()
        return Outcome(kept, *_found(url), happened, time.monotonic() - began)


class Serving(Process):
    """The command `harness serve --workers`."""

    def __init__(self, url: str, partner_url: str, workers: int, log: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        known = environ(url, partner_url) | settings | {"PORT": str(self.port)}
        ready = f"http://127.0.0.1:{self.port}/readyz"
        super().__init__(["serve", "--workers", str(workers)], known, ready_url=ready, log=log, on_line=lambda _: None)


@contextmanager
def serving(
    url: str, partner_url: str, workers: int, log: Path, settings: dict[str, str] | None = None
) -> Iterator[Serving]:
    """Serve with so many processes until the block is left."""
    service = Serving(url, partner_url, workers, log, settings or {})
    try:
        service.await_ready()
        yield service
    finally:
        service.terminate()
        service.await_end()


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _has_ended(url: str, count: int) -> bool:
    with suppress(sa.exc.OperationalError):
        ended, _, left = _found(url)
        return ended.total() - ended[""] == count and not left
    return False


def _found(url: str) -> tuple[Counter[str], Counter[str], list[str]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        ended = Counter(each or "" for each in connection.execute(sa.select(sagas.c.outcome)).scalars())
        paid = Counter(connection.execute(sa.select(payments.c.status)).scalars())
        unsent = [f"unsent {row.key}: {row._mapping}" for row in connection.execute(sa.select(outbox))]
        dead = [f"dead {row.message_id}: {row.reason}" for row in connection.execute(sa.select(dead_letters))]
        return ended, paid, unsent + dead
