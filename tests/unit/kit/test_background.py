"""The threads of a simulator: they wait for the clock and for news, and do nothing meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from simulators.kit.seams import Clock
from simulators.kit.time.background import Background
from simulators.kit.time.due_queue import DueQueue
from simulators.world.waiting import wait_for

START = datetime(2026, 9, 1, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)


class Alarm:
    """A task that counts how often it was looked at, and rings when it falls due."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.queue, self.looks = clock, DueQueue(), 0
        self.rung = threading.Event()

    def pump(self) -> bool:
        self.looks += 1
        if (due := self.queue.take(self.clock.now())) is None:
            return False
        self.rung.set()
        self.queue.release(due[0])
        return True

    def next_due(self) -> datetime | None:
        return self.queue.next_due()

    def reload(self) -> None: ...


@contextmanager
def at_work(clock: Clock) -> Iterator[tuple[Alarm, Background]]:
    background, alarm = Background(clock), Alarm(clock)
    background.tasks.append(alarm)
    background.start()
    try:
        yield alarm, background
    finally:
        background.stop()


def is_calm(alarm: Alarm) -> bool:
    """Whether nobody looks any more: several looks in a row find the same count."""
    seen: list[int] = []

    def calm() -> bool:
        seen.append(alarm.looks)
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    return bool(wait_for(calm, 20))


@pytest.mark.parametrize("due", [None, A_DAY], ids=["nothing", "something later"])
@pytest.mark.parametrize("running", [True, False], ids=["running", "held still"])
def test_nobody_looks_while_nothing_is_due(due: timedelta | None, *, running: bool) -> None:
    clock = Clock(START, running=running)
    with at_work(clock) as (alarm, background):
        if due:
            alarm.queue.put(clock.now() + due, "later")
            background.wake()
        assert is_calm(alarm)
        assert not alarm.rung.is_set()


@pytest.mark.parametrize(
    "move",
    [lambda clock: clock.advance(A_DAY), lambda clock: (clock.pause(), clock.advance(A_DAY))],
    ids=["a jump", "a halt and a jump"],
)
def test_a_jump_of_the_clock_wakes_who_waits(move: Callable[[Clock], object]) -> None:
    clock = Clock(START)
    with at_work(clock) as (alarm, background):
        alarm.queue.put(clock.now() + A_DAY, "tomorrow")
        background.wake()
        assert is_calm(alarm)
        move(clock)
        assert alarm.rung.wait(20)


def test_a_clock_that_runs_again_wakes_who_waits() -> None:
    clock = Clock(START, running=False)
    with at_work(clock) as (alarm, background):
        alarm.queue.put(START + timedelta(milliseconds=200), "soon")
        background.wake()
        assert is_calm(alarm)
        clock.resume()
        assert alarm.rung.wait(20)


def test_what_falls_due_in_a_thousand_years_can_be_waited_for() -> None:
    with at_work(Clock(START)) as (alarm, background):
        alarm.queue.put(START.replace(year=3026), "late")
        background.wake()
        assert is_calm(alarm)


def test_what_falls_due_while_the_clock_runs_is_done_without_news() -> None:
    clock = Clock(START)
    with at_work(clock) as (alarm, background):
        alarm.queue.put(clock.now() + timedelta(milliseconds=300), "soon")
        background.wake()
        assert alarm.rung.wait(20)
