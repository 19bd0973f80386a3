"""All orders in which the messages of a purchase can be delivered, each once; the end is the same for all."""

from __future__ import annotations

from math import factorial
from typing import Any

import pytest
from click.testing import CliRunner

from simulators.check.subject import Subject
from simulators.cli import main
from simulators.explore import interleavings
from simulators.explore.interleavings import CASES, try_orders
from simulators.explore.stepping import PurchaseSteps
from simulators.stories.run import SERVICES
from simulators.world.topology import PAYMENT


def test_a_course_is_bought_in_each_order_once_and_ends_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five messages reach the service once it has asked for money, and three of them bring each other about."""
    seen: list[tuple[str, ...]] = []
    come_to_end = interleavings._come_to_end

    def remember(world: Any, steps: PurchaseSteps, storm: Any) -> Any:
        seen.append(tuple(each.message or "" for each in world.recorder if each.callee == PAYMENT and each.message))
        return come_to_end(world, steps, storm)

    monkeypatch.setattr(interleavings, "_come_to_end", remember)
    orders = try_orders("a course, bought", Subject(), bound=1000)
    assert orders.is_all
    assert orders.tried == len(seen) == len(set(seen)) == factorial(5) // factorial(3)
    assert list(orders.endings) == [
        "COMPLETED; 1999 received, 0 given back; 1 delivered; 0 slots kept; told: CONFIRMED"
    ]
    assert orders.has_held


def test_no_more_orders_are_tried_than_the_bound_allows() -> None:
    orders = try_orders("a session, paid and refused", Subject(), bound=2)
    assert (orders.tried, orders.is_all, orders.has_held) == (2, False, True)


def test_a_service_that_loses_money_in_some_order_is_caught_and_the_order_is_told() -> None:
    orders = try_orders("a course, paid and cancelled", Subject(factory=SERVICES["naive"]), bound=30)
    assert not orders.has_held
    assert any("I1 every payment ends once" in line and "the student pays" in line for line in orders.describe())


def test_the_command_tries_one_purchase_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.cli.exploring.CASES", {"a course, cancelled": CASES["a course, cancelled"]})
    ended = CliRunner().invoke(main, ["explore", "--interleavings", "--jobs", "1"])
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.startswith("✓ a course, cancelled: all 8 orders; CANCELLED; 0 received")
