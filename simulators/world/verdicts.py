"""How each promise stands, for a person who watches: kept, broken and by which message, or too early to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulators.world.culprit import culprit
from simulators.world.evidence import gather
from simulators.world.invariants import INVARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.world.evidence import Evidence
    from simulators.world.invariant import Invariant, Violation
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
    world: World, saga_id: str | None = None, *, quiet: bool = True, evidence: Evidence | None = None
) -> list[Verdict]:
    """Return how each promise stands: in the whole world, or as far as it concerns one saga.

    Say `quiet=False` while messages are on their way: then nothing is said to be broken that may yet come right.
    Whoever has gathered the evidence already, hands it over.
    """
    evidence = evidence or gather(world)
    return [_verdict(each, evidence, world, saga_id, quiet=quiet) for each in INVARIANTS]


def broken(judged: Iterable[Verdict]) -> list[Verdict]:
    """Return the promises that were broken."""
    return [each for each in judged if each.standing is Standing.VIOLATED]


def _verdict(invariant: Invariant, evidence: Evidence, world: World, saga_id: str | None, *, quiet: bool) -> Verdict:
    found = [each for each in invariant.violations(evidence) if saga_id is None or each.saga_id in ("", saga_id)]
    about = (invariant.number, invariant.name, " ".join(invariant.promise.split()))
    if invariant.number in AT_REST and (not quiet or (not found and _under_way(evidence, saga_id))):
        return Verdict(*about, Standing.NOT_YET)
    breaches = tuple(_breach(each, evidence, world) for each in found)
    return Verdict(*about, Standing.VIOLATED if found else Standing.HOLDS, breaches)


def _named(message: Exchange) -> str:
    said = message.message or f"{message.method} {message.path}"
    heard = f"answered {message.answer}" if message.status else message.answer
    return f"{said} from {message.caller} to {message.callee} ({heard})"


def _under_way(evidence: Evidence, saga_id: str | None) -> bool:
    return any(evidence.under_way(each) for each in evidence.sagas if saga_id in (None, each))


def _breach(violation: Violation, evidence: Evidence, world: World) -> Breach:
    return Breach(violation.saga_id, violation.found, culprit(violation, evidence, world))
