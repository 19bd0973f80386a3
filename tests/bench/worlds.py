"""How fast worlds are, beside another revision in one run: `python -m tests.bench.worlds --against main`.

One core is used at a time. Revisions take turns, and figures are of CPU time, for what else the machine does wanders.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

from tests.bench import report
from tests.rooms.source import ROOT

HERE = "here"
METER = Path(__file__).with_name("storm_meter.py")


class Task(NamedTuple):
    """What is done in one turn: worlds are built, or as many storms of a size lived through."""

    what: str
    purchases: int
    faults: int
    storms: int

    def asked(self, turn: int) -> dict[str, Any]:
        """Return what the meter is asked in this turn; each has seeds of its own."""
        seeds = list(range(turn * self.storms, (turn + 1) * self.storms))
        return {"what": self.what, "purchases": self.purchases, "faults": self.faults, "seeds": seeds}

    def __str__(self) -> str:
        return "builds" if self.what == "builds" else f"{self.purchases} x {self.faults}"


TASKS = (Task("builds", 0, 0, 20), Task("storms", 1, 1, 12), Task("storms", 3, 2, 6), Task("storms", 12, 8, 2))
PROFILED = Task("storms", 12, 8, 3)


class Meter:
    """A process that runs the storms of one revision."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: dict[str, Any]) -> dict[str, float]:
        """Return its answer; RuntimeError when it died of it."""
        into, out = self._pipes()
        into.write(json.dumps(what) + "\n")
        into.flush()
        if not (line := out.readline()):
            raise RuntimeError("the meter ended; its message is above")
        answer: dict[str, float] = json.loads(line)
        return answer

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin
        assert self._process.stdout
        return self._process.stdin, self._process.stdout


@contextmanager
def meter(tree: Path) -> Iterator[Meter]:
    """Lend a meter of the revision that lies in this folder."""
    environ = {**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-P", str(METER)]  # Not beside the bench of Stripe, which bears the name of the SDK.
    with subprocess.Popen(
        command, cwd=tree, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield Meter(process)
        finally:
            process.kill()


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """Lend the folder of another revision; CalledProcessError when there is none of that name."""
    with TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=False)


def measure(meters: dict[str, Meter], rounds: int) -> None:
    """Let the revisions take turns at each task, and print what each did per second of CPU."""
    say(f"{'':10}{'':12}{'per CPU s':>10}{'per s':>8}{'exchanges/CPU s':>17}{'CPU ms each':>13}{'judging':>9}")
    for task in TASKS:
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in meters}
        for each in meters.values():
            each.ask(task.asked(rounds))  # Whatever is made once, is made now.
        for turn in range(rounds):
            for name, each in meters.items():
                taken[name].append(each.ask(task.asked(turn)))
        for name, answers in taken.items():
            say(f"{task!s:10}{name:12}{_row(answers)}")


def _row(answers: Sequence[dict[str, float]]) -> str:
    rate, real, exchanges, judged = (
        statistics.median(each[what] / each[by] for each in answers)
        for what, by in (("done", "cpu"), ("done", "elapsed"), ("exchanges", "cpu"), ("judging", "cpu"))
    )
    return f"{rate:10.1f}{real:8.1f}{exchanges:17.0f}{1000 / rate:13.1f}{judged:9.1%}"


def tell_shares(meters: dict[str, Meter]) -> None:
    """Print how much of the time each layer takes itself, under a profiler."""
    say(f"\nshare of each layer in storms of {PROFILED} (own time; a profiler exaggerates many small calls)")
    for name, each in meters.items():
        asked = PROFILED.asked(0)
        del asked["what"]
        found = each.ask({"shares": asked})
        say(f"  {name:12}" + "  ".join(f"{layer} {share:.0%}" for layer, share in found.items()))


def say(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="REV", help="measure this revision, too, in turns")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each task (5)")
    options = parser.parse_args()
    say(report.machine())
    with ExitStack() as running:
        trees = {HERE: ROOT}
        if options.against:
            trees = {options.against: running.enter_context(checkout(options.against)), **trees}
        meters = {name: running.enter_context(meter(tree)) for name, tree in trees.items()}
        measure(meters, options.rounds)
        tell_shares(meters)
    return 0


if __name__ == "__main__":
    sys.exit(main())
