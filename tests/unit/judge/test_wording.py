"""What is wrong is told as a person would: who, what, how much in which currency, and no sum in bare minor units."""

import re

import pytest

from simulators.judge.evidence import Evidence
from simulators.judge.invariant import Finding
from simulators.judge.invariants import INVARIANTS
from tests.unit.judge.test_invariants import BROKEN, CHARGE, HOLD, NOTICE, REFUND, SAGA, but, intent, payment, saga

BARE_SUM = re.compile(r"(?<![\w.])(4900|2450|5000|100|4800)(?![\w.])")


def findings(number: int, evidence: Evidence) -> list[str]:
    (invariant,) = [each for each in INVARIANTS if each.number == number]
    return [each.found for each in invariant.find(evidence)]


@pytest.mark.parametrize(
    ("number", "evidence", "words"),
    [
        (1, but(enrollments=[], intents=intent(currency="jpy", amount=2900, amount_received=2900)), "2,900 JPY"),
        (1, but(enrollments=[], intents=intent(currency="kwd", amount=2900, amount_received=2900)), "2.900 KWD"),
        (1, but(enrollments=[], refunds=[REFUND | {"amount": 2450}]), "has nothing but 24.50 EUR back"),
        (
            1,
            but(refunds=[REFUND], charges=[CHARGE]),
            "ada paid 49.00 EUR for the course algebra, and has it, and 49.00",
        ),
        (
            2,
            but(refunds=[REFUND | {"amount": 5000}]),
            "ada paid 49.00 EUR for the course algebra, and gets 50.00 EUR back",
        ),
        (
            6,
            but(sagas=saga(outcome="EXPIRED")),
            "ada's purchase of the course algebra had ended COMPLETED, and is EXPIRED",
        ),
        (8, but(enrollments=[], sagas=saga(outcome="EXPIRED"), holds=[HOLD]), "a session with grace ended EXPIRED"),
        (9, but(intents=intent(status="canceled")), "ada has the course algebra, and nothing was paid for it"),
        (
            10,
            but(intents=intent(amount=4800, amount_received=4800)),
            "asked for 48.00 EUR, though 49.00 EUR were agreed",
        ),
        (10, but(sagas=payment(price={"amount": 49, "currency": "ISK"})), "though 49 ISK were agreed"),
        (13, but(sagas={"s1": None}, intents=[]), "the purchase s1 was accepted, and the service knows nothing of it"),
        (14, but(sagas=payment(status="PENDING")), "was due to be found by Mon 12:06:00, and the service says PENDING"),
        (16, but(notices=[NOTICE, NOTICE]), "ended COMPLETED, and the student was told so twice (CONFIRMED)"),
        (17, but(intents=intent(metadata={"sagaId": "s1"})), "contextId, paymentContext, paymentId is missing"),
    ],
)
def test_a_finding_says_who_what_and_how_much(number: int, evidence: Evidence, words: str) -> None:
    assert words in "\n".join(findings(number, evidence))


@pytest.mark.parametrize(
    ("number", "why", "evidence"), [pytest.param(*each, id=f"{each[0]}-{each[1]}") for each in BROKEN]
)
def test_no_sum_is_told_in_bare_minor_units(number: int, why: str, evidence: Evidence) -> None:
    sentences = findings(number, evidence)
    assert sentences, why
    assert not [line for line in sentences if BARE_SUM.search(line) or "{" in line]


def test_who_is_known_to_nobody_is_somebody() -> None:
    evidence = but(enrollments=[], sagas={"s1": {**SAGA, "studentId": None}})
    assert findings(1, evidence) == ["somebody paid 49.00 EUR for the course algebra, and has nothing"]
    assert str(Finding("s1", "x")) == "x"
