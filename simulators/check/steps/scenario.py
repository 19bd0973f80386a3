"""What the steps of one scenario have to remember: who is meant by "her", and which purchase."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pytest_bdd import given, parsers, when

from simulators.clients.student_app import Student
from simulators.world.world import World

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass
class CurrentScenario:
    """One scenario so far."""

    world: World
    who: str = ""
    sagas: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # HTTP statuses that somebody got who must not succeed.
    seen: list[str] = field(default_factory=list)  # The states in which the purchase was seen meanwhile.

    @property
    def student(self) -> Student:
        """The student spoken of last."""
        return self.world.student(self.who)

    @property
    def saga_id(self) -> str:
        """The purchase spoken of last."""
        return self.sagas[-1]

    def saga(self, saga_id: str | None = None) -> dict[str, Any] | None:
        """Return what the payment-service says of the purchase."""
        return self.world.payment.find_saga(saga_id or self.saga_id)

    def begins(self, who: str, saga_id: str) -> None:
        """Remember a purchase, and wait until it is known whether it can be paid."""
        self.who = who
        self.sagas.append(saga_id)
        self.world.sagas.add(saga_id)
        self.world.eventually(self.is_decided)

    def is_decided(self) -> bool:
        """Whether the purchase has come as far as it can without the student."""
        saga = self.saga()
        return bool(saga and (saga["outcome"] or saga["payment"]))


@pytest.fixture
def scenario(world: World) -> CurrentScenario:
    """Begin with nothing to remember."""
    return CurrentScenario(world)


def duration(text: str) -> timedelta:
    """Return the time that `10 minutes`, `an hour` or `a day` takes."""
    number, unit = text.split()
    return UNITS[unit.removesuffix("s")] * (1 if number in {"a", "an"} else int(number))


def money(text: str) -> tuple[int, str]:
    """Return minor units and currency of `49.00 EUR`: the digits are written as the currency counts."""
    digits, currency = text.split()
    return int(digits.replace(".", "")), currency


@given(parsers.re(r"(?P<span>(?:a|\d+) minutes?) (?:has|have) passed"))
@when(parsers.re(r"(?P<span>\d+ (?:days|hours|minutes)) pass"))
def time_passes(world: World, span: str) -> None:
    """Let time pass."""
    world.pass_time(duration(span))
