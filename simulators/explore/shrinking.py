"""Makes a failing storm small: whatever it breaks the same promise without is left out, until nothing can be.

It is delta debugging: halves first, then one by one, and once more whenever something could be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from simulators.check.purchases import COURSE, HOURS, Purchase
from simulators.check.storm_faults import StormFault
from simulators.check.storms import PRICES, Storm
from simulators.check.subject import CannotBeJudged, Subject
from simulators.explore.playing import live_through, open_world

T = TypeVar("T")
TRIES = 300  # So many worlds at most; what is left then is shown as it is.
SIMPLE: dict[str, Any] = {"way": "pays", "kind": COURSE, "thing": "sure", "day": 0, "hour": HOURS[0]}


@dataclass(frozen=True)
class SmallStorm:
    """What is left of a failing storm, which promise it still breaks and how, and how many smaller ones were tried."""

    storm: Storm
    broken: str
    problem: str
    tries: int


def shrink(storm: Storm, broken: str, subject: Subject) -> SmallStorm:
    """Return the smallest storm found that breaks the same promise; the storm itself, if it does not break it again."""
    small, tries = shrink_by(storm, lambda smaller: broken in break_promises(smaller, subject))
    return SmallStorm(small, broken, break_promises(small, subject).get(broken, "it did not break again"), tries)


def shrink_by(storm: Storm, is_broken: Callable[[Storm], bool]) -> tuple[Storm, int]:
    """Take every step that leaves it broken, and begin again after each, until none does; returns the tries, too."""
    known: set[str] = set()
    found = True
    while found and len(known) < TRIES:
        found = False
        for smaller in make_smaller(storm):
            if (text := str(smaller.to_json())) in known or len(known) >= TRIES:
                continue
            known.add(text)
            if is_broken(smaller):
                storm, found = smaller, True
                break
    return storm, len(known)


def break_promises(storm: Storm, subject: Subject) -> dict[str, str]:
    """Play a storm in a world of its own, and return what it breaks."""
    with open_world(subject, storm) as world, suppress(CannotBeJudged):
        return live_through(world, storm)
    return {}


def make_smaller(storm: Storm) -> Iterator[Storm]:
    """Yield storms that are a step smaller, the largest steps first."""
    for purchases in leave_out(storm.purchases):
        if purchases:
            yield replace(storm, purchases=list(purchases))
    for faults in leave_out(storm.faults):
        yield replace(storm, faults=list(faults))
    for number, fault in enumerate(storm.faults):
        for tamer in _tame(fault):
            yield replace(storm, faults=_put(storm.faults, number, tamer))
    for number, purchase in enumerate(storm.purchases):
        for simpler in _simplify(purchase):
            yield replace(storm, purchases=_put(storm.purchases, number, simpler))
    if storm.is_shuffled:
        yield replace(storm, is_shuffled=False)
    if set(storm.prices.values()) != {PRICES[0]}:
        yield replace(storm, prices=dict.fromkeys(storm.prices, PRICES[0]))


def leave_out(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the things without a half, without a quarter and so on, in the end without one of them."""
    size = len(things)
    while size:
        for start in range(0, len(things), size):
            yield [*things[:start], *things[start + size :]]
        size //= 2


def _tame(fault: StormFault) -> Iterator[StormFault]:
    """Yield the fault as a single strike, for sure or by chance; or as fewer."""
    single = {"times": 1, "probability": 1}
    for change in (single, {"times": 1}, {"times": 2}, {"probability": 1}):
        if any(fault.parameters.get(name) != value for name, value in change.items()) and not _is_tamer(fault, change):
            yield replace(fault, parameters=fault.parameters | change)


def _is_tamer(fault: StormFault, change: dict[str, int]) -> bool:
    """Whether the fault strikes seldom enough already that the change would make it worse."""
    times = fault.parameters.get("times")
    return isinstance(times, int) and times < change.get("times", 1)


def _simplify(purchase: Purchase) -> Iterator[Purchase]:
    for name, value in SIMPLE.items():
        if getattr(purchase, name) != value:
            yield replace(purchase, **{name: value})


def _put(things: list[T], number: int, thing: T) -> list[T]:
    return [*things[:number], thing, *things[number + 1 :]]
