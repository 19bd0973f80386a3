"""The verdict on one promise: kept, broken and by which exchanges, or too early to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from simulators.judge.cause import cause_of, messages
from simulators.judge.evidence import Evidence
from simulators.judge.gathering import gather
from simulators.judge.invariant import Finding, Invariant
from simulators.judge.invariants import INVARIANTS
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.world import World

AT_REST = (1, 7, 8, 14, 16)  # Promises about how it ends; the others hold at every moment.


class Standing(StrEnum):
    """How a promise stands."""

    HOLDS = "holds"
    VIOLATED = "violated"
    NOT_YET = "not yet"

    @property
    def sign(self) -> str:
        """What people see instead of the word."""
        return {"holds": "✓", "violated": "✗"}.get(self, "○")


@dataclass(frozen=True)
class Verdict:
    """How one promise stands in a world; findings only where it is broken."""

    invariant: Invariant
    standing: Standing
    findings: tuple[Finding, ...] = ()

    @property
    def number(self) -> int:
        """The invariant's number in the fault model."""
        return self.invariant.number

    def __str__(self) -> str:
        return f"I{self.number} {self.invariant.name}: {'; '.join(map(str, self.findings)) or self.standing}"

    def to_json(self) -> Json:
        """Return it as runs and pages have it."""
        return {
            "number": self.number,
            "name": self.invariant.name,
            "promise": self.invariant.promise,
            "standing": str(self.standing),
            "breaches": [each.to_json() for each in self.findings],
        }


def judge(
    world: World, saga_id: str | None = None, *, is_quiet: bool = True, look: Callable[[], Evidence] | None = None
) -> list[Verdict]:
    """Return how each promise stands: in the whole world, or as far as it concerns one saga.

    Say `is_quiet=False` while messages are on their way: then one looks twice, since not all can be asked at once,
    and nothing is said to be broken that may yet come right. `look` gathers less than everything about everybody.
    The world keeps the last verdicts, for whoever reports.
    """
    look = look or partial(gather, world)
    before = None if is_quiet else _findings(look())
    evidence = look()
    found = [each for each in _findings(evidence) if saga_id is None or each[1].saga_id in ("", saga_id)]
    if before is not None:
        found = [each for each in found if each in before and each[0].number not in AT_REST]
    said = messages(evidence, world) if found else []
    is_early = not is_quiet or any(evidence.is_under_way(each) for each in evidence.sagas if saga_id in (None, each))
    world.verdicts = [_verdict(each, found, said, is_early=is_early) for each in INVARIANTS]
    return list(world.verdicts)


def broken_promises(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts on promises that are broken; none, if all is well."""
    return [each for each in verdicts if each.standing is Standing.VIOLATED]


def must_hold(world: World, evidence: Evidence | None = None) -> None:
    """Raise an AssertionError that names every broken promise, its sagas and the last exchanges.

    `evidence` is what was gathered of the world, if it was.
    """
    if failures := broken_promises(judge(world, look=(lambda: evidence) if evidence else None)):
        lines = [
            f"I{each.number} {each.invariant.name}: saga {finding.saga_id or '?'}: {finding}"
            for each in failures
            for finding in each.findings
        ]
        raise AssertionError("\n".join([*lines, world.recorder.tail(40)]))


def _findings(evidence: Evidence) -> list[tuple[Invariant, Finding]]:
    return [(invariant, finding) for invariant in INVARIANTS for finding in invariant.find(evidence)]


def _verdict(
    invariant: Invariant, found: list[tuple[Invariant, Finding]], said: list[Exchange], *, is_early: bool
) -> Verdict:
    of_it = [finding for each, finding in found if each is invariant]
    if of_it:
        findings = tuple(replace(each, cause=cause_of(invariant.number, each, said)) for each in of_it)
        return Verdict(invariant, Standing.VIOLATED, findings)
    return Verdict(invariant, Standing.NOT_YET if is_early and invariant.number in AT_REST else Standing.HOLDS)
