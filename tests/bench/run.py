"""The speed figures, side by side in one run: how near is the payment-service to the least code that could do it?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.bench import partner, report, service
from tests.bench.partner import Drive, Driven
from tests.bench.peer import why_missing
from tests.bench.processes import process
from tests.bench.report import FLOOR, LONG_PAST, PEER, REFERENCE, Counts, Sample
from tests.bench.service import Service, Used
from tests.bench.stores import SQLITE, empty_databases, multiply, stores, transactions_that_wrote

CONCURRENCIES = (1, 16)
WARM_UP, COUNTED = 0.5, 1.0  # Seconds.


@dataclass(frozen=True)
class Plan:
    """How often, and for how many seconds each time, every service is driven at every concurrency."""

    rounds: int
    seconds: float


FULL, QUICK = Plan(rounds=5, seconds=3), Plan(rounds=2, seconds=0.6)


def main() -> int:
    """Measure and print; 1 when the reference commits less often than the floor: then it would lose something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute instead of seven; rougher")
    parser.add_argument("--finished", type=int, default=100_000, help="sagas of the long past (100,000)")
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    _say(report.machine())
    if reason := why_missing():
        _say(f"without DBOS, which cannot be installed: {reason}\n")
    names = [FLOOR, REFERENCE, LONG_PAST, *([] if reason else [PEER])]
    with process(partner.run) as driver:
        partner_url = f"http://127.0.0.1:{driver.recv()}"
        benches = [Bench(store, plan, names, options.finished, driver, partner_url) for store in stores()]
        is_fair = [bench.run() for bench in benches]
    return 0 if all(is_fair) else 1


@dataclass(frozen=True)
class Bench:
    """All services on one kind of store."""

    store: str
    plan: Plan
    names: Sequence[str]
    finished: int
    driver: Connection
    partner_url: str

    def run(self) -> bool:
        """Count, then measure in turns; return whether the reference did as many durable commits as the floor."""
        with empty_databases(self.store, len(self.names)) as urls:
            databases = dict(zip(self.names, urls, strict=True))
            past = databases[LONG_PAST]
            counts = {FLOOR: self._count(FLOOR, databases[FLOOR]), REFERENCE: self._count(REFERENCE, past)}
            multiply(past, self.finished)
            _say(report.table(self.store, list(self._measure(databases)), counts, self.finished))
        return round(counts[FLOOR].commits) <= round(counts[REFERENCE].commits)

    def _count(self, name: str, url: str) -> Counts:
        """Return what the database did for one saga."""
        with process(service.run, Service(name, url, self.partner_url, counting=True)) as pipe:
            port = pipe.recv()
            self._drive(port, 1, WARM_UP)
            wrote, statements = self._wrote(url), _used(pipe).statements
            sagas = len(self._drive(port, 1, COUNTED).latencies)
            statements = _used(pipe).statements - statements
            if self.store == SQLITE:
                return Counts(statements["COMMIT"] / sagas, statements.total() / sagas)
            return Counts((self._wrote(url) - wrote - 1) / sagas)

    def _wrote(self, url: str) -> int:
        return 0 if self.store == SQLITE else transactions_that_wrote(url)

    def _measure(self, databases: dict[str, str]) -> Iterator[Sample]:
        with ExitStack() as running:
            services = {name: Service(name, url, self.partner_url) for name, url in databases.items()}
            pipes = {name: running.enter_context(process(service.run, each)) for name, each in services.items()}
            ports = {name: pipe.recv() for name, pipe in pipes.items()}
            for concurrency in CONCURRENCIES:
                for port in ports.values():
                    self._drive(port, concurrency, WARM_UP)
                for _ in range(self.plan.rounds):
                    for name, pipe in pipes.items():
                        before = _used(pipe).cpu
                        driven = self._drive(ports[name], concurrency, self.plan.seconds)
                        cpu = _used(pipe).cpu - before
                        yield Sample(name, concurrency, driven.latencies, driven.elapsed, cpu)

    def _drive(self, port: int, concurrency: int, seconds: float) -> Driven:
        self.driver.send(Drive(port, concurrency, seconds))
        driven: Driven = self.driver.recv()
        return driven


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _used(pipe: Connection) -> Used:
    pipe.send("used?")
    used: Used = pipe.recv()
    return used


if __name__ == "__main__":
    sys.exit(main())
