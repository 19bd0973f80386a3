"""What must be true whatever went wrong, by the numbers of the fault model; judged at quiescence, by the others."""

from __future__ import annotations

from simulators.judge.evidence import gather
from simulators.judge.invariant import INVARIANTS, Violation
from simulators.judge.invariants import deliveries, messages, money, sagas
from simulators.world.world import World

__all__ = ["INVARIANTS", "deliveries", "judge", "messages", "money", "must_hold", "sagas"]
INVARIANTS.sort(key=lambda each: each.number)


def judge(world: World) -> list[Violation]:
    """Return all that is wrong with a world in which all is quiet."""
    evidence = gather(world)
    return [each for invariant in INVARIANTS for each in invariant.violations(evidence)]


def must_hold(world: World) -> None:
    """Raise an AssertionError that names every violation and the last that was said."""
    if violations := judge(world):
        raise AssertionError("\n".join([*map(str, violations), world.recorder.tail(40)]))
