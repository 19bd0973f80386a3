from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask, current_app

from simulators.kit.seams import Seams
from simulators.kit.storage.store import Store
from simulators.kit.time.background import Background
from simulators.kit.time.timers import Timers

rung: list[str] = []


def ring(bell: str) -> None:
    rung.append(f"{bell} in {current_app.name}")


def break_down(store_table: str) -> None:
    raise RuntimeError(store_table)


@pytest.fixture(autouse=True)
def _silence() -> None:
    rung.clear()


def timers_on(seams: Seams, store: Store) -> tuple[Timers, Background]:
    background = Background(seams.clock)
    timers = Timers(Flask("tower"), seams, store, background)
    timers.handler(ring)
    timers.handler(break_down)
    return timers, background


def test_a_timer_rings_once_when_its_time_has_come(seams: Seams) -> None:
    timers, background = timers_on(seams, Store())
    timers.after(timedelta(seconds=5), ring, bell="five")
    timers.after(timedelta(seconds=1), ring, bell="one")
    assert not background.pump()
    assert background.next_due() == seams.clock.now() + timedelta(seconds=1)
    seams.clock.advance(timedelta(seconds=9))
    while background.pump():
        pass
    assert rung == ["one in tower", "five in tower"]
    assert background.next_due() is None


def test_a_timer_outlives_a_restart(seams: Seams) -> None:
    store = Store()
    timers_on(seams, store)[0].after(timedelta(seconds=1), ring, bell="late")
    _, background = timers_on(seams, store)
    seams.clock.advance(timedelta(seconds=1))
    assert background.pump()
    assert rung == ["late in tower"]


def test_a_timer_of_a_transaction_that_failed_never_rings(seams: Seams) -> None:
    store = Store()
    timers, background = timers_on(seams, store)

    def set_and_fail() -> None:
        with store.transaction():
            timers.after(timedelta(0), ring, bell="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        set_and_fail()
    background.pump()
    assert rung == []


def test_one_piece_of_work_that_breaks_down_does_not_end_the_threads(
    seams: Seams, caplog: pytest.LogCaptureFixture
) -> None:
    timers, background = timers_on(seams, Store())
    done = threading.Event()

    def finish() -> None:
        done.set()

    timers.handler(finish)
    timers.after(timedelta(0), break_down, store_table="things")
    timers.after(timedelta(0), finish)
    background.start()
    try:
        assert done.wait(5)
    finally:
        background.stop()
    assert "a piece of background work failed" in caplog.text
