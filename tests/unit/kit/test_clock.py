"""The clock that all services of a world share."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from simulators.kit.seams import Clock

START = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The machine's clock, moved by hand."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def test_time_runs_so_many_times_as_fast_from_then_on(machine: list[float]) -> None:
    clock = Clock(START)
    machine[0] += 2
    clock.run_at(60)
    machine[0] += 3
    assert clock.now() == START + timedelta(seconds=2 + 3 * 60)
    clock.run_at(1)
    machine[0] += 4
    assert clock.now() == START + timedelta(seconds=2 + 3 * 60 + 4)


def test_whoever_waits_waits_that_much_less(machine: list[float]) -> None:
    clock = Clock(START)
    clock.run_at(60)
    assert clock.seconds_until(START + timedelta(minutes=10)) == 10
    clock.sleep(timedelta(minutes=1))
    assert machine == [101.0]
    assert clock.now() == START + timedelta(minutes=1)


def test_a_speed_stays_while_time_is_held_still(machine: list[float]) -> None:
    clock = Clock(START, running=False)
    clock.run_at(10)
    machine[0] += 5
    assert clock.now() == START
    clock.resume()
    machine[0] += 5
    assert (clock.now(), clock.speed) == (START + timedelta(seconds=50), 10)


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_time_neither_stops_nor_goes_back_by_its_speed(speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Clock(START).run_at(speed)


def test_whoever_listens_hears_of_another_speed() -> None:
    clock, heard = Clock(START), list[bool]()
    clock.listen(lambda: heard.append(True))
    clock.run_at(2)
    assert heard == [True]
