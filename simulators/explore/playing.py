"""Plays one storm around a payment-service, and tells what came of it."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from simulators.check.purchases import by_turns
from simulators.check.storms import Storm, weather
from simulators.check.subject import Subject
from simulators.explore.sightings import Lookout, SagaSightings
from simulators.explore.spec import StormSpec
from simulators.judge.gathering import remember_outcomes
from simulators.judge.verdict import broken_promises, judge
from simulators.kit.json_types import Json
from simulators.world.around import Around
from simulators.world.inside import Inside
from simulators.world.scheduler import NeverQuiet
from simulators.world.topology import PAYMENT
from simulators.world.world import World

log = logging.getLogger(__name__)

ENDING, NEVER_QUIET = "ending", "never quiet"  # What can be broken besides the promises, which are I1, I2 and so on.
STARTS = 5  # So often a service that died is started before a rest is over.
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class StormResult:
    """What came of one storm; `broken` names the promises, and `trace` is the hash of every exchange."""

    spec: StormSpec
    broken: tuple[str, ...]
    problems: tuple[str, ...]
    outcomes: dict[str, int]
    strikes: dict[str, int]
    exchanges: int
    trace: str
    sightings: tuple[SagaSightings, ...] = ()

    def to_json(self) -> Json:
        """Return it for programs."""
        about: Json = {"storm": str(self.spec), "broken": list(self.broken), "problems": list(self.problems)}
        about |= {"outcomes": self.outcomes, "strikes": self.strikes}
        return about | {"exchanges": self.exchanges, "trace": self.trace}


def play_specs(specs: list[StormSpec], subject: Subject) -> list[StormResult]:
    """Play storms one after the other."""
    return [play_spec(each, subject) for each in specs]


def play_spec(spec: StormSpec, subject: Subject) -> StormResult:
    """Draw a storm, and play it in a world of its own."""
    storm = spec.brew()
    with open_world(subject, storm) as world:
        lookout = Lookout(world, storm) if isinstance(world, Inside) else None
        struck: Counter[str] = Counter()
        broken = live_through(world, storm, struck)
        return StormResult(
            spec,
            tuple(broken),
            tuple(broken.values()),
            _outcomes(world),
            dict(sorted(struck.items())),
            len(world.recorder),
            hashlib.sha256(world.recorder.trace()).hexdigest(),
            lookout.report() if lookout else (),
        )


@contextmanager
def open_world(subject: Subject, storm: Storm) -> Iterator[World]:
    """Put a new world around the service; a factory's draws everything from the storm's seed."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        if subject.command or subject.url:
            with subject.open_world(folder) as world:
                yield world
        else:
            with Inside(folder, seed=storm.seed, shuffled=storm.is_shuffled, service=subject.factory) as inside:
                yield inside


def live_through(world: World, storm: Storm, struck: Counter[str] | None = None) -> dict[str, str]:
    """Let a storm pass over a world; returns what it broke, by name, each with a sentence: nothing, if all held."""
    try:
        weather(world, storm, by_turns, partial(_rest, world), struck)
    except NeverQuiet as problem:
        remember_outcomes(world)
        return {NEVER_QUIET: str(problem)}
    except AssertionError as failure:
        if isinstance(world, Around) and world.is_ended_by_faketime:
            log.warning("a storm of seed %s is left out: libfaketime ended the service", storm.seed)
            return {}
        with suppress(AssertionError):  # Who does not say how its sagas are cannot be judged by them.
            if broken := broken_promises(judge(world)):
                return {f"I{each.number}": str(each) for each in broken}
        return {ENDING: str(failure)}
    return {}


def _rest(world: World, by: timedelta) -> None:
    """Let time pass, and start the service again when it has died of it."""
    world.pass_time(by)
    for _ in range(STARTS):
        if world.is_up(PAYMENT):
            break
        world.bring_back(PAYMENT)
        world.pass_time(A_MINUTE)


def _outcomes(world: World) -> dict[str, int]:
    return dict(sorted(Counter(world.outcomes.get(each, "OPEN") for each in world.sagas).items()))
