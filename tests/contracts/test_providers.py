from __future__ import annotations

from pathlib import Path

import pytest

from simulators.world.plan import PAYMENT
from tests.contracts.handover import ACCEPTED, LACKING, STRANGE, described
from tests.contracts.messages import Spoken, between
from tests.contracts.mutants import Change, answered, dropped, mutated, put, renamed, sent_as
from tests.contracts.providers import NEIGHBOURS, PROVIDERS
from tests.contracts.verification import broken
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"
LEARNING, TUTORS, COMMUNICATION = (f"payment-service-{name}.json" for name in NEIGHBOURS)
FOR_LEARNING, FOR_TUTORS, FOR_COMMUNICATION = (f"{name}-payment-service.json" for name in NEIGHBOURS)


def test_every_contract_has_its_provider() -> None:
    assert {contract.name for contract in PACTS.glob("*.json")} == set(PROVIDERS)


@pytest.mark.parametrize("contract", PROVIDERS)
def test_the_provider_keeps_the_contract(contract: str, tmp_path: Path) -> None:
    assert broken(PROVIDERS[contract](tmp_path), PACTS / contract) == {}


COURSES = {"a query for a published course", "a query for a course that is not published"}
TO_LEARNING, TO_TUTORS, TO_COMMUNICATION = (between(PAYMENT, name) for name in NEIGHBOURS)
OF_LEARNING, OF_TUTORS, OF_COMMUNICATION = (between(name, PAYMENT) for name in NEIGHBOURS)
PAYMENTS = [said for said in TO_LEARNING if said.name.startswith("Payment")]
DECLINED = "SEND_NOTICE of a declined attempt"


def each(of: list[Spoken], how: str = "{0}") -> set[str]:
    return {described(how, said) for said in of}


MUTANTS = {
    "amount as text": (LEARNING, put("price.amount", "4900"), COURSES),
    "currency in small letters": (LEARNING, put("price.currency", "eur"), COURSES),
    "flag renamed": (LEARNING, renamed("isPublished", "published"), COURSES),
    "id of the course missing": (LEARNING, dropped("courseId"), COURSES),
    "unknown course answered with 200": (LEARNING, answered(200, instead=404), {"a query for an unknown course"}),
    "acceptance answered with 200": (LEARNING, answered(200, instead=202), each(TO_LEARNING, ACCEPTED)),
    "stranger let in": (TUTORS, answered(202, instead=401), each(TO_TUTORS, STRANGE)),
    "field not named": (COMMUNICATION, put("detail", "Something is wrong."), each(TO_COMMUNICATION, LACKING)),
    "another version of CloudEvents": (LEARNING, put("specversion", "0.3"), each(OF_LEARNING)),
    "time without a date": (TUTORS, put("time", "09:00"), each(OF_TUTORS)),
    "saga in snake_case": (COMMUNICATION, renamed("data.sagaId", "saga_id"), each(OF_COMMUNICATION)),
    "reason missing": (LEARNING, dropped("data.reason"), {"EnrollmentRejected"}),
    "id as a number": (LEARNING, put("data.enrollmentId", 7), {"EnrollmentConfirmed"}),
    "price missing": (TUTORS, dropped("data.price"), {"AvailabilityConfirmed"}),
    "hold without an end": (TUTORS, put("data.holdUntil", None), {"AvailabilityConfirmed"}),
    "link renamed": (COMMUNICATION, renamed("data.meetingLink", "link"), {"SessionConfirmed"}),
    "problem as plain JSON": (
        FOR_TUTORS,
        sent_as("application/json", instead="application/problem+json"),
        each(OF_TUTORS, LACKING) | each(OF_TUTORS, STRANGE),
    ),
    "message without an id": (FOR_LEARNING, dropped("id"), each(TO_LEARNING)),
    "amount with decimals": (FOR_LEARNING, put("data.price.amount", 49.0), each(PAYMENTS)),
    "code missing": (FOR_LEARNING, dropped("data.declineCode"), {"PaymentFailed"}),
    "refund null": (FOR_COMMUNICATION, put("data.refundId", None), {"PaymentRefunded"}),
    "payment for something else": (FOR_COMMUNICATION, put("data.context", "COURSE_ENROLLMENT"), each(PAYMENTS)),
    "unknown kind of notice": (FOR_COMMUNICATION, put("data.kind", "HELLO"), {"SEND_NOTICE", DECLINED}),
    "attempt missing": (FOR_COMMUNICATION, dropped("data.attempt"), {DECLINED}),
    "duration as text": (FOR_TUTORS, put("data.duration", "60"), {"CHECK_TUTOR_AVAILABILITY"}),
    "start without a date": (FOR_TUTORS, put("data.scheduledAt", "10:00"), {"CHECK_TUTOR_AVAILABILITY"}),
}


@pytest.mark.parametrize(("contract", "change", "seen"), MUTANTS.values(), ids=MUTANTS)
def test_a_provider_that_breaks_the_contract_is_seen(
    contract: str, change: Change, seen: set[str], tmp_path: Path
) -> None:
    provider = mutated(PROVIDERS[contract](tmp_path), change)
    assert set(broken(provider, PACTS / contract)) == seen
