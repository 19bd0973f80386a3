"""Processes that serve until we hang up."""

from __future__ import annotations

import multiprocessing
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

_SPAWN = multiprocessing.get_context("spawn")
STOP_SECONDS = 10


def children(pid: int) -> list[int]:
    """Return the numbers of a process's own processes; none of one that has ended."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if Path("/proc/self").exists():
        return [int(each) for each in listed.read_text().split()] if listed.exists() else []
    found = subprocess.run(["pgrep", "-P", str(pid)], check=False, capture_output=True)
    return [int(each) for each in found.stdout.split()]


@contextmanager
def process(target: Callable[..., None], *arguments: Any) -> Iterator[Connection]:
    """Run `target(pipe, *arguments)` in a process of its own, and lend the other end of its pipe."""
    ours, theirs = _SPAWN.Pipe()
    child = _SPAWN.Process(target=target, args=(theirs, *arguments), daemon=True)
    child.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        child.join(STOP_SECONDS)
        child.kill()
