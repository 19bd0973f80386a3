"""Neighbours that are down for a while."""

from __future__ import annotations

from pytest_bdd import given, parsers, when

from simulators.check.steps.scenario import duration
from simulators.world.world import World


@given(parsers.parse("the {neighbour} is down"))
def is_down(world: World, neighbour: str) -> None:
    """Nobody answers there."""
    world.take_down(neighbour)


@when(parsers.parse("the {neighbour} is back after {span}"))
def is_back(world: World, neighbour: str, span: str) -> None:
    """It goes on with all that it knew."""
    world.pass_time(duration(span))
    world.bring_back(neighbour)
