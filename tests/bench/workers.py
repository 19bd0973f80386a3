"""What more processes on one PostgreSQL give, side by side in one run; with --accidents, whether they lose anything."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import partner, report
from tests.bench.accidents import Serving, run_through_accidents, serving
from tests.bench.partner import Drive, Driven
from tests.bench.processes import children, process
from tests.bench.report import Sample
from tests.postgres import PostgresServer, postgres

PROCESSES = (1, 2, 4)
CONCURRENCY = 16
WARM_UP = 1.0  # Seconds.
TICKS = os.sysconf("SC_CLK_TCK")
CPU = slice(11, 15)  # Of /proc/<pid>/stat, after the name: our own time, and that of children who ended.


@dataclass(frozen=True)
class Turn:
    """What one service did in one turn, and what PostgreSQL did for it."""

    sample: Sample
    database_cpu: float

    @property
    def database_cpu_per_saga(self) -> float:
        """Milliseconds of all of PostgreSQL's processes."""
        return 1000 * self.database_cpu / len(self.sample.latencies)


def main() -> int:
    """Measure and print; 1 when something was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, nargs="+", default=PROCESSES, help="compared with the first of them")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is driven")
    parser.add_argument("--seconds", type=float, default=4, help="for how long each time")
    parser.add_argument("--accidents", type=int, metavar="SAGAS", help="so many sagas through accidents instead")
    parser.add_argument("--seed", type=int, default=1, help="of the accidents")
    given = parser.parse_args()
    _say(report.machine())
    with TemporaryDirectory() as folder, postgres(durable=True) as server:
        if given.accidents:
            return _survive(server, Path(folder), given.accidents, given.seed)
        turns = list(_measure(server, Path(folder), given))
    _say(_table(turns))
    return 0


def _measure(server: PostgresServer, folder: Path, given: argparse.Namespace) -> Iterator[Turn]:
    """Drive each service in turns: what else the machine does wanders, and meets all of them."""
    with ExitStack() as running:
        driver = running.enter_context(process(partner.run))
        partner_url = f"http://127.0.0.1:{driver.recv()}"
        services = {
            count: running.enter_context(
                serving(running.enter_context(server.database()), partner_url, count, folder / f"{count}.log")
            )
            for count in given.processes
        }
        for service in services.values():
            _drive(driver, service, WARM_UP)
        for _ in range(given.rounds):
            for count, service in services.items():
                before = _cpu(service.pid), _cpu(server.pid)
                driven = _drive(driver, service, given.seconds)
                cpu, database = (_cpu(pid) - was for pid, was in zip((service.pid, server.pid), before, strict=True))
                yield Turn(Sample(str(count), CONCURRENCY, driven.latencies, driven.elapsed, cpu), database)


def _drive(driver: Connection, service: Serving, seconds: float) -> Driven:
    driver.send(Drive(service.port, CONCURRENCY, seconds))
    driven: Driven = driver.recv()
    return driven


def _cpu(pid: int) -> float:
    """Return the seconds of CPU of a process and all that came of it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # It has just ended: who started it knows its time.
        return 0
    return sum(map(int, fields[CPU])) / TICKS + sum(_cpu(child) for child in children(pid))


def _table(turns: Sequence[Turn]) -> str:
    """Return medians over all turns; ratios are taken within a round."""
    lines = [
        f"PostgreSQL, fsync on, {CONCURRENCY} sagas at a time",
        f"  {'processes':>10}{'sagas/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'of PostgreSQL':>15}",
    ]
    by_count = {
        count: [turn for turn in turns if turn.sample.name == str(count)]
        for count in dict.fromkeys(int(turn.sample.name) for turn in turns)
    }
    first = next(iter(by_count.values()))
    for count, own in by_count.items():
        samples = [turn.sample for turn in own]
        looks = [[each.rate for each in samples], *([each.percentile(share) for each in samples] for share in (50, 99))]
        looks += [[each.cpu_per_saga for each in samples], [turn.database_cpu_per_saga for turn in own]]
        rate, p50, p99, cpu, database = map(statistics.median, looks)
        pairs = list(zip(samples, (turn.sample for turn in first), strict=True))
        more, dearer = (
            statistics.median(ratios)
            for ratios in (
                [mine.rate / one.rate for mine, one in pairs],
                [mine.cpu_per_saga / one.cpu_per_saga for mine, one in pairs],
            )
        )
        line = f"  {count:>10}{rate:9.1f}{p50:9.1f}{p99:9.1f}{cpu:9.1f}{database:15.1f}"
        lines.append(
            line + (f"   {more:.2f} x the sagas of the first, {dearer:.2f} x its CPU" if own is not first else "")
        )
    return "\n".join(lines)


def _survive(server: PostgresServer, folder: Path, count: int, seed: int) -> int:
    began = time.monotonic()
    outcome = run_through_accidents(server, folder, count=count, seed=seed)
    faults = outcome.faults(count)
    books = outcome.books
    _say(
        f"{count} sagas on 2 processes, {time.monotonic() - began:.0f} s, seed {seed}\n"
        f"  {'; '.join(outcome.accidents)}\n"
        f"  {books.said} things were said, {books.repeated} of them again for want of an answer\n"
        f"  sagas {dict(outcome.ended)}, payments {dict(outcome.paid)}, intents {len(books.intents)}, "
        f"enrollments {len(books.enrolled)}, refunds {books.refunds}, messages left {len(outcome.left)}\n"
        f"  {'; '.join(faults) or 'nothing lost, nothing doubled'}"
    )
    return 1 if faults else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
