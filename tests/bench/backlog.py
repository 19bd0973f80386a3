"""What 100,000 messages cost that wait for a partner who is away: memory, and what everybody else notices of it."""

from __future__ import annotations

import argparse
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from reference.domain.enrollment import VerifyCourse
from reference.storage.database import open_database
from reference.storage.tables import outbox
from reference.wire import encode
from simulators.world.process import Process
from tests.bench import report
from tests.bench.service import environ
from tests.postgres import free_port

WAITING, SECONDS, SETTLE = 100_000, 20, 3


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=WAITING, help="how many wait")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for how long one looks")
    given = parser.parse_args()
    sys.stdout.write(f"{report.machine()}\n")
    for how, is_silent in (("refuses connections", False), ("takes them and says nothing", True)):
        with TemporaryDirectory() as folder, socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            if is_silent:
                nobody.listen(1000)
            partner = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            alone, beside = _measure(Path(folder), partner, given.messages, given.seconds)
        sys.stdout.write(f"a partner who {how}: {alone} without messages; {beside} with {given.messages:,} waiting\n")
    return 0


def _measure(folder: Path, partner: str, messages: int, seconds: int) -> tuple[str, str]:
    url = f"sqlite:///{folder}/payments.sqlite3"
    with _served(url, partner, folder) as service:
        alone = _look(service, seconds)
        database = open_database(url)
        with database.writing.begin() as connection:
            _fill(connection, messages)
        beside = _look(service, seconds)
    return alone, beside


def _fill(connection: sa.Connection, messages: int) -> None:
    now = datetime.now(UTC)
    asked = (VerifyCourse(saga_id=f"saga_{number}", course_id="algebra") for number in range(messages))
    rows = [
        {"key": f"{each.saga_id}:{each.key}", "to": each.to, "name": each.name, "body": encode(each)}
        | {"attempts": 1, "enqueued_at": now, "due_at": now, "trace": None}
        for each in asked
    ]
    connection.execute(sa.insert(outbox), rows)


def _look(service: Process, seconds: int) -> str:
    time.sleep(SETTLE)
    before, most, end = _cpu(service.pid), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        most = max(most, _memory(service.pid))
        time.sleep(0.2)
    return f"{most / 2**20:.0f} MB, {100 * (_cpu(service.pid) - before) / seconds:.0f} % of a core"


@contextmanager
def _served(url: str, partner: str, folder: Path) -> Iterator[Process]:
    known = environ(url, partner) | {"PORT": str(free_port())}
    ready = f"http://127.0.0.1:{known['PORT']}/readyz"
    service = Process(["serve"], known, ready_url=ready, log=folder / "log", on_line=lambda _: None)
    try:
        service.await_ready()
        yield service
    finally:
        service.terminate()
        service.await_end()


def _memory(pid: int) -> int:
    """Return the bytes that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def _cpu(pid: int) -> float:
    """Return the seconds of CPU of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / 100


if __name__ == "__main__":
    sys.exit(main())
