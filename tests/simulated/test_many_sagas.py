"""Many purchases of both kinds at once, with random faults on: all end right, and nothing is left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from simulators.check.storm_faults import KINDS
from simulators.check.storms import brew, weather
from simulators.clients.http_client import Refused
from simulators.world.apart import SHORT, Apart
from simulators.world.inside import Inside
from simulators.world.together import Together
from simulators.world.topology import PAYMENT, REFERENCE
from simulators.world.waiting import really_pass, wait_for
from tests.brokers import Brokers

SEEDS = range(8, 17)
TWO_INSTANCES = "tests.simulated.two_instances:create_app"
OUTCOMES = {"COMPLETED", "REJECTED", "EXPIRED", "CANCELLED", "REFUNDED", "PARKED"}
Act = Callable[[], str]
Acts = Sequence[Act]
A_MINUTE = 60
STEPS = [timedelta(minutes=1)] * 5 + [timedelta(minutes=20)] * 9 + [timedelta(hours=12)] * 8


def replay(test: str) -> str:
    return f"pytest 'tests/simulated/test_many_sagas.py::{test}'"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_ends_right(seed: int) -> None:
    assert weathered(seed)


def test_every_ending_and_every_kind_of_fault_is_met_by_some_seed() -> None:
    """A run in which nothing happened would prove nothing."""
    storms = [weathered(seed) for seed in SEEDS]
    assert {ending for outcomes, _ in storms for ending in outcomes} == OUTCOMES
    assert set(KINDS) - {kind for _, struck in storms for kind in struck} == set()


@cache
def weathered(seed: int) -> tuple[Counter[str], Counter[str]]:
    """Live through a storm inside, once: what came of it, and what struck. It draws who works next."""
    storm = brew(seed, purchases=12, faults=12)
    with (
        storm.explain(replay(f"test_every_seed_ends_right[{seed}]")),
        TemporaryDirectory() as directory,
        Inside(Path(directory), seed=seed, shuffled=True) as world,
    ):
        struck: Counter[str] = Counter()
        return weather(world, storm, by_turns, world.pass_time, struck), struck


def by_turns(acts: Acts) -> list[str]:
    """One after the other, without anything being done between them."""
    return [_done(act) for act in acts]


def _done(act: Act) -> str:
    with suppress(AssertionError):  # Undecided: this student gives up.
        return act()
    return ""


@pytest.mark.served
@pytest.mark.fault(38)
def test_two_hundred_at_once_over_sockets_end_right(tmp_path: Path) -> None:
    storm = brew(seed=42, purchases=200)
    again = replay("test_two_hundred_at_once_over_sockets_end_right")
    with storm.explain(again), Together(tmp_path) as world, ThreadPoolExecutor(16) as pool:
        outcomes = weather(world, storm, lambda acts: list(pool.map(_done, acts)), partial(move, world))
    assert set(outcomes) == OUTCOMES


@pytest.mark.served
@pytest.mark.postgres
@pytest.mark.usefixtures("closed_databases")
@pytest.mark.parametrize(
    ("service", "seed", "over"),
    [
        (REFERENCE, 5, "http"),
        (TWO_INSTANCES, 6, "http"),
        pytest.param(TWO_INSTANCES, 7, "rabbitmq", marks=pytest.mark.broker),
    ],
)
@pytest.mark.fault(18)
def test_forty_at_once_end_right_where_writers_do_not_queue(
    tmp_path: Path, postgres_url: str, brokers: Brokers, service: str, seed: int, over: str
) -> None:
    storm = brew(seed, purchases=40)
    again = replay(f"test_forty_at_once_end_right_where_writers_do_not_queue[{service}-{seed}-{over}]")
    settings = {} if over == "http" else {"BROKER_URL": brokers.lend(over).url}
    world = Together(tmp_path, service=service, database_url=postgres_url, settings=settings)
    with storm.explain(again), world, ThreadPoolExecutor(16) as pool:
        assert weather(world, storm, lambda acts: list(pool.map(_done, acts)), partial(move, world))


def move(world: Together, by: timedelta) -> None:
    """Move time in steps, not to every moment at which something falls due: there are thousands."""
    for step in STEPS:
        if by <= timedelta(0):
            break
        world.clock.advance(step)
        world.settle()
        by -= step


@pytest.mark.apart
@pytest.mark.fault(7)
def test_thirty_at_once_end_right_although_the_service_is_killed_again_and_again(tmp_path: Path) -> None:
    storm = brew(seed=3, purchases=30, faults=6)
    again = replay("test_thirty_at_once_end_right_although_the_service_is_killed_again_and_again")
    settings = SHORT | {"PAYMENT_WINDOW_SECONDS": "3600"}  # However slow the machine: nothing ends by waiting alone.
    with storm.explain(again), Apart(tmp_path, settings=settings) as world, ThreadPoolExecutor(8) as pool:
        outcomes = weather(world, storm, partial(_all_while_killed, world, pool), partial(_wind_up, world))
    assert {"COMPLETED", "CANCELLED"} <= set(outcomes)  # Which other endings come depends on when the kills strike.


def _all_while_killed(world: Apart, pool: ThreadPoolExecutor, acts: Acts) -> list[str]:
    """Let everybody try until the service hears them, and kill it twice meanwhile."""

    def insist(act: Act) -> str:
        return _done(lambda: world.eventually(act))

    doing = [pool.submit(insist, act) for act in acts]
    for _ in range(2):
        really_pass(timedelta(milliseconds=300))
        world.take_down(PAYMENT)
        world.bring_back(PAYMENT)
    return [each.result() for each in doing]


def _wind_up(world: Apart, by: timedelta) -> None:
    """Give the sagas a moment while faults are on; in the days after them who has not paid cancels, and all end."""
    if by < timedelta(days=1):
        return really_pass(timedelta(seconds=1))
    assert wait_for(lambda: not [each for each in world.sagas if not _has_ended(world, each)], A_MINUTE, every=0.5)
    return world.settle()


def _has_ended(world: Apart, saga_id: str) -> bool:
    """Look, and lose interest in what has not ended: a saga may also begin late."""
    saga = world.payment.find_saga(saga_id) or {}
    if saga and not saga["outcome"]:
        with suppress(Refused):  # Too late to cancel: it will be delivered, or refunded.
            world.student(saga["studentId"]).cancel(saga_id)
    return bool(saga.get("outcome"))
