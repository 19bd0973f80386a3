"""The books are compared from outside: every kind of difference is found, and books that agree have none."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.judge.books import book_differences

METADATA = {"paymentId": "p1", "sagaId": "s1", "paymentContext": "COURSE_ENROLLMENT", "contextId": "algebra"}
INTENT = {
    "id": "pi_1", "status": "succeeded", "amount": 4900, "amount_received": 4900, "currency": "eur",
    "metadata": METADATA,
}  # fmt: skip
OPEN = INTENT | {"status": "requires_payment_method", "amount_received": 0}
REFUND = {"payment_intent": "pi_1", "amount": 4900, "status": "succeeded"}
PAYMENT = {
    "paymentId": "p1", "sagaId": "s1", "context": "COURSE_ENROLLMENT", "contextId": "algebra", "status": "SUCCEEDED",
    "price": {"amount": 4900, "currency": "EUR"},
}  # fmt: skip
ISK = {"amount": 4900, "currency": "ISK"}


def kinds(intents: list[Any], refunds: list[Any], payments: list[Any]) -> list[str]:
    return [each.kind for each in book_differences(intents, refunds, payments)]


@pytest.mark.parametrize(
    ("kind", "intents", "refunds", "payments"),
    [
        ("PAID_AT_STRIPE", [INTENT], [], [PAYMENT | {"status": "PENDING"}]),
        ("PAID_HERE_ONLY", [OPEN], [], [PAYMENT]),
        ("PAID_TWICE", [INTENT, INTENT | {"id": "pi_2"}], [], [PAYMENT]),
        ("MADE_TWICE", [INTENT, OPEN | {"id": "pi_2"}], [], [PAYMENT]),
        ("CANCELED_AT_STRIPE", [OPEN | {"status": "canceled"}], [], [PAYMENT | {"status": "PENDING"}]),
        ("OPEN_AT_STRIPE", [OPEN], [], [PAYMENT | {"status": "CANCELED"}]),
        ("REFUNDED_THERE_ONLY", [INTENT], [REFUND], [PAYMENT]),
        ("REFUNDED_HERE_ONLY", [INTENT], [], [PAYMENT | {"status": "REFUNDED"}]),
        ("REFUNDED_HERE_ONLY", [INTENT], [REFUND | {"status": "failed"}], [PAYMENT | {"status": "REFUNDED"}]),
        ("AMOUNT_DIFFERS", [INTENT | {"amount_received": 4800}], [], [PAYMENT]),
        ("AMOUNT_DIFFERS", [INTENT | {"currency": "isk"}], [], [PAYMENT | {"price": ISK}]),
        ("CONTEXT_DIFFERS", [INTENT | {"metadata": METADATA | {"contextId": "biology"}}], [], [PAYMENT]),
        ("METADATA_BROKEN", [INTENT | {"metadata": {"paymentId": "p1"}}], [], [PAYMENT]),
        ("UNKNOWN_HERE", [INTENT], [], []),
        ("UNKNOWN_AT_STRIPE", [], [], [PAYMENT]),
    ],
)
def test_what_differs_is_found_by_its_kind(
    kind: str, intents: list[Any], refunds: list[Any], payments: list[Any]
) -> None:
    assert kinds(intents, refunds, payments) == [kind]


@pytest.mark.parametrize(
    ("intents", "refunds", "payments"),
    [
        ([INTENT], [], [PAYMENT]),
        ([INTENT], [REFUND], [PAYMENT | {"status": "REFUNDED"}]),
        ([INTENT], [REFUND | {"status": "pending"}], [PAYMENT | {"status": "REFUND_PENDING"}]),
        ([INTENT], [REFUND | {"amount": 100}], [PAYMENT]),
        ([OPEN], [], [PAYMENT | {"status": "PENDING"}]),
        ([], [], [PAYMENT | {"status": "PENDING"}]),
        ([INTENT | {"metadata": {}}], [], []),
        ([INTENT | {"amount_received": 490_000, "currency": "isk"}], [], [PAYMENT | {"price": ISK}]),
    ],
)
def test_books_that_agree_as_far_as_one_sees_have_no_difference(
    intents: list[Any], refunds: list[Any], payments: list[Any]
) -> None:
    assert kinds(intents, refunds, payments) == []


def test_sums_are_told_as_money() -> None:
    (found,) = book_differences([INTENT], [REFUND], [PAYMENT])
    assert (found.here, found.there) == ("SUCCEEDED", "succeeded 49.00 EUR, 49.00 EUR back")
