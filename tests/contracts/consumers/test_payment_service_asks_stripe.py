from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reference.application.ports import RefusedError, UnavailableError
from reference.domain.money import Money
from reference.domain.payment_news import IntentCanceled, IntentCreated, IntentRefused, MoneyReceived, RefundReported
from reference.domain.payment_status import RefundState
from simulators.world.topology import PAYMENT, STRIPE
from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.consumers.stripe_calls import (
    CANCEL,
    CREATE,
    GIVE_BACK,
    GIVEN_BACK,
    INTENT,
    KNOWN_AS,
    OPEN,
    PAID,
    REFUNDED,
    REFUNDS,
    SUCCEEDED,
    WAITING,
    answered,
    ask,
    creation,
    given,
    look,
    post,
    refunds_listed,
    refused,
)
from tests.contracts.expectations import NO_KEY, text
from tests.contracts.providers.stripe_account import REFUND


@pytest.fixture
def contract(recorder: PactRecorder) -> Contract:
    return recorder.contract(PAYMENT, STRIPE)


def test_an_intent_is_created(contract: Contract) -> None:
    call = creation(contract, "an intent is created").given("no intent")
    answered(call, OPEN | {"id": text("pi_1")})
    with contract.serve() as url:
        [made] = ask(url, CREATE)
    assert isinstance(made, IntentCreated)
    assert (made.intent_id, made.client_secret, made.payment_id) == ("pi_1", "pi_1_secret_1", "pay-1")


def test_an_intent_is_created_once(contract: Contract) -> None:
    call = creation(contract, "an intent is created once more by the same key")
    answered(given(call, WAITING, key="saga-1:CreateIntent:1"), OPEN)
    with contract.serve() as url:
        [made] = ask(url, CREATE)
    assert made == IntentCreated(saga_id="saga-1", payment_id="pay-1", intent_id="pi_1", client_secret="pi_1_secret_1")


def test_a_key_is_good_for_one_intent(contract: Contract) -> None:
    call = creation(contract, "another intent is created by a key that was used", amount="5900")
    refused(given(call, WAITING, key="saga-1:CreateIntent:1"), 400, kind="idempotency_error")
    with contract.serve() as url, pytest.raises(RefusedError):
        ask(url, replace(CREATE, price=Money(5900, "EUR")))


def test_what_is_too_cheap_is_not_charged(contract: Contract) -> None:
    call = creation(contract, "an intent of less than Stripe charges is created", amount="1").given("no intent")
    refused(call, 400, "amount_too_small")
    with contract.serve() as url:
        [no] = ask(url, replace(CREATE, price=Money(1, "EUR")))
    assert isinstance(no, IntentRefused)
    assert no.reason == "amount_too_small"


def test_a_wrong_key_is_trouble_and_no_refusal(contract: Contract) -> None:
    refused(creation(contract, "an intent is created by nobody", state=NO_KEY), 401)
    with contract.serve() as url, pytest.raises(UnavailableError, match="AuthenticationError"):
        ask(url, CREATE, key=NO_KEY)


def test_an_intent_is_canceled(contract: Contract) -> None:
    answered(given(cancel(contract, "an intent is canceled"), WAITING), KNOWN_AS)
    with contract.serve() as url:
        assert ask(url, CANCEL) == [IntentCanceled(saga_id="saga-1", payment_id="pay-1", intent_id="pi_1")]


def test_what_is_paid_is_not_canceled(contract: Contract) -> None:
    call = given(cancel(contract, "an intent that is paid is canceled"), PAID)
    refused(call, 400, "payment_intent_unexpected_state")
    answered(look(contract, "a look at an intent that could not be canceled", PAID), SUCCEEDED)
    refunds_listed(contract, "a list of no refunds of an intent that could not be canceled", PAID)
    with contract.serve() as url:
        assert [type(fact) for fact in ask(url, CANCEL)] == [IntentCreated, MoneyReceived]


def test_money_is_given_back(contract: Contract) -> None:
    answered(given(refund(contract, "money is given back"), PAID), GIVEN_BACK)
    with contract.serve() as url:
        [back] = ask(url, GIVE_BACK)
    assert isinstance(back, RefundReported)
    assert (back.intent_id, back.refund_id, back.amount) == ("pi_1", "re_1", 4900)
    assert back.state == RefundState.SUCCEEDED


def test_money_is_given_back_once(contract: Contract) -> None:
    refused(
        given(refund(contract, "money that was given back is given back"), REFUNDED), 400, "charge_already_refunded"
    )
    answered(look(contract, "a look at an intent that could not be refunded", REFUNDED), SUCCEEDED)
    refunds_listed(contract, "a list of the refunds of an intent", REFUNDED, GIVEN_BACK)
    with contract.serve() as url:
        assert [type(fact) for fact in ask(url, GIVE_BACK)] == [IntentCreated, MoneyReceived, RefundReported]


def cancel(contract: Contract, description: str) -> Any:
    return post(contract, description, f"{INTENT}/cancel", {}, "saga-1:CancelIntent:1")


def refund(contract: Contract, description: str) -> Any:
    return post(contract, description, REFUNDS, {"payment_intent": "pi_1", **REFUND}, f"saga-1:{GIVE_BACK.key}:1")
