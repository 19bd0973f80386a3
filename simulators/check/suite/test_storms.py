"""Storms: many purchases while all sorts of things go wrong; a seed says which."""

from typing import Any

import pytest

from simulators.check.plugin import must_be_kept
from simulators.check.purchases import by_turns
from simulators.check.storms import brew, weather
from simulators.world.world import World

PURCHASES, FAULTS = 6, 8


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let there be as many storms as are wanted, from the first seed on."""
    first, count = (metafunc.config.getoption(name) for name in ("first_seed", "storms"))
    metafunc.parametrize("storm_seed", [_case(seed) for seed in range(first, first + count)])


def _case(seed: int) -> Any:  # noqa: ANN401 - pytest names no type for it
    faults = sorted({each.fault for each in brew(seed, PURCHASES, FAULTS).faults})
    case = pytest.mark.case(f"seed-{seed}", f"{PURCHASES} purchases, {', '.join(faults)}")
    return pytest.param(seed, id=f"seed-{seed}", marks=case)


def test_storm(storm_seed: int, unjudged_world: World) -> None:
    """Each purchase ends as it must, and every promise is kept."""
    storm = brew(storm_seed, PURCHASES, FAULTS)
    try:
        weather(unjudged_world, storm, by_turns, unjudged_world.pass_time)
    except AssertionError:
        unjudged_world.recover()
        must_be_kept(unjudged_world)
        raise
