"""The server that the PostgreSQL tests stand on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests import postgres as launcher
from tests.postgres import PostgresServer, postgres

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parents[3]


def _ask(url: str, sql: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        answer = connection.execute(sql.encode())
        row = answer.fetchone() if answer.description else None
        return row and row[0]


def test_every_test_gets_an_empty_database_of_its_own(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as one, postgres_server.database() as other:
        _ask(one, "CREATE TABLE mine AS SELECT 1")
        assert _ask(other, "SELECT to_regclass('mine')") is None


def test_a_database_is_gone_after_the_test_even_when_a_connection_was_left_open(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as url:
        left_open = psycopg.connect(url.replace("+psycopg", ""))
    left_open.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        _ask(url, "SELECT 1")


def test_it_is_fast_for_tests_and_durable_when_asked(postgres_url: str) -> None:
    assert _ask(postgres_url, "SHOW fsync") == "off"
    with postgres(durable=True) as server, server.database() as url:
        assert _ask(url, "SHOW fsync") == "on"


def test_a_killed_server_starts_again_with_what_it_had() -> None:
    with postgres(durable=True) as server, server.database() as url:
        _ask(url, "CREATE TABLE kept AS SELECT 7 AS value")
        server.stop(signal.SIGKILL)
        server.start()
        assert _ask(url, "SELECT value FROM kept") == 7


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_dies_with_the_process_that_started_it() -> None:
    script = (
        "from tests.postgres import postgres\n"
        "with postgres() as s: print(s._process.pid, s.data.parent, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        said, home = owner.stdout.readline().decode().split()
        server = int(said)
        owner.kill()
    give_up = time.monotonic() + 10
    while _runs(server) and time.monotonic() < give_up:
        time.sleep(0.02)
    shutil.rmtree(home)  # what a killed owner could not do
    assert not _runs(server)


def _runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives the server to another user")
def test_binaries_below_a_closed_directory_are_copied(tmp_path: Path) -> None:
    binaries = tmp_path / "closed" / "pginstall" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "postgres").touch(mode=0o755)
    (tmp_path / "closed").chmod(0o700)
    (tmp_path / "home").mkdir()
    assert launcher._reachable(binaries, tmp_path / "home") == tmp_path / "home" / "postgres" / "bin"
    assert (tmp_path / "home" / "postgres" / "bin" / "postgres").stat().st_uid != 0


def test_without_binaries_it_says_loudly_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_binaries", lambda: None)
    with pytest.raises(FileNotFoundError, match="MISSING"), postgres():
        pass
