"""A search is the same, whoever plays its storms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulators.check.subject import Subject
from simulators.explore import search
from simulators.explore.playing import StormResult
from simulators.explore.search import Plan, Search
from simulators.explore.shrinking import SmallStorm
from simulators.explore.spec import StormSpec
from simulators.explore.workers import ThisProcess
from simulators.kit.seams import Clock

PLAN = Plan(0, 99, None, purchases=2, faults=2)


def result(spec: StormSpec, *broken: str) -> StormResult:
    return StormResult(spec, broken, broken, {"COMPLETED": 1}, {"down": 2}, 7, "hash")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that were played; seed 37 and 70 break promises."""
    seeds: list[int] = []

    def play(specs: list[StormSpec], subject: Any) -> list[StormResult]:
        seeds.extend(each.seed for each in specs)
        broken = {37: ("I1", "I4"), 70: ("I1",)}
        return [result(each, *broken.get(each.seed, ())) for each in specs]

    monkeypatch.setattr(search, "play_specs", play)
    monkeypatch.setattr(search, "shrink", lambda storm, broken, _: SmallStorm(storm, broken, broken, 1))
    return seeds


def run(plan: Plan, clock: Clock | None = None) -> Search:
    searching = Search(Subject(), plan, ThisProcess(), clock or Clock(), lambda _: None)
    searching.run()
    return searching


@pytest.mark.usefixtures("played")
def test_it_ends_at_the_first_broken_promise() -> None:
    found = run(PLAN).result
    assert found.storms == 38
    assert {name: each.storm.seed for name, each in found.small.items()} == {"I1": 37}


@pytest.mark.usefixtures("played")
def test_it_goes_on_and_makes_the_first_storm_small_that_breaks_each_promise() -> None:
    found = run(Plan(0, 99, None, 2, 2, stops_first=False)).result
    assert found.storms == 100
    assert found.outcomes == {"COMPLETED": 100}
    assert found.strikes == {"down": 200}
    assert {name: each.storm.seed for name, each in found.small.items()} == {"I1": 37, "I4": 37}
    assert found.to_json()["broken"] == {"I1": 2, "I4": 1}


def test_it_ends_when_its_time_is_over(played: list[int]) -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC), running=False)
    plan = Plan(0, None, clock.now() + timedelta(seconds=30), 2, 2, stops_first=False)
    searching = Search(Subject(), plan, ThisProcess(), clock, lambda _: clock.advance(timedelta(seconds=1)))
    assert searching.run().storms == 30
    assert len(played) == 32


@pytest.mark.usefixtures("played")
def test_every_second_storm_is_led_unless_nobody_is_to_be() -> None:
    specs: list[StormSpec] = []
    Search(Subject(), Plan(0, 9, None, 2, 2), ThisProcess(), Clock(), lambda each: specs.append(each.spec)).run()
    assert [bool(each.wishes) for each in specs] == [False, True] * 5
    Search(
        Subject(),
        Plan(0, 9, None, 2, 2, is_steered=False),
        ThisProcess(),
        Clock(),
        lambda each: specs.append(each.spec),
    ).run()
    assert not any(each.wishes for each in specs[10:])
