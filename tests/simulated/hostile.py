"""Storms in which all that can die does: two processes of the service, PostgreSQL and RabbitMQ, and the network hangs.

python -m tests.simulated.hostile --seeds 3 4 5
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from simulators.check.storms import brew
from simulators.clients.http_client import Refused
from simulators.judge.verdict import broken_promises, judge
from simulators.world.apart import SHORT, Apart
from simulators.world.topology import PAYMENT
from simulators.world.waiting import really_pass, wait_for
from tests.bench.processes import children
from tests.brokers import BrokerServer, RabbitServer, broker
from tests.postgres import PostgresServer, postgres

PURCHASES, FAULTS, AT_A_TIME = 40, 6, 8
AWAY, FROZEN, BETWEEN = (timedelta(seconds=seconds) for seconds in (1, 8, 0.5))  # Frozen: longer than anybody waits.
PATIENCE_SECONDS = 300
WEBHOOKS_ARE_ANSWERED = 12  # Not while the database is away: then a 503 is right, and Stripe comes again.


@dataclass
class Stage:
    """The world, and what may happen to it."""

    world: Apart
    database: PostgresServer
    broker: BrokerServer
    randomness: random.Random

    def kill_worker(self) -> None:
        """Kill -9 one of the service's processes."""
        if workers := children(self.world.pid(PAYMENT)):
            os.kill(self.randomness.choice(workers), signal.SIGKILL)

    def crash_database(self) -> None:
        """Kill -9 PostgreSQL, and start it again."""
        self.database.stop(signal.SIGKILL)
        really_pass(AWAY)
        self.database.start()

    def crash_broker(self) -> None:
        """Kill -9 RabbitMQ, and start it again."""
        self.broker.kill()
        really_pass(AWAY)
        self.broker.start()

    def freeze_database(self) -> None:
        """Let PostgreSQL answer nobody for a while, as behind a network that is cut."""
        with frozen([self.database.pid, *children(self.database.pid)]):
            really_pass(FROZEN)

    def freeze_broker(self) -> None:
        """Let RabbitMQ answer nobody for a while."""
        with frozen(self.broker.pids):
            really_pass(FROZEN)

    def go_on(self, doing: Callable[[], str]) -> str:
        """Try until the service hears it; a student who is told nothing gives up."""
        with suppress(AssertionError):
            return self.world.eventually(doing)
        return ""

    def has_ended(self, saga_id: str) -> bool:
        """Look, and lose interest in what has not ended."""
        saga = self.world.payment.find_saga(saga_id) or {}
        if saga and not saga["outcome"]:
            with suppress(Refused):  # Too late to cancel: it will be delivered, or refunded.
                self.world.student(saga["studentId"]).cancel(saga_id)
        return bool(saga.get("outcome"))


@contextmanager
def frozen(processes: list[int]) -> Iterator[None]:
    """Stop these processes for as long as the block takes."""
    for each in processes:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in processes:
            os.kill(each, signal.SIGCONT)


ACCIDENTS = [
    *(Stage.kill_worker, Stage.crash_broker, Stage.crash_database, Stage.kill_worker),
    *(Stage.freeze_database, Stage.freeze_broker, Stage.kill_worker),
]


def main() -> int:
    """Live through them; 1 when a promise was broken, or a saga has not ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3])
    return max(_live_through(seed) for seed in parser.parse_args().seeds)


def _live_through(seed: int) -> int:
    storm = brew(seed, purchases=PURCHASES, faults=FAULTS)
    with ExitStack() as stack:
        database, rabbit = stack.enter_context(postgres(durable=True)), stack.enter_context(broker(RabbitServer))
        settings = SHORT | {"PAYMENT_WINDOW_SECONDS": "3600", "BROKER_URL": rabbit.url, "HARNESS_WORKERS": "2"}
        url, folder = stack.enter_context(database.database()), Path(stack.enter_context(TemporaryDirectory()))
        world = stack.enter_context(Apart(folder, settings=settings, database_url=url))
        stage = Stage(world, database, rabbit, random.Random(seed))
        storm.break_out(world)
        sagas = _all_while(stage, [partial(each.begin, world) for each in storm.purchases])
        _all_while(stage, [partial(each.go_on, world, saga) for each, saga in zip(storm.purchases, sagas, strict=True)])
        storm.calm(world)
        wait_for(lambda: not [each for each in world.sagas if not stage.has_ended(each)], PATIENCE_SECONDS, every=0.5)
        world.settle()
        broken = [str(each) for each in broken_promises(judge(world)) if each.number != WEBHOOKS_ARE_ANSWERED]
        ended = Counter((world.payment.find_saga(each) or {}).get("outcome") for each in world.sagas)
        letters = [f"{each['name']}: {each['reason']}" for each in world.payment.dead_letters()]
        surprises = [line for line in world.log() if line.startswith("Traceback")]
    faults = [*broken, *letters, *surprises, *(["a saga has not ended"] if None in ended else [])]
    sys.stdout.write(f"seed {seed}: {dict(ended)}; {'; '.join(faults) or 'nothing lost, nothing doubled'}\n")
    return 1 if faults else 0


def _all_while(stage: Stage, acts: list[Callable[[], str]]) -> list[str]:
    """Let all be done while one accident after the other happens, in an order of this seed's own."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        doing = [pool.submit(stage.go_on, act) for act in acts]
        for accident in stage.randomness.sample(ACCIDENTS, len(ACCIDENTS)):
            really_pass(BETWEEN)
            accident(stage)
        return [each.result() for each in doing]


if __name__ == "__main__":
    sys.exit(main())
