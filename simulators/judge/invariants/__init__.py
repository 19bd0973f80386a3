"""The invariants: what must be true whatever went wrong, by the numbers of the fault model."""

from __future__ import annotations

from simulators.judge.invariant import INVARIANTS
from simulators.judge.invariants import deliveries, messages, money, sagas

__all__ = ["INVARIANTS", "deliveries", "messages", "money", "sagas"]
INVARIANTS.sort(key=lambda each: each.number)
