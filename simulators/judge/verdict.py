"""How each promise stands, for a person who watches: kept, broken and by which message, or too early to say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from simulators.judge.cause import culprit, messages
from simulators.judge.evidence import gather
from simulators.judge.invariants import INVARIANTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.judge.evidence import Evidence
    from simulators.judge.invariant import Invariant, Violation
    from simulators.world.recorder import Exchange
    from simulators.world.world import World

AT_REST = (1, 7, 8, 14, 16)
"""Promises about how it ends; the others hold at every moment."""


class Standing(StrEnum):
    """How a promise stands."""

    HOLDS = "holds"
    VIOLATED = "violated"
    NOT_YET = "not yet"


@dataclass(frozen=True)
class Breach:
    """One place where a promise was broken, and the message that did it (None: none is known)."""

    saga_id: str
    found: str
    by: Exchange | None

    def __str__(self) -> str:
        return self.found + (f", by {_named(self.by)}" if self.by else "")


@dataclass(frozen=True)
class Verdict:
    """One promise, and how it stands."""

    number: int
    name: str
    promise: str
    standing: Standing
    breaches: tuple[Breach, ...] = ()

    def __str__(self) -> str:
        return f"I{self.number} {self.name}: {'; '.join(map(str, self.breaches)) or self.standing}"


def verdicts(
    world: World, saga_id: str | None = None, *, quiet: bool = True, ask: Callable[[], Evidence] | None = None
) -> list[Verdict]:
    """Return how each promise stands: in the whole world, or as far as it concerns one saga.

    Say `quiet=False` while messages are on their way: then everybody is asked twice, since not all can be asked at
    once, and nothing is said to be broken that may yet come right. `ask` asks less than everybody about everything.
    """
    ask = ask or partial(gather, world)
    earlier = None if quiet else _violations(ask())
    evidence = ask()
    found = [each for each in _violations(evidence) if saga_id is None or each.saga_id in ("", saga_id)]
    if earlier is not None:
        found = [each for each in found if each in earlier and each.number not in AT_REST]
    said = messages(evidence, world) if found else []
    breaches: dict[int, list[Breach]] = defaultdict(list)
    for each in found:
        breaches[each.number].append(Breach(each.saga_id, each.found, culprit(each, said)))
    early = not quiet or any(evidence.under_way(each) for each in evidence.sagas if saga_id in (None, each))
    return [_verdict(each, breaches[each.number], early=early) for each in INVARIANTS]


def broken(judged: Iterable[Verdict]) -> list[Verdict]:
    """Return the promises that were broken."""
    return [each for each in judged if each.standing is Standing.VIOLATED]


def _violations(evidence: Evidence) -> list[Violation]:
    return [each for invariant in INVARIANTS for each in invariant.violations(evidence)]


def _verdict(invariant: Invariant, breaches: list[Breach], *, early: bool) -> Verdict:
    about = (invariant.number, invariant.name, " ".join(invariant.promise.split()))
    kept = Standing.NOT_YET if early and invariant.number in AT_REST else Standing.HOLDS
    return Verdict(*about, Standing.VIOLATED if breaches else kept, tuple(breaches))


def _named(message: Exchange) -> str:
    said = message.message or f"{message.method} {message.path}"
    heard = f"answered {message.answer}" if message.status else message.answer
    return f"{said} from {message.caller} to {message.callee} ({heard})"
