"""A search by a Dask cluster: a real scheduler and two workers on loopback, one of which dies on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.cli import main
from simulators.world.waiting import wait_for
from tests.rooms.source import ROOT

DASK = [sys.executable, "-m", "distributed.cli.dask_scheduler"], [sys.executable, "-m", "distributed.cli.dask_worker"]
A_MINUTE = 60


class LocalCluster:
    """A scheduler and its workers, as processes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        file, self._stack = folder / "scheduler.json", stack
        self._start(*DASK[0], "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        assert wait_for(lambda: file.exists() and file.read_text().endswith("}"), A_MINUTE)  # Not while it is written.
        self.address = str(json.loads(file.read_text())["address"])
        self.workers = [
            self._start(
                *DASK[1], self.address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard", "--no-nanny",
                "--local-directory", str(folder / str(number)), "--host", "127.0.0.1",
            )
            for number in range(2)
        ]  # fmt: skip

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with ExitStack() as stack:
        yield LocalCluster(tmp_path, stack)


def command(*arguments: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "simulators.cli",
        "explore",
        "--json",
        "--purchases",
        "1",
        "--faults",
        "1",
        *arguments,
    ]


@pytest.mark.served
def test_a_worker_that_dies_loses_nothing_and_the_storms_are_the_same(cluster: LocalCluster) -> None:
    arguments = ["--seeds", "0-15"]
    at_many = subprocess.Popen(
        command(*arguments, "--cluster", cluster.address), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert at_many.stdout
    first = at_many.stdout.readline()
    cluster.workers[0].kill()
    rest = at_many.stdout.read()  # communicate() would lose what was read ahead with the first line.
    at_many.stdout.close()
    at_many.wait(5 * A_MINUTE)
    alone = subprocess.run(command(*arguments, "--jobs", "1"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert at_many.returncode == alone.returncode == 0
    assert first + rest == alone.stdout


@pytest.mark.served
def test_a_failing_storm_is_made_small_there(cluster: LocalCluster, tmp_path: Path) -> None:
    asked = command("--seeds", "0-9", "--service", "naive", "--no-steer", "--cluster", cluster.address)
    found = subprocess.run(
        [*asked, "--save", str(tmp_path / "runs")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1, found.stderr
    (small,) = json.loads(found.stdout.splitlines()[-1])["small"].values()
    assert small["tries"] > 0
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_a_cluster_that_is_not_there_is_told() -> None:
    ended = CliRunner().invoke(main, ["explore", "--cluster", "tcp://127.0.0.1:1"])
    assert ended.exit_code == 2
    assert "does not answer as a scheduler of Dask" in ended.output
