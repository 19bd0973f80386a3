"""Stripe's books, read page by page, in our words; what is no answer is never taken for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from responses import RequestsMock, matchers

from reference.application.lists import Span
from reference.application.ports import UnavailableError
from reference.domain.money import Money
from reference.gateways.stripe_api import StripeApi
from reference.gateways.stripe_ledger import StripeLedger
from reference.reconciliation.ledger import EntryState
from tests.unit.reference.builders import NOON, PRICE, session
from tests.unit.reference.gateways.stripe_objects import METADATA, error, intent, listed, refund

API = "http://stripe.test/v1"
DAY = Span(NOON - timedelta(days=1), NOON)
AT = int(NOON.timestamp())
Ask = Callable[[StripeLedger], object]


@pytest.fixture
def stripe() -> Iterator[RequestsMock]:
    with RequestsMock() as mock:
        yield mock


@pytest.fixture
def ledger() -> StripeLedger:
    return StripeLedger(StripeApi("sk_test_any", "http://stripe.test", session()))


def kept(status: str = "succeeded", **changes: Any) -> dict[str, Any]:
    return intent(status, **{"created": AT, "canceled_at": None} | changes)


def charged(**changes: Any) -> dict[str, Any]:
    return {"id": "ch_1", "object": "charge", "created": AT + 60, "amount_refunded": 0} | changes


def test_the_books_are_read_in_pages_and_what_is_not_ours_is_left_out(
    stripe: RequestsMock, ledger: StripeLedger
) -> None:
    asked = {"created[gte]": AT - 86400, "created[lte]": AT, "limit": 100, "expand[0]": "data.latest_charge"}
    first = listed(kept(id="pi_3"), kept(id="pi_2", metadata={"invoice": "7"})) | {"has_more": True}
    stripe.get(f"{API}/payment_intents", json=first, match=[matchers.query_param_matcher(asked)])
    after = matchers.query_param_matcher(asked | {"starting_after": "pi_2"})
    stripe.get(f"{API}/payment_intents", json=listed(kept(id="pi_1")), match=[after])
    assert [each.intent_id for each in ledger.entries(DAY)] == ["pi_3", "pi_1"]


@pytest.mark.parametrize(
    ("status", "state", "received"),
    [
        ("succeeded", EntryState.PAID, PRICE),
        ("canceled", EntryState.CANCELED, None),
        ("requires_payment_method", EntryState.OPEN, None),
        ("processing", EntryState.OPEN, None),
        ("a status of next year", EntryState.OPEN, None),
    ],
)
def test_a_status_is_translated_into_our_words(
    stripe: RequestsMock, ledger: StripeLedger, status: str, state: EntryState, received: Money | None
) -> None:
    stripe.get(f"{API}/payment_intents", json=listed(kept(status)))
    (entry,) = ledger.entries(DAY)
    assert (entry.state, entry.price, entry.received, entry.given_back) == (state, PRICE, received, 0)
    said = (entry.payment_id, entry.saga_id, entry.context, entry.context_id)
    assert said == tuple(METADATA[key] for key in ("paymentId", "sagaId", "paymentContext", "contextId"))


def test_metadata_that_are_missing_are_empty(stripe: RequestsMock, ledger: StripeLedger) -> None:
    stripe.get(f"{API}/payment_intents", json=listed(kept(metadata={"paymentId": "pay_1"})))
    (entry,) = ledger.entries(DAY)
    assert (entry.saga_id, entry.context, entry.context_id) == ("", "", "")


def test_sums_are_counted_as_we_count_them(stripe: RequestsMock, ledger: StripeLedger) -> None:
    sums: dict[str, Any] = {"currency": "isk", "amount": 50000, "amount_received": 50000}
    stripe.get(f"{API}/payment_intents", json=listed(kept(**sums, latest_charge=charged(amount_refunded=20000))))
    (entry,) = ledger.entries(DAY)
    assert (entry.price, entry.received, entry.given_back) == (Money(500, "ISK"), Money(500, "ISK"), 200)


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({"status": "requires_payment_method"}, 0),
        ({"status": "canceled", "canceled_at": AT + 30}, 30),
        ({"latest_charge": charged()}, 60),
        ({"latest_charge": charged(amount_refunded=1)}, 90),
    ],
)
def test_one_entry_says_when_it_last_moved(
    stripe: RequestsMock, ledger: StripeLedger, changes: dict[str, Any], seconds: int
) -> None:
    stripe.get(f"{API}/payment_intents/pi_1", json=kept(**changes))
    if seconds == 90:
        stripe.get(f"{API}/refunds", json=listed(refund(created=AT + 90), refund(created=AT + 70), url="/v1/refunds"))
    entry = ledger.entry("pi_1")
    assert entry is not None
    assert entry.moved_at - NOON == timedelta(seconds=seconds)


def test_an_intent_that_stripe_does_not_know_is_none(stripe: RequestsMock, ledger: StripeLedger) -> None:
    stripe.get(f"{API}/payment_intents/pi_1", status=404, json=error(code="resource_missing"))
    assert ledger.entry("pi_1") is None


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "json": error("api_error")},
        {"status": 404, "json": error()},
        {"status": 401, "json": error()},
        {"json": {"object": "list"}},
        {"body": "<html>"},
        {"body": requests.ConnectionError()},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("payment_intents", lambda ledger: list(ledger.entries(DAY))),
        ("payment_intents/pi_1", lambda ledger: ledger.entry("pi_1")),
        ("payment_intents/pi_1", lambda ledger: ledger.facts("pi_1")),
    ],
)
def test_what_is_no_answer_is_no_fact(
    stripe: RequestsMock, ledger: StripeLedger, answer: dict[str, Any], path: str, ask: Ask
) -> None:
    stripe.get(f"{API}/{path}", **answer)
    with pytest.raises(UnavailableError):
        ask(ledger)
