"""What Stripe tells of payments that a bank answers days later, and what is asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from responses import RequestsMock, matchers

from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_messages import CreateIntent
from reference.domain.payment_news import AttemptDeclined, AttemptProcessing, MoneyReceived
from reference.gateways.stripe_gateway import StripeGateway
from reference.gateways.stripe_webhook import StripeWebhooks
from tests.unit.reference.builders import (
    NOON,
    WHAT,
    StillClock,
    cancel_intent,
    create_intent,
    look_at_intent,
    outgoing,
    processing,
    session,
)
from tests.unit.reference.gateways.stripe_objects import (
    WEBHOOK_SECRET,
    charge,
    error,
    event,
    intent,
    listed,
    signature,
    with_bank,
)

pytestmark = pytest.mark.fault(41)

API = "http://stripe.test/v1"
FIVE_DAYS = timedelta(days=5)


@pytest.fixture
def stripe() -> Iterator[RequestsMock]:
    with RequestsMock() as mock:
        yield mock


def ask(message: Message) -> list[Message]:
    gateway = StripeGateway("sk_test_any", "http://stripe.test", session(), debits=("EUR", "USD"))
    return gateway.send(outgoing(message))


@pytest.mark.parametrize(
    ("currency", "methods"),
    [("EUR", ["card", "sepa_debit"]), ("USD", ["card", "us_bank_account"]), ("JPY", ["card"])],
)
def test_a_bank_debit_is_offered_where_its_currency_is_paid(
    stripe: RequestsMock, currency: str, methods: list[str]
) -> None:
    stripe.post(f"{API}/payment_intents", json=intent())
    ask(CreateIntent(**WHAT | {"price": Money(4900, currency)}))
    sent = parse_qs(str(stripe.calls[0].request.body))
    assert [value for key, (value,) in sent.items() if key.startswith("payment_method_types")] == methods


def test_cards_alone_are_offered_unless_debits_are_wished_for(stripe: RequestsMock) -> None:
    stripe.post(f"{API}/payment_intents", json=intent())
    StripeGateway("sk_test_any", "http://stripe.test", session()).send(outgoing(create_intent()))
    assert "sepa_debit" not in str(stripe.calls[0].request.body)


def test_stripe_tells_that_a_bank_is_asked() -> None:
    body = json.dumps(event("payment_intent.processing", with_bank()))
    webhooks = StripeWebhooks((WEBHOOK_SECRET,), StillClock(), live=False)
    assert webhooks.read(body.encode(), signature(body)).news == processing()


def test_looking_finds_that_a_bank_is_asked(stripe: RequestsMock) -> None:
    stripe.get(f"{API}/payment_intents/pi_1", json=with_bank(latest_charge=charge()))
    stripe.get(f"{API}/charges", json=listed(charge(), url="/v1/charges"))
    assert processing() in ask(look_at_intent())


def test_looking_finds_what_a_bank_has_refused_also_behind_a_later_attempt(stripe: RequestsMock) -> None:
    stripe.get(f"{API}/payment_intents/pi_1", json=intent(latest_charge=charge("failed", id="ch_2")))
    refusals = [
        charge("failed", id="ch_2", failure_code="card_declined", outcome={"reason": "stolen_card"}),
        charge("failed", failure_code="insufficient_funds", outcome={"reason": "insufficient_funds"}),
    ]
    asked = matchers.query_param_matcher({"payment_intent": "pi_1", "limit": 100})
    stripe.get(f"{API}/charges", json=listed(*refusals, url="/v1/charges"), match=[asked])
    found = [each for each in ask(look_at_intent()) if isinstance(each, AttemptDeclined)]
    assert [(each.attempt, each.reason) for each in found] == [
        ("py_1", "insufficient_funds"),
        ("ch_2", "generic_decline"),
    ]


def test_looking_tells_when_the_student_paid_and_when_the_money_came(stripe: RequestsMock) -> None:
    booked = {"id": "txn_1", "object": "balance_transaction", "created": int((NOON + FIVE_DAYS).timestamp())}
    paid = intent("succeeded", latest_charge=charge("succeeded", balance_transaction=booked))
    stripe.get(f"{API}/payment_intents/pi_1", json=paid)
    stripe.get(f"{API}/refunds", json=listed(url="/v1/refunds"))
    (money,) = [each for each in ask(look_at_intent()) if isinstance(each, MoneyReceived)]
    assert (money.paid_at, money.arrived_at, money.confirmed) == (NOON, NOON + FIVE_DAYS, True)


def test_what_a_bank_is_asked_for_cannot_be_canceled_and_that_is_an_answer(stripe: RequestsMock) -> None:
    refusal = error(code="payment_intent_unexpected_state")
    stripe.post(f"{API}/payment_intents/pi_1/cancel", status=400, json=refusal)
    stripe.get(f"{API}/payment_intents/pi_1", json=with_bank(latest_charge=charge()))
    stripe.get(f"{API}/charges", json=listed(charge(), url="/v1/charges"))
    assert [type(each) for each in ask(cancel_intent()) if isinstance(each, AttemptProcessing)] == [AttemptProcessing]
