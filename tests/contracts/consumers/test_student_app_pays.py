from __future__ import annotations

from typing import Any

import pytest

from simulators.clients.http_client import Refused
from simulators.world.topology import STRIPE
from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.consumers.student_app import app
from tests.contracts.expectations import PUBLISHABLE_KEY, STUDENT_APP, one_of, text

SECRET = "pi_1_secret_1"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.fixture
def contract(recorder: PactRecorder) -> Contract:
    return recorder.contract(STUDENT_APP, STRIPE)


def paying(contract: Contract, description: str, card: str, state: str = "an intent that waits for a card") -> Any:
    call = contract.call(description, "POST", "/v1/payment_intents/pi_1/confirm", state=PUBLISHABLE_KEY)
    call.given(state, intentId="pi_1", clientSecret=SECRET)
    return call.with_body(f"client_secret={SECRET}&payment_method={card}", content_type=FORM)


def test_a_good_card_pays(contract: Contract) -> None:
    call = paying(contract, "a payment with a good card", "pm_card_visa").will_respond_with(200)
    call.with_body({"id": "pi_1", "status": "succeeded"}, content_type=JSON)
    with contract.serve() as url:
        assert app(url).pay_with_secret(SECRET)["status"] == "succeeded"


def test_a_declined_card_is_reported_with_its_code(contract: Contract) -> None:
    card = "pm_card_visa_chargeDeclinedInsufficientFunds"
    error = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}
    call = paying(contract, "a payment with a card that is declined", card).will_respond_with(402)
    call.with_body({"error": error | {"message": text("Your card has insufficient funds.")}}, content_type=JSON)
    with contract.serve() as url, pytest.raises(Refused) as refused:
        app(url).pay_with_secret(SECRET, card)
    assert refused.value.answer["error"]["decline_code"] == "insufficient_funds"


def test_what_is_paid_cannot_be_paid_again(contract: Contract) -> None:
    call = paying(contract, "a payment of what is paid", "pm_card_visa", "an intent that is paid")
    error = {"type": "invalid_request_error", "code": one_of("payment_intent_unexpected_state")}
    call.will_respond_with(400).with_body({"error": error}, content_type=JSON)
    with contract.serve() as url, pytest.raises(Refused) as refused:
        app(url).pay_with_secret(SECRET)
    assert refused.value.answer["error"]["code"] == "payment_intent_unexpected_state"
