"""Whoever is killed once more while it is asked what it knows is not blamed for saying nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests

from simulators.check import crash_purchase
from simulators.check.crash_points import CrashPoint
from simulators.check.crash_purchase import CrashPurchase


def purchase(*, is_up: bool) -> CrashPurchase:
    def find_saga(_: str) -> Any:
        raise requests.ConnectionError("connection refused")

    made: Any = CrashPurchase.__new__(CrashPurchase)
    made._watch = SimpleNamespace(struck=[CrashPoint.parse("answered:SessionRejected:1")])
    made._world = SimpleNamespace(payment=SimpleNamespace(find_saga=find_saga), is_up=lambda _: is_up)
    made._saga_id = "saga_1"
    found: CrashPurchase = made
    return found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_purchase, "KNOWN_SECONDS", 0.1)


def test_who_is_down_again_is_asked_later() -> None:
    purchase(is_up=False)._must_know()


def test_who_is_up_and_does_not_know_what_it_has_answered_is_blamed() -> None:
    with pytest.raises(AssertionError, match="SessionRejected was answered, and after kill -9 it is not known"):
        purchase(is_up=True)._must_know()
