"""`harness serve --workers`: one service in several processes on one port and one PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from simulators.cli import main
from simulators.world.process import Process
from simulators.world.waiting import wait_for
from tests.postgres import PostgresServer
from tests.rooms.source import ROOT

pytestmark = [pytest.mark.served, pytest.mark.apart, pytest.mark.postgres]
SECONDS = 60
SETTINGS = {
    "STRIPE_API_KEY": "sk_test_any",
    "STRIPE_WEBHOOK_SECRET": "whsec_any",
    **dict.fromkeys(("STRIPE_API_BASE", "LEARNING_SERVICE_URL"), "http://127.0.0.1:9"),
    **dict.fromkeys(("TUTOR_MATCHING_SERVICE_URL", "COMMUNICATION_SERVICE_URL"), "http://127.0.0.1:9"),
    "SERVICE_TOKEN": "token",
    "JWT_SECRET": "a secret that is as long as it must be",
    "HARNESS_SERVICE": "tests.integration.world.slow_service:create_app",
    "PYTHONPATH": str(ROOT),
    "LOG_FORMAT": "json",
}


class Workers:
    """Two processes of the service, and whoever asks them."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.url, self.log = f"http://127.0.0.1:{free_port()}", folder / "log"
        self.lines: list[str] = []
        environ = SETTINGS | {"DATABASE_URL": database_url, "PORT": self.url.rpartition(":")[2]}
        self.process = Process(
            ["serve", "--workers", "2"],
            environ,
            ready_url=f"{self.url}/readyz",
            log=self.log,
            on_line=self.lines.append,
        )
        self.process.await_ready()

    def get(self, path: str, **query: str) -> requests.Response:
        """Ask whichever process takes the connection."""
        return requests.get(self.url + path, params=query, timeout=SECONDS)

    def post(self, path: str) -> requests.Response:
        """Send nothing to whichever process takes the connection."""
        return requests.post(self.url + path, timeout=SECONDS)

    def pids(self) -> set[int]:
        """Return who answers, of several who are asked at once."""
        with ThreadPoolExecutor(8) as callers:
            return set(callers.map(lambda _: int(self.get("/pid").text), range(24)))

    def both(self, besides: int = 0) -> set[int]:
        """Return two who answer, once there are two besides the one."""
        found = set[int]()

        def are_two() -> bool:
            found.update(self.pids() - {besides})
            return len(found) > 1

        assert wait_for(are_two, SECONDS), self.log.read_text()
        return found

    def figure(self, name: str, **labels: str) -> float:
        """Return one of the figures."""
        families = text_string_to_metric_families(self.get("/metrics").text)
        samples = [each for family in families for each in family.samples if each.name == name]
        (found,) = [each.value for each in samples if each.labels == labels]
        return float(found)


@pytest.fixture
def workers(tmp_path: Path, postgres_url: str) -> Iterator[Workers]:
    running = Workers(tmp_path, postgres_url)
    yield running
    running.process.terminate()
    running.process.await_end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_whoever_asks_gets_the_figures_of_all(workers: Workers) -> None:
    workers.both()
    asked = 40
    with ThreadPoolExecutor(8) as callers:
        forged = callers.map(lambda _: workers.post("/webhooks/stripe"), range(asked))
        assert {each.status_code for each in forged} == {400}
    refused: Any = {"type": "", "result": "refused"}
    assert {workers.figure("payments_webhook_received_total", **refused) for _ in range(8)} == {asked}
    assert {workers.figure("payments_circuit_open", receiver="stripe") for _ in range(8)} == {0}


def test_one_that_dies_is_started_again_and_what_it_counted_stays(workers: Workers) -> None:
    first = workers.both()
    workers.post("/webhooks/stripe")
    dead = first.pop()
    os.kill(dead, signal.SIGKILL)
    assert dead not in workers.both(besides=dead)
    assert workers.figure("payments_webhook_received_total", type="", result="refused") == 1
    lines = [json.loads(line) for line in workers.lines]
    assert [each["level"] for each in lines if each["logger"] == "gunicorn.error" and str(dead) in each["message"]]


def test_who_has_asked_is_answered_when_all_are_told_to_end(workers: Workers, tmp_path: Path) -> None:
    came, go = tmp_path / "came", tmp_path / "go"
    with ThreadPoolExecutor(1) as caller:
        asked = caller.submit(workers.get, "/slow", came=str(came), go=str(go))
        assert wait_for(came.exists, SECONDS)
        workers.process.terminate()
        assert wait_for(lambda: refuses(workers.url), SECONDS)
        assert workers.process.is_alive
        assert not asked.done()
        go.touch()
        assert asked.result().text == "True"
    assert wait_for(lambda: not workers.process.is_alive, SECONDS)
    assert workers.process.exit_code == 0
    assert workers.log.read_text() == f"payment-service listens at {workers.url}, 2 processes\n"


def test_ctrl_c_ends_all_of_them_too(workers: Workers) -> None:
    os.kill(workers.process.pid, signal.SIGINT)
    assert wait_for(lambda: not workers.process.is_alive, SECONDS)
    assert workers.process.exit_code == 130
    assert refuses(workers.url)


def test_none_of_them_outlives_who_keeps_them(workers: Workers) -> None:
    workers.both()
    workers.process.kill()
    assert wait_for(lambda: refuses(workers.url), SECONDS), "the port is theirs as well"


def test_sqlite_is_refused_with_the_reason() -> None:
    answer = CliRunner().invoke(
        main, ["serve", "--workers", "2"], env=SETTINGS | {"DATABASE_URL": "sqlite:///x.sqlite"}
    )
    assert answer.exit_code == 2
    assert "needs PostgreSQL" in answer.output
    assert "one writer in at a time" in answer.output


def test_a_database_that_cannot_be_used_is_named_before_anybody_listens(postgres_server: PostgresServer) -> None:
    url = f"postgresql+psycopg://postgres@127.0.0.1:{postgres_server.port}/nobody_made_it"
    command = [sys.executable, "-m", "simulators.cli", "serve", "--workers", "2", "--port", "0"]
    environ = os.environ | SETTINGS | {"DATABASE_URL": url}
    answer = subprocess.run(command, env=environ, check=False, timeout=SECONDS, capture_output=True, text=True)
    assert answer.returncode == 2
    assert "DATABASE_URL names a database that cannot be used" in answer.stderr
    assert "listens" not in answer.stderr


def refuses(url: str) -> bool:
    try:
        requests.get(url, timeout=1)
    except requests.ConnectionError:
        return True
    return False
