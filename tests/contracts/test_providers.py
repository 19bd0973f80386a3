from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.mutants import Change, answered, dropped, mutated, put, renamed, sent_as
from tests.contracts.providers import PROVIDERS
from tests.contracts.verification import broken
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"
LEARNING, PAYMENT = "payment-service-learning-service.json", "learning-service-payment-service.json"


def test_every_contract_has_its_provider() -> None:
    assert {contract.name for contract in PACTS.glob("*.json")} == set(PROVIDERS)


@pytest.mark.parametrize("contract", PROVIDERS)
def test_the_provider_keeps_the_contract(contract: str, tmp_path: Path) -> None:
    assert broken(PROVIDERS[contract](tmp_path), PACTS / contract) == {}


COURSES = {"a query for a published course", "a query for a course that is not published"}
UNKNOWN_COURSE = {"a query for an unknown course"}
HANDED_OVER = {"a command is handed over", "an event is handed over"}
INCOMPLETE = {"a command without a field", "an event without a field"}
STRANGE = {"a command from a stranger", "an event from a stranger"}
ANNOUNCED = {"EnrollInCourseInitiated", "EnrollmentConfirmed", "EnrollmentRejected"}
PAYMENTS = {"PaymentSucceeded", "PaymentFailed", "PaymentFailed without a declineCode", "PaymentRefunded"}
ASKED = {"CREATE_ENROLLMENT_RECORD"}
MUTANTS = {
    "amount as text": (LEARNING, put("price.amount", "4900"), COURSES),
    "currency in small letters": (LEARNING, put("price.currency", "eur"), COURSES),
    "flag renamed": (LEARNING, renamed("isPublished", "published"), COURSES),
    "id of the course missing": (LEARNING, dropped("courseId"), COURSES),
    "unknown course answered with 200": (LEARNING, answered(200, instead=404), UNKNOWN_COURSE),
    "acceptance answered with 200": (LEARNING, answered(200, instead=202), HANDED_OVER),
    "stranger let in": (LEARNING, answered(202, instead=401), STRANGE),
    "field not named": (LEARNING, put("detail", "Something is wrong."), INCOMPLETE),
    "another version of CloudEvents": (LEARNING, put("specversion", "0.3"), ANNOUNCED),
    "time without a date": (LEARNING, put("time", "09:00"), ANNOUNCED),
    "saga in snake_case": (LEARNING, renamed("data.sagaId", "saga_id"), ANNOUNCED),
    "reason missing": (LEARNING, dropped("data.reason"), {"EnrollmentRejected"}),
    "id as a number": (LEARNING, put("data.enrollmentId", 7), {"EnrollmentConfirmed"}),
    "problem as plain JSON": (
        PAYMENT,
        sent_as("application/json", instead="application/problem+json"),
        {"an event without a field", "an event from a stranger"},
    ),
    "message without an id": (PAYMENT, dropped("id"), PAYMENTS | ASKED),
    "amount with decimals": (PAYMENT, put("data.price.amount", 49.0), PAYMENTS),
    "code missing": (PAYMENT, dropped("data.declineCode"), {"PaymentFailed"}),
    "refund null": (PAYMENT, put("data.refundId", None), {"PaymentRefunded"}),
}


@pytest.mark.parametrize(("contract", "change", "seen"), MUTANTS.values(), ids=MUTANTS)
def test_a_provider_that_breaks_the_contract_is_seen(
    contract: str, change: Change, seen: set[str], tmp_path: Path
) -> None:
    provider = mutated(PROVIDERS[contract](tmp_path), change)
    assert set(broken(provider, PACTS / contract)) == seen
