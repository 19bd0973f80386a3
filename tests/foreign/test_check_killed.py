"""`harness check`, killed: nothing is left of it, and of the services that it started."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from simulators.world.waiting import wait_for
from tests.foreign.harness_check import HARNESS, NODE
from tests.foreign.processes import processes_of
from tests.foreign.service import has_node, install_packages
from tests.rooms.source import ROOT

pytestmark = [pytest.mark.served]
needs_node = pytest.mark.skipif(not has_node(), reason="NOT TESTED: harness check of a service in Node, for want of it")
A_WHILE = 60


def test_a_check_in_process_that_is_killed_leaves_nothing_in_shared_memory(tmp_path: Path) -> None:
    arguments, environ = [*HARNESS, "--only", "scenarios", "--jobs", "2"], {**os.environ, "MARKER": str(tmp_path)}
    with subprocess.Popen(
        arguments, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as harness:
        left = wait_for(lambda: in_memory(processes_of(str(tmp_path))), A_WHILE)
        assert left
        os.kill(harness.pid, signal.SIGKILL)
    assert wait_for(lambda: not any(each.exists() for each in left), A_WHILE)
    assert wait_for(lambda: not processes_of(str(tmp_path)), A_WHILE)


def in_memory(processes: list[int]) -> list[Path]:
    return [folder for each in processes for folder in Path("/dev/shm").glob(f"harness-{each}-*")]


@pytest.mark.node
@needs_node
@pytest.mark.parametrize(("part", "at_once"), [("stories", 1), ("stories", 2), ("crashes", 2), ("contracts", 1)])
def test_a_check_that_is_killed_leaves_no_process_and_no_shared_memory(part: str, at_once: int, tmp_path: Path) -> None:
    install_packages()
    arguments = [*HARNESS, *NODE, "--env", f"MARKER={tmp_path}", "--only", part, "--jobs", "2"]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as harness:
        assert wait_for(lambda: len(processes_of(str(tmp_path), of="node")) >= at_once, A_WHILE)
        services = processes_of(str(tmp_path), of="node")
        os.kill(harness.pid, signal.SIGKILL)
    assert wait_for(lambda: not processes_of(str(tmp_path)), A_WHILE)
    assert not [each for pid in services for each in Path("/dev/shm").glob(f"*faketime*_{pid}")]
