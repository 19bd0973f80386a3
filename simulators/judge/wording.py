"""The words of findings: who bought what for how much, as a person would tell it."""

from __future__ import annotations

import re

from simulators.judge.evidence import Evidence, saga_of
from simulators.kit.currencies import money_at_stripe
from simulators.kit.json_types import Json

_LONG_ID = re.compile(r"([a-z]+_\w{4})\w{8,}")
TIMES = {0: "never", 1: "once", 2: "twice"}


def student(evidence: Evidence, saga_id: str) -> str:
    """Return the student's name, whoever knows it; "somebody" when nobody does."""
    views = [evidence.sagas.get(saga_id) or {}, *evidence.deliveries_of(saga_id)]
    return next((str(each["studentId"]) for each in views if each.get("studentId")), "somebody")


def thing(evidence: Evidence, saga_id: str) -> str:
    """Return what was bought: `the course french`, `a session with alan`; `something` when nobody knows."""
    intents = (each["metadata"] for each in evidence.intents if saga_of(each) == saga_id)
    saga = evidence.sagas.get(saga_id) or {}
    bought = saga.get("contextId") or next((each.get("contextId") for each in intents), None)
    slots = [each for each in evidence.holds + evidence.sessions if each.get("sagaId") == saga_id]
    if slots:
        return f"a session with {slots[0]['tutorId']}"
    if not bought:
        return "something"
    if saga.get("context") != "SESSION_BOOKING":
        return f"the course {bought}"
    return "a session ({})".format(_LONG_ID.sub(r"\1…", bought))


def purchase(evidence: Evidence, saga_id: str) -> str:
    """Return which purchase is meant: `fay's purchase of the course french`."""
    known = thing(evidence, saga_id)
    if known == "something":
        return f"the purchase {saga_id}" if saga_id else "a purchase that names no saga"
    return f"{student(evidence, saga_id)}'s purchase of {known}"


def payment(evidence: Evidence, intent: Json) -> str:
    """Return who paid what for it: `fay paid 29.00 EUR for the course french`."""
    saga_id = saga_of(intent)
    return f"{student(evidence, saga_id)} paid {sum_of(intent, 'amount_received')} for {thing(evidence, saga_id)}"


def sum_of(intent: Json, amount: str | int) -> str:
    """Return a sum of a PaymentIntent's, by its field or as it is, as `29.00 EUR`."""
    return money_at_stripe(intent[amount] if isinstance(amount, str) else amount, intent["currency"])


def times(count: int) -> str:
    """Return `once`, `twice`, `3 times`."""
    return TIMES.get(count, f"{count} times")


def fate(deliveries: int, back: str) -> str:
    """Return what whoever paid has of it; `back` is the sum that came back, "" when none did."""
    if not deliveries:
        return f"has nothing but {back} back" if back else "has nothing"
    had = "has it" if deliveries == 1 else f"has it {times(deliveries)}"
    return f"{had}, and {back} back" if back else had
