"""What the fixtures give: a world of the wanted kind, its clock and its faults."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from simulators.check.plugin import come_to_rest, must_be_kept
from simulators.check.subject import AUTO, CannotBeJudged, Subject
from simulators.check.time_finding import find_time
from simulators.world.foreign_time import TIME_WAYS
from simulators.world.inside import Inside
from simulators.world.local_service import factory_at
from simulators.world.together import Together
from simulators.world.topology import REFERENCE
from simulators.world.world import World

INSIDE, TOGETHER = WORLDS = ("inside", "together")


def open_world(folder: Path, *, service: str, command: str, time: str, world: str, seed: str | int) -> World:
    """Put a world around the service; UsageError says which setting is wrong."""
    factory, kind = service or REFERENCE, world or INSIDE
    if kind not in WORLDS:
        raise pytest.UsageError(f"harness_world: {kind!r} is none of {', '.join(WORLDS)}")
    if time and time not in (AUTO, *TIME_WAYS):
        raise pytest.UsageError(f"harness_time: {time!r} is none of {', '.join((AUTO, *TIME_WAYS))}")
    if command and service:
        raise pytest.UsageError("harness_service or harness_command, not both")
    try:
        if command:
            return _subject(command, time or AUTO).open_world(folder)
        factory_at(factory)
        return (
            Together(folder, service=factory)
            if kind == TOGETHER
            else Inside(folder, service=factory, seed=int(seed or 0))
        )
    except (LookupError, ValueError, CannotBeJudged) as wrong:
        raise pytest.UsageError(str(wrong)) from wrong


@cache
def _subject(command: str, time: str) -> Subject:
    """Find out once how its time is moved, or whether it can be so."""
    return find_time(Subject(command=tuple(shlex.split(command)), time=time))


def rest_and_judge(world: World) -> None:
    """Heal everything, let everybody come to rest, and raise PromiseBroken if a promise was broken, and by what."""
    come_to_rest(world)
    must_be_kept(world)


class VirtualClock:
    """The clock that all services share; days take milliseconds."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        """Return the present instant of the world, in UTC."""
        return self._world.clock.now()

    def advance(self, by: timedelta) -> None:
        """Let time pass, and everything happen that falls due in it."""
        self._world.pass_time(by)


class FaultInjection:
    """What goes wrong on purpose: at a simulator, by the name of a fault and its parameters."""

    def __init__(self, world: World) -> None:
        self._world = world

    def plant(self, service: str, fault: str, /, **parameters: object) -> None:
        """Let this go wrong at this simulator, once or as the parameters say; Refused if it knows no such fault."""
        self._world.plant_fault(service, fault, **parameters)

    def strikes(self, service: str, fault: str) -> int:
        """Return how often a fault that is in place has struck."""
        return self._world.strikes().get((service, fault), 0)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._world.clear_faults()
