"""What led a saga to where it is: for each entry of its history, the exchange that brought it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from simulators.diagram.sequence import Numbered, is_look
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.topology import PAYMENT, STRIPE

TICK = timedelta(milliseconds=1)  # Histories are written in milliseconds.
SOON = timedelta(seconds=2)  # After this much time a call does not lead to anything any more: a deadline did.
NEWS = re.compile(r"Payment(?=[A-Z])")


def causes_of(history: list[Json], exchanges: list[Numbered]) -> list[int | None]:
    """Return for each entry the number of the exchange that brought it; None of what no exchange did: a deadline."""
    return [_cause(entry["message"], datetime.fromisoformat(entry["at"]) + TICK, exchanges) for entry in history]


def _cause(message: str, by: datetime, exchanges: list[Numbered]) -> int | None:
    before = [(n, each) for n, each in exchanges if each.is_accepted and datetime.fromisoformat(each.at) <= by]
    named = [number for number, each in before if each.message == message]
    if named:
        return named[-1]
    if NEWS.match(message):
        webhook = "payment_intent." + NEWS.sub("", message).lower()
        webhooks = [number for number, each in before if each.caller == STRIPE and each.message == webhook]
        asked = [number for number, each in before if (each.caller, each.callee) == (PAYMENT, STRIPE)]
        return next(iter(webhooks[-1:] or asked[-1:]), None)
    calls = [n for n, each in before if _is_call(each) and by - datetime.fromisoformat(each.at) < SOON]
    return next(iter(calls[-1:]), None)


def _is_call(each: Exchange) -> bool:
    return each.message is None and STRIPE not in (each.caller, each.callee) and not is_look(each)
