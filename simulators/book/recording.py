"""A pytest plugin beside that of a check: it writes down what was said in each case, until nobody had more to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict

import pytest
import requests

from simulators.clients.http_client import Refused
from simulators.console.states import moves_of
from simulators.kit.json_types import Json
from simulators.world.scheduler import NeverQuiet
from simulators.world.world import World


@pytest.fixture(autouse=True)
def recorded_world(unjudged_world: World) -> World:
    """Have the case's world among its fixtures, although only its steps ask for it."""
    return unjudged_world


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Keep what the world shows when the case is over, and before anything is healed."""
    try:
        return (yield)
    finally:
        world = getattr(item, "funcargs", {}).get("recorded_world")
        if isinstance(world, World):
            with suppress(NeverQuiet):
                world.settle()
            item.user_properties.append(("record", _record(world)))


def _record(world: World) -> Json:
    return {
        "exchanges": [asdict(each) for each in world.recorder],
        "lost": world.lost_messages(),
        "strikes": [[*fault, count] for fault, count in world.strikes().items() if count],
        "states": list(_passed_states(world)),
    }


def _passed_states(world: World) -> Iterator[list[str]]:
    """Return the states that each saga passed; none, if the service is down in the end."""
    with suppress(requests.RequestException):
        for each in sorted(world.sagas):
            if saga := world.payment.find_saga(each):
                yield list(_states(world, saga))


def _states(world: World, saga: Json) -> Iterator[str]:
    """Return the states that a saga passed; only the last, of a service that shows no table of its flows."""
    try:
        flow = next(each for each in world.payment.flows() if each["saga"] == saga["saga"])
    except (Refused, StopIteration):
        yield saga["state"]
        return
    yield flow["states"][0]["state"]
    yield from (move.target for move in moves_of(flow, saga))
