from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from simulators.kit.faults.links import Crash
from simulators.world import scheduler as module
from simulators.world.scheduler import NeverQuiet, Scheduler
from tests.unit.world.toy import NOON, Alarm, minutes

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.kit.seams import Clock
    from simulators.world.local_service import LocalService
    from tests.unit.world.toy import Toy


def rung(service: LocalService) -> list[timedelta]:
    background = service.background
    assert isinstance(background, Alarm)
    return [at - NOON for at in background.rung]


def test_settling_does_what_is_due_and_moves_no_time(clock: Clock, toy: Toy, service: LocalService) -> None:
    toy.rings = [NOON, NOON, NOON + minutes(1)]
    service.restart()

    Scheduler(clock, [service]).settle()
    assert rung(service) == [timedelta(0), timedelta(0)]
    assert clock.now() == NOON


def test_time_stops_at_every_moment_at_which_something_falls_due(clock: Clock, toy: Toy, service: LocalService) -> None:
    toy.rings = [NOON + minutes(1), NOON + minutes(90), NOON + timedelta(days=4)]
    service.restart()

    Scheduler(clock, [service]).pass_time(timedelta(days=3))
    assert rung(service) == [minutes(1), minutes(90)]
    assert clock.now() == NOON + timedelta(days=3)


def test_a_world_that_is_never_quiet_is_reported_so_by_name(
    clock: Clock, toy: Toy, service: LocalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ENOUGH", 50)
    toy.rings = [NOON] * 51
    service.restart()

    with pytest.raises(NeverQuiet, match="toy-service"):
        Scheduler(clock, [service]).settle()


def test_the_dead_do_nothing(clock: Clock, toy: Toy, service: LocalService) -> None:
    toy.rings = [NOON]
    service.restart()
    service.alive = False

    Scheduler(clock, [service]).settle()
    assert rung(service) == []
    assert service.next_due() is None


def test_a_service_that_dies_at_work_is_dead(
    clock: Clock, service: LocalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> bool:
        raise Crash

    monkeypatch.setattr(service.background, "pump", die)
    Scheduler(clock, [service]).settle()
    assert not service.alive


def test_the_seed_decides_who_works_first(clock: Clock) -> None:
    def order(seed: int) -> str:
        done: list[str] = []
        workers = [Worker(name, done) for name in "abcd"]
        Scheduler(clock, workers, Random(seed)).settle()
        return "".join(done)

    assert order(1) == order(1)
    assert len({order(seed) for seed in range(20)}) > 10


class Worker:
    def __init__(self, name: str, done: list[str]) -> None:
        self.name, self._done, self._left = name, done, 2

    def pump(self) -> bool:
        if self._left:
            self._left -= 1
            self._done.append(self.name)
            return True
        return False

    def next_due(self) -> datetime | None:
        return NOON if self._left else None
