"""Results of checks as tests need them: one that was kept, one that broke, one that was left out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simulators.check.result import Case, CheckResult, Outcome
from simulators.check.subject import Subject
from simulators.judge.invariant import Finding
from simulators.judge.invariants import INVARIANTS
from simulators.judge.verdict import Standing, Verdict
from simulators.world.recorder import Exchange

SUBJECT = Subject(command=("node", "server.js"), time="faked")
PAID = Exchange(
    "2026-09-01T09:00:00+00:00", "stripe", "payment-service", "POST", "/webhooks/stripe", "200",
    "payment_intent.succeeded", "evt_1", "saga_1",
)  # fmt: skip
ASKED = Exchange("2026-09-01T08:59:00+00:00", "payment-service", "stripe", "POST", "/v1/payment_intents", "200")
FOUND = "fay paid 29.00 EUR for the course french, and has nothing"


def promises(*broken: int) -> list[dict[str, Any]]:
    verdicts = [
        Verdict(each, Standing.VIOLATED, (Finding("saga_1", FOUND, PAID),)).to_json()
        if each.number in broken
        else {"number": each.number, "standing": "holds"}
        for each in INVARIANTS
    ]
    verdicts[-1] = {"number": 18, "standing": "not yet"}
    return verdicts


def result() -> CheckResult:
    transcript = {
        "exchanges": [[7, asdict(ASKED)], [8, asdict(PAID)]], "payloads": {"8": {"type": "<b>"}}, "said": 30,
        "lost": [], "log": "it began\nit <failed>",
    }  # fmt: skip
    kept = Case(
        "scenarios", "ENR-01", "A student who pays is enrolled", steps=5, promises=promises(), began=100, seconds=0.5
    )
    broken = Case(
        "scenarios", "ENR-20/2", "Stripe is in trouble", Outcome.BROKEN, ["not so"],
        'And "ada" has asked for "algebra"', 2,
        promises(1), transcript, 100.25, 1.5,
    )  # fmt: skip
    aside = Case("stories", "crash", "A crash in the middle", Outcome.LEFT_OUT, ["nobody here can kill it"], began=101)
    storm = Case("storms", "seed-7", "6 purchases", Outcome.BROKEN, ["still <open>"], began=101, promises=promises())
    left_out = {"contracts": "no desk is named"}
    return CheckResult(SUBJECT.name, "faked", [kept, broken, aside, storm], left_out, 4)
