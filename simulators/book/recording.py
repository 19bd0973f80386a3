"""A pytest plugin beside that of a check: it writes down what was said in each case, until nobody had more to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import TypeVar

import pytest
import requests

from simulators.clients.http_client import Refused
from simulators.console.states import moves_of
from simulators.kit.json_types import Json
from simulators.world.scheduler import NeverQuiet
from simulators.world.world import World

T = TypeVar("T")


@pytest.fixture(autouse=True)
def recorded_world(unjudged_world: World) -> World:
    """Have the case's world among its fixtures, although only its steps ask for it."""
    return unjudged_world


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Keep what the world shows when the case is over, and before anything is healed."""
    world = getattr(item, "funcargs", {}).get("recorded_world")
    since = len(world.recorder.entries()) if world else 0
    sagas = set(world.sagas) if world else set()
    try:
        return (yield)
    finally:
        if isinstance(world, World):
            with suppress(NeverQuiet):
                world.settle()
            item.user_properties.append(("record", _record(world, since, world.sagas - sagas)))


def _record(world: World, since: int, sagas: set[str]) -> Json:
    strikes = _unless_silent(world.strikes) or {}
    return {
        "exchanges": [asdict(each) for _, each in world.recorder.entries(since)],
        "lost": _unless_silent(world.lost_messages) or [],
        "strikes": [[*fault, count] for fault, count in strikes.items() if count],
        "states": list(_passed_states(world, sagas)),
    }


def _unless_silent(ask: Callable[[], T]) -> T | None:
    """Return what is told; nothing, if whoever is asked is down in the end or tells no such thing."""
    try:
        return ask()
    except (requests.RequestException, Refused):
        return None


def _passed_states(world: World, sagas: set[str]) -> Iterator[list[str]]:
    """Return the states that each saga passed; none, if the service is down in the end."""
    for each in sorted(sagas):
        if saga := _unless_silent(partial(world.payment.find_saga, each)):
            yield list(_states(world, saga))


def _states(world: World, saga: Json) -> Iterator[str]:
    """Return the states that a saga passed; only the last, of a service that shows no table of its flows."""
    flows = _unless_silent(world.payment.flows) or []
    flow = next((each for each in flows if each["saga"] == saga["saga"]), None)
    if not (flow and saga.get("history")):
        yield saga["state"]
        return
    yield flow["states"][0]["state"]
    yield from (move.target for move in moves_of(flow, saga))
