"""`harness check` of `harness serve --workers 2` on PostgreSQL, over HTTP or RabbitMQ: every case, real processes.

python -m tests.simulated.on_workers [--broker] [--only crashes] [other options of `harness check`]
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg.errors import DuplicateDatabase

from reference import app, runtime
from simulators.cli import main as harness
from simulators.world.foreign_time import CLOCK_VARIABLE
from tests.brokers import RabbitServer, broker
from tests.postgres import postgres
from tests.rooms.source import ROOT

HERE, SERVE, DATABASES = "tests.simulated.on_workers", "serve", "TEST_DATABASES"
PARTS = ("--only", "stories,scenarios,storms,crashes")


class MovedClock(runtime.SystemClock):
    """The machine's time, and what the world's clock is ahead of it."""

    def now(self) -> datetime:
        """Return the present instant in the world."""
        return super().now() + timedelta(seconds=float(Path(os.environ[CLOCK_VARIABLE]).read_text()))


def create_app(environ: dict[str, str]) -> Flask:
    """Return the reference on the world's clock; whoever is asked looks at it."""
    served = app.create_app(environ, clock=MovedClock())
    served.before_request(served.extensions["background"].wake)
    return served


def serve() -> None:
    """Run two processes of the service, on a database of this world's own."""
    name = f"world_{hashlib.sha256(os.environ['DATA_DIR'].encode()).hexdigest()[:32]}"
    server = os.environ[DATABASES]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection, suppress(DuplicateDatabase):
        connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy".encode())
    url = f"{server.replace('postgresql', 'postgresql+psycopg')}/{name}"
    command = [sys.executable, "-m", "simulators.cli", "serve", "--workers", "2", "--service", f"{HERE}:create_app"]
    sys.exit(subprocess.call(command, env=os.environ | {"DATABASE_URL": url}))


def main(options: list[str]) -> Any:
    """Check it, and leave with the exit code of `harness check`."""
    over_broker = "--broker" in options
    wanted = [each for each in options if each != "--broker"]
    with ExitStack() as running:
        server = running.enter_context(postgres())
        given = {DATABASES: f"postgresql://postgres@127.0.0.1:{server.port}"}
        if over_broker:
            given |= {"BROKER_URL": running.enter_context(broker(RabbitServer)).url}
        command = shlex.join([sys.executable, "-m", HERE, SERVE])
        said = ["check", "--command", command, "--workdir", str(ROOT), "--time", "hook", "--jobs", "1"]
        said += [word for name, value in given.items() for word in ("--env", f"{name}={value}")]
        return harness([*said, *([] if "--only" in wanted else PARTS), *wanted])


if __name__ == "__main__":
    serve() if sys.argv[1:] == [SERVE] else main(sys.argv[1:])
