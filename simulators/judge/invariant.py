"""What an invariant is: a numbered promise, and a function that finds where it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from simulators.judge.evidence import Evidence
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange


@dataclass(frozen=True)
class Finding:
    """One place where a promise is broken: the saga ("" if none is known), what was found, and by which exchange."""

    saga_id: str
    found: str
    cause: Exchange | None = None  # None: no exchange is known to have done it.

    def __str__(self) -> str:
        return self.found + (f" (by {describe(self.cause)})" if self.cause else "")

    def to_json(self) -> Json:
        """Return it as runs and pages have it."""
        cause = asdict(self.cause) if self.cause else None
        return {"sagaId": self.saga_id, "found": self.found, "by": cause, "sentence": str(self)}


Findings = Iterator[Finding]


@dataclass(frozen=True)
class Invariant:
    """One promise, and the function that finds where it is broken: nothing, when it is kept."""

    number: int
    name: str
    find: Callable[[Evidence], Findings]

    @property
    def promise(self) -> str:
        """The promise in a sentence: the function's docstring, on one line."""
        return " ".join((self.find.__doc__ or "").split())


INVARIANTS: list[Invariant] = []


def invariant(number: int, name: str) -> Callable[[Callable[[Evidence], Findings]], Callable[[Evidence], Findings]]:
    """Add the function to the invariants, under its number in the fault model."""

    def add(find: Callable[[Evidence], Findings]) -> Callable[[Evidence], Findings]:
        INVARIANTS.append(Invariant(number, name, find))
        return find

    return add


def describe(exchange: Exchange) -> str:
    """Return what was said by whom to whom, and what came of it."""
    answer = f"answered {exchange.answer}" if exchange.status else exchange.answer
    return f"{exchange.subject} from {exchange.caller} to {exchange.callee}, {answer}"
