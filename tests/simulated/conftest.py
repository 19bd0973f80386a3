"""The world that a scenario runs in: inside one process by default, or over sockets."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from simulators.world.inside import Inside
from simulators.world.invariants import must_hold
from simulators.world.plan import PORTS
from simulators.world.runs import SERVICES
from simulators.world.steps.booking import *  # noqa: F403
from simulators.world.steps.forgery import *  # noqa: F403 - pytest-bdd finds steps by their fixtures
from simulators.world.steps.learning import *  # noqa: F403
from simulators.world.steps.neighbours import *  # noqa: F403
from simulators.world.steps.purchase import *  # noqa: F403
from simulators.world.steps.story import *  # noqa: F403
from simulators.world.steps.stripe import *  # noqa: F403
from simulators.world.steps.stripe_troubles import *  # noqa: F403
from simulators.world.together import Together
from simulators.world.world import World

WORLDS: dict[str, Callable[..., World]] = {"inside": Inside, "together": Together}
NAME, FAULT = re.compile(r"[A-Z]{3}-\d\d"), re.compile(r"F\d+")
LONG_ENOUGH = timedelta(days=4)  # For every deadline and every retry.


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every scenario inside, and those that are a smoke test over sockets too; `--world` asks for one world."""
    if "world_kind" not in metafunc.fixturenames:
        return
    smoke = metafunc.definition.get_closest_marker("smoke")
    kinds = [metafunc.config.getoption("world")] if metafunc.config.getoption("world") else ["inside"]
    if smoke and not metafunc.config.getoption("world"):
        kinds.append("together")
    marks = {"together": pytest.mark.served}
    metafunc.parametrize("world_kind", [pytest.param(kind, marks=marks.get(kind, ())) for kind in kinds])


@pytest.fixture
def world_kind() -> str:
    """Where tests that are no scenarios run."""
    return "inside"


@pytest.fixture
def world(world_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A new world, which must keep its promises to the end."""
    service = request.config.getoption("--service")
    with WORLDS[world_kind](tmp_path, service=SERVICES.get(service, service)) as world:
        yield world
        come_to_rest(world)
        must_hold(world)


def come_to_rest(world: World) -> None:
    """Heal everything and let time pass until nobody has anything to do."""
    world.calm()
    for service in PORTS:
        if not world.is_up(service):
            world.bring_back(service)
    world.pass_time(LONG_ENOUGH)


def pytest_bdd_apply_tag(tag: str, function: Callable[..., None]) -> bool | None:
    """Take F2 for a fault, and ids such as ENR-01 for names: no marker that would have to be declared."""
    if FAULT.fullmatch(tag):
        pytest.mark.fault(int(tag[1:]))(function)
        return True
    return True if NAME.fullmatch(tag) else None
