"""Each invariant is seen holding, and seen broken."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulators.judge.evidence import Evidence
from simulators.judge.invariants import INVARIANTS
from simulators.world.recorder import Exchange

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
METADATA = {"paymentId": "p1", "sagaId": "s1", "paymentContext": "COURSE_ENROLLMENT", "contextId": "algebra"}
INTENT = {
    "id": "pi_1", "status": "succeeded", "amount": 4900, "amount_received": 4900, "currency": "eur",
    "metadata": METADATA, "created": int((NOW - timedelta(days=1)).timestamp()),
}  # fmt: skip
CHARGE = {
    "id": "ch_1", "payment_intent": "pi_1", "amount_captured": 4900, "amount_refunded": 0, "paid": True,
    "created": int((NOW - timedelta(days=1)).timestamp()),
}  # fmt: skip
REFUND = {
    "id": "re_1", "payment_intent": "pi_1", "charge": "ch_1", "amount": 4900, "currency": "eur", "status": "succeeded",
    "metadata": {"attempt": "1"}, "created": int((NOW - timedelta(hours=12)).timestamp()),
}  # fmt: skip
BY_HAND = REFUND | {"metadata": {}}
SEAT = {"sagaId": "s1", "studentId": "ada", "courseId": "algebra"}
SESSION = {"sagaId": "s1", "studentId": "ada", "tutorId": "grace", "scheduledAt": "2026-09-02T10:00:00Z"}
HOLD = {**SESSION, "status": "HELD"}
NOTICE = {"sagaId": "s1", "personId": "ada", "kind": "CONFIRMED", "title": "Algebra"}
PRICE = {"amount": 4900, "currency": "EUR"}
SAGA = {
    "sagaId": "s1", "studentId": "ada", "context": "COURSE_ENROLLMENT", "contextId": "algebra", "state": "COMPLETED",
    "outcome": "COMPLETED", "waitingFor": None, "waitingUntil": None,
    "payment": {"paymentId": "p1", "status": "SUCCEEDED", "price": PRICE},
}  # fmt: skip


def exchange(
    name: str, message_id: str = "m1", answer: str = "202", caller: str = "learning-service", path: str = "/events"
) -> Exchange:
    return Exchange("now", caller, "payment-service", "POST", path, answer, name, message_id, "s1")


def sound() -> Evidence:
    """A course was bought."""
    return Evidence(
        now=NOW,
        intents=[deepcopy(INTENT)],
        refunds=[],
        charges=[deepcopy(CHARGE)],
        enrollments=[dict(SEAT)],
        sessions=[],
        holds=[],
        notices=[dict(NOTICE)],
        sagas={"s1": deepcopy(SAGA)},
        exchanges=[exchange("EnrollInCourseInitiated"), exchange("PaymentSucceeded"), exchange("PaymentSucceeded")],
        earlier_outcomes={"s1": "COMPLETED"},
        begun={"s1"},
        waits={
            "PAYMENT_CHECK_SECONDS": timedelta(minutes=5),
            "BANK_CHECK_SECONDS": timedelta(hours=6),
            "PAYMENT_WINDOW_SECONDS": timedelta(minutes=30),
            "PATIENCE_SECONDS": timedelta(days=2),
        },
        secrets=("hush",),
    )


def broken(evidence: Evidence) -> set[int]:
    return {invariant.number for invariant in INVARIANTS if list(invariant.find(evidence))}


def but(**changes: Any) -> Evidence:
    return replace(sound(), **changes)


def saga(**changes: Any) -> dict[str, Any]:
    return {"s1": {**SAGA, **changes}}


def intent(**changes: Any) -> list[dict[str, Any]]:
    return [{**INTENT, **changes}]


TOMORROW = (NOW + timedelta(days=1)).isoformat()
LONG_AGO = {"at": (NOW - timedelta(days=5)).isoformat(), "text": "It began.", "message": "EnrollInCourseInitiated"}
LONG = {**SESSION, "sagaId": "s2", "duration": 60}


def payment(**changes: Any) -> dict[str, Any]:
    return saga(payment={**SAGA["payment"], **changes})  # type: ignore[dict-item]


def asked_back(answer: str, about: str = "pi_1", days: int = 0) -> dict[str, Any]:
    """Stripe was asked to refund a payment, and has no refund; ours is said to have failed."""
    asked = Exchange(
        (NOW + timedelta(days)).isoformat(), "payment-service", "stripe", "POST", "/v1/refunds", answer, about=about
    )
    return {"sagas": payment(status="REFUND_FAILED"), "exchanges": [asked]}


HOOK = "/webhooks/stripe"
LATER = "2026-09-02T12:30:00+02:00"  # Half an hour after the session began.
BACK: dict[str, Any] = {"enrollments": [], "refunds": [REFUND], "charges": [{**CHARGE, "amount_refunded": 4900}]}
REFUNDED = {"outcome": "REFUNDED", "payment": SAGA["payment"] | {"status": "REFUNDED"}}  # type: ignore[operator]
SUCCEEDED = {"type": "refund.updated", "id": "evt_1", "data": {"object": BY_HAND}}
DEBIT = {**CHARGE, "payment_method_details": {"type": "sepa_debit"}}
WITH_BANK: dict[str, Any] = {
    "intents": [{**INTENT, "status": "processing", "amount_received": 0}],
    "charges": [{**DEBIT, "paid": False}],
}
ANSWERED = {**DEBIT, "amount_refunded": 4900, "balance_transaction": {"created": int(NOW.timestamp())}}
BROKEN: list[tuple[int, str, Evidence]] = [
    (1, "money kept for nothing", but(enrollments=[])),
    (1, "a seat and the money back", but(refunds=[REFUND], charges=[{**CHARGE, "amount_refunded": 4900}])),
    (1, "half of it back", but(enrollments=[], refunds=[{**REFUND, "amount": 2450}])),
    (1, "money back for no reason", but(**BACK, sagas=saga(**REFUNDED), notices=[{**NOTICE, "kind": "REFUNDED"}])),
    (2, "more back than taken", but(refunds=[{**REFUND, "amount": 5000}])),
    (2, "said to be refunded", but(enrollments=[], sagas=saga(outcome="REFUNDED"))),
    (3, "announced twice", but(exchanges=[exchange("PaymentSucceeded"), exchange("PaymentSucceeded", "m2")])),
    (4, "two intents of a payment", but(intents=[INTENT, {**INTENT, "id": "pi_2"}])),
    (4, "two refunds of a payment", but(refunds=[REFUND, {**REFUND, "id": "re_2"}])),
    (5, "two seats by a saga", but(enrollments=[SEAT, {**SEAT, "courseId": "biology"}])),
    (5, "one student twice in a course", but(enrollments=[SEAT, {**SEAT, "sagaId": "s2"}])),
    (5, "two sessions in a slot", but(enrollments=[], sessions=[SESSION, {**SESSION, "sagaId": "s2"}])),
    (5, "two sessions that overlap, in two forms", but(sessions=[LONG, {**SESSION, "scheduledAt": LATER}])),
    (6, "an ending undone", but(sagas=saga(outcome="EXPIRED"))),
    (7, "left behind", but(sagas=saga(outcome=None, waitingUntil=(NOW - timedelta(1)).isoformat()))),
    (7, "always under way", but(sagas=saga(outcome=None, waitingUntil=TOMORROW, history=[LONG_AGO]))),
    (8, "a seat left", but(sagas=saga(outcome="EXPIRED"))),
    (8, "an intent left open", but(sagas=saga(outcome="EXPIRED"), intents=intent(status="requires_payment_method"))),
    (8, "a slot left", but(enrollments=[], sagas=saga(outcome="EXPIRED"), holds=[HOLD])),
    (9, "two sagas in a slot", but(holds=[HOLD, {**HOLD, "sagaId": "s2"}])),
    (9, "a free seat", but(intents=intent(status="requires_payment_method"))),
    (10, "another price", but(intents=intent(amount=4800, amount_received=4800))),
    (10, "a price without cents", but(sagas=payment(price={"amount": 4900, "currency": "ISK"}))),
    (10, "another price than was asked for at first", but(intents=intent(asked={"amount": 100, "currency": "EUR"}))),
    (10, "a seat for less", but(intents=intent(amount_received=100))),
    (11, "a stranger believed", but(exchanges=[exchange("payment_intent.succeeded", answer="200", path=HOOK)])),
    (11, "a stranger's event", but(exchanges=[exchange("EnrollmentConfirmed", caller="somebody")])),
    (12, "a webhook fails", but(exchanges=[exchange("x", answer="500", caller="stripe", path=HOOK)])),
    (13, "accepted and lost", but(sagas={"s1": None})),
    (13, "a booking that nobody knows", but(sagas={"s1": None}, exchanges=[])),
    (14, "expired, though it is paid", but(sagas=payment(status="PENDING") | {})),
    (14, "paid and not noticed", but(sagas=saga(outcome=None, state="AWAITING_PAYMENT"))),
    (15, "a charge too little", but(charges=[])),
    (15, "a refund of nothing", but(refunds=[{**REFUND, "charge": "ch_9"}])),
    (15, "paid, said to be canceled", but(sagas=payment(status="CANCELED"))),
    (15, "said to be back, and is not", but(sagas=payment(status="REFUNDED"))),
    (15, "said to have failed to go back, and never asked for", but(sagas=payment(status="REFUND_FAILED"))),
    (15, "failed to go back, because Stripe was in trouble", but(**asked_back("500"))),
    (15, "failed to go back, because Stripe was busy", but(**asked_back("429"))),
    (15, "failed to go back, because another payment's refund was refused", but(**asked_back("400", about="pi_2"))),
    (15, "back, and not said so", but(**BACK)),
    (15, "with the bank, and not said so", but(**WITH_BANK, sagas=payment(status="PENDING"))),
    (14, "the bank's answer not noticed", but(charges=[DEBIT], sagas=payment(status="PROCESSING"))),
    (16, "nobody told", but(notices=[])),
    (16, "told twice", but(notices=[NOTICE, NOTICE])),
    (16, "a stranger told", but(notices=[NOTICE, {**NOTICE, "personId": "ben", "kind": "DECLINED"}])),
    (16, "a secret told", but(notices=[{**NOTICE, "title": "hush"}])),
    (16, "parked, and nobody told", but(sagas=saga(outcome="PARKED"))),
    (16, "expired, and told of a seat", but(sagas=saga(outcome="EXPIRED"))),
    (17, "a payment that became another's", but(sagas=payment(contextId="biology"))),
    (17, "metadata missing", but(intents=intent(metadata={"sagaId": "s1"}))),
    (17, "metadata of another", but(intents=intent(metadata={**METADATA, "contextId": "biology"}))),
    (18, "a secret written down", but(exchanges=[exchange("x", path="/hush")])),
    (18, "a secret in the log", but(log=["DEBUG paying with sk_test_abc"])),
    (18, "a card number written down", but(exchanges=[exchange("4242424242424242")])),
    (18, "a client secret written down", but(exchanges=[exchange("x", path="/pi_1_secret_abc")])),
]


def test_a_course_bought_breaks_nothing() -> None:
    assert broken(sound()) == set()


@pytest.mark.parametrize(
    ("number", "evidence"), [(n, e) for n, _, e in BROKEN], ids=[f"{n}: {w}" for n, w, _ in BROKEN]
)
def test_what_is_wrong_is_found(number: int, evidence: Evidence) -> None:
    assert number in broken(evidence)


def test_every_invariant_has_been_seen_broken() -> None:
    assert {each.number for each in INVARIANTS} == {number for number, _, _ in BROKEN} == {*range(1, 19)}


@pytest.mark.parametrize(
    "evidence",
    [
        but(
            enrollments=[],
            sagas=saga(outcome="PARKED"),
            earlier_outcomes={},
            notices=[{**NOTICE, "kind": "NEEDS_ATTENTION"}],
        ),
        but(
            enrollments=[], sagas=saga(outcome=None, waitingUntil=(NOW + timedelta(1)).isoformat()), earlier_outcomes={}
        ),
        but(**BACK | {"refunds": [BY_HAND]}, sagas=saga(**REFUNDED), notices=[{**NOTICE, "kind": "REFUNDED"}]),
        but(
            **BACK,
            sagas=saga(**REFUNDED),
            notices=[{**NOTICE, "kind": "REFUNDED"}],
            exchanges=[exchange("EnrollmentRejected")],
        ),
        but(
            intents=intent(amount=490_000, amount_received=490_000, currency="isk"),
            charges=[{**CHARGE, "amount_captured": 490_000}],
            sagas=payment(price={"amount": 4900, "currency": "ISK"}),
        ),
        but(**asked_back("400")),
        but(
            **asked_back("500")
            | {"exchanges": [*asked_back("500")["exchanges"], *asked_back("500", days=2)["exchanges"]]}
        ),
        but(refunds=[{**BY_HAND, "amount": 900}], charges=[{**CHARGE, "amount_refunded": 900}]),
        but(**BACK | {"refunds": [BY_HAND]}, sagas=payment(status="SUCCEEDED"), events=[SUCCEEDED]),
        but(
            **WITH_BANK,
            enrollments=[],
            notices=[],
            sagas=saga(
                outcome=None,
                waitingUntil=TOMORROW,
                history=[LONG_AGO],
                payment=SAGA["payment"] | {"status": "PROCESSING"},  # type: ignore[operator]
            ),
            earlier_outcomes={},
        ),
        but(
            **BACK | {"charges": [ANSWERED]},
            intents=intent(metadata=METADATA | {"paymentContext": "SESSION_BOOKING"}),
            sagas=saga(**REFUNDED | {"context": "SESSION_BOOKING"}),
            notices=[{**NOTICE, "kind": "REFUNDED"}],
        ),
    ],
    ids=[
        "parked for a person",
        "still under way",
        "refunded in full by a person, though it had been delivered",
        "refunded in full, since it was refused",
        "paid in a currency without cents that Stripe counts as if it had some",
        "a refund that was refused",
        "a refund that was asked for in vain for days",
        "a part given back by a person",
        "news of it that never arrived",
        "a bank that takes its time",
        "refunded in full, since the bank answered when the tutor was gone",
    ],
)
def test_other_right_endings_break_nothing(evidence: Evidence) -> None:
    assert broken(evidence) == set()


def test_a_finding_names_the_saga_and_what_was_found() -> None:
    [finding] = INVARIANTS[0].find(but(enrollments=[]))
    assert (finding.saga_id, str(finding)) == (
        "s1",
        "ada paid 49.00 EUR for the course algebra, and has nothing",
    )


def test_every_invariant_says_its_promise_in_a_sentence() -> None:
    assert all(each.promise.endswith(".") for each in INVARIANTS)
