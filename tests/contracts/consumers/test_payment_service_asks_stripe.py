from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from pact import match

from reference.application.lists import Span
from reference.application.ports import Errand, RefusedError, UnavailableError
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_messages import (
    CancelIntent,
    CreateIntent,
    LookAtIntent,
    PaymentContext,
    RefundIntent,
)
from reference.domain.payment_news import IntentCanceled, IntentCreated, IntentRefused, MoneyReceived, RefundReported
from reference.domain.payment_status import RefundState
from reference.domain.reconciliation import EntryState
from reference.gateways.stripe_gateway import StripeGateway
from reference.gateways.stripe_ledger import StripeLedger, connect
from simulators.world.plan import PAYMENT, STRIPE
from tests.contracts.accounts import CREATED, OURS, REFUND
from tests.contracts.drafts import Contract, Drafts
from tests.contracts.expectations import NO_KEY, SECRET_KEY, TOKENS, Json, one_of, text, whole
from tests.contracts.services import NOW

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
INTENTS, INTENT, REFUNDS = "/v1/payment_intents", "/v1/payment_intents/pi_1", "/v1/refunds"
WAITING, PAID, CANCELED, REFUNDED = (
    "an intent that waits for a card",
    "an intent that is paid",
    "an intent that is canceled",
    "an intent that is paid and refunded",
)
PRICE = Money(4900, "EUR")
WHAT: Json = {
    "saga_id": OURS["sagaId"],
    "payment_id": OURS["paymentId"],
    "context": PaymentContext.COURSE_ENROLLMENT,
    "context_id": OURS["contextId"],
    "price": PRICE,
    "opened_at": NOW,
}
CREATE, CANCEL = CreateIntent(**WHAT), CancelIntent(**WHAT, intent_id="pi_1")
LOOK, GIVE_BACK = LookAtIntent(**WHAT, intent_id="pi_1"), RefundIntent(**WHAT, intent_id="pi_1", attempt=1)
KNOWN_AS = {"id": one_of("pi_1"), "metadata": {name: one_of(OURS[name]) for name in ("paymentId", "sagaId")}}
OPEN = KNOWN_AS | {"client_secret": text("pi_1_secret_1")}
SUCCEEDED = OPEN | {
    "status": one_of("succeeded"),
    "amount_received": whole(4900),
    "currency": one_of("eur"),
    "latest_charge": {"created": whole(int(NOW.timestamp()))},
}
GIVEN_BACK = {
    "id": text("re_1"),
    "payment_intent": one_of("pi_1"),
    "amount": whole(4900),
    "currency": one_of("eur"),
    "status": one_of("succeeded"),
}


@pytest.fixture
def contract(drafts: Drafts) -> Contract:
    return drafts.contract(PAYMENT, STRIPE)


def ask(url: str, message: Message, attempts: int = 1, key: str = SECRET_KEY) -> list[Message]:
    errand = Errand(f"saga-1:{message.key}", "stripe", message, NOW, attempts)
    return StripeGateway(TOKENS[key], url, requests.Session()).perform(errand)


def post(contract: Contract, description: str, path: str, form: dict[str, str], key: str = "", state: str = "") -> Any:
    call = contract.call(description, "POST", path, state=state or SECRET_KEY)
    call = call.with_body(urlencode(form), content_type=FORM) if form else call
    return call.with_header("Idempotency-Key", key) if key else call


def creation(contract: Contract, description: str, amount: str = "4900", state: str = "") -> Any:
    return post(contract, description, INTENTS, CREATED | {"amount": amount}, "saga-1:CreateIntent:1", state)


def given(call: Any, state: str, **more: str) -> Any:
    return call.given(state, intentId="pi_1", **more)


def answered(call: Any, body: Json, status: int = 200) -> None:
    call.will_respond_with(status).with_body(body, content_type=JSON)


def refused(call: Any, status: int, code: str = "", kind: str = "invalid_request_error") -> None:
    error = {"type": one_of(kind), **({"code": one_of(code)} if code else {})}
    answered(call, {"error": error}, status)


def found(*items: Json) -> Json:
    data: Any = match.each_like(items[0], min=1) if items else []
    return {"object": "list", "data": data, "has_more": False}


def refunds_listed(contract: Contract, description: str, state: str, *items: Json) -> None:
    call = contract.call(description, "GET", REFUNDS, state=SECRET_KEY)
    call = given(call, state).with_query_parameter("payment_intent", "pi_1").with_query_parameter("limit", "100")
    answered(call, found(*items))


def look(contract: Contract, description: str, state: str) -> Any:
    call = given(contract.call(description, "GET", INTENT, state=SECRET_KEY), state)
    return call.with_query_parameter("expand[0]", "latest_charge")


def test_an_intent_is_created(contract: Contract) -> None:
    call = creation(contract, "an intent is created").given("no intent")
    answered(call, OPEN | {"id": text("pi_1")})
    with contract.served() as url:
        [made] = ask(url, CREATE)
    assert isinstance(made, IntentCreated)
    assert (made.intent_id, made.client_secret, made.payment_id) == ("pi_1", "pi_1_secret_1", "pay-1")


def test_an_intent_is_created_once(contract: Contract) -> None:
    call = creation(contract, "an intent is created once more by the same key")
    answered(given(call, WAITING, key="saga-1:CreateIntent:1"), OPEN)
    with contract.served() as url:
        [made] = ask(url, CREATE)
    assert made == IntentCreated(saga_id="saga-1", payment_id="pay-1", intent_id="pi_1", client_secret="pi_1_secret_1")


def test_a_key_is_good_for_one_intent(contract: Contract) -> None:
    call = creation(contract, "another intent is created by a key that was used", amount="5900")
    refused(given(call, WAITING, key="saga-1:CreateIntent:1"), 400, kind="idempotency_error")
    with contract.served() as url, pytest.raises(RefusedError):
        ask(url, replace(CREATE, price=Money(5900, "EUR")))


def test_what_is_too_cheap_is_not_charged(contract: Contract) -> None:
    call = creation(contract, "an intent of less than Stripe charges is created", amount="1").given("no intent")
    refused(call, 400, "amount_too_small")
    with contract.served() as url:
        [no] = ask(url, replace(CREATE, price=Money(1, "EUR")))
    assert isinstance(no, IntentRefused)
    assert no.reason == "amount_too_small"


def test_a_wrong_key_is_trouble_and_no_refusal(contract: Contract) -> None:
    refused(creation(contract, "an intent is created by nobody", state=NO_KEY), 401)
    with contract.served() as url, pytest.raises(UnavailableError, match="AuthenticationError"):
        ask(url, CREATE, key=NO_KEY)


def test_an_intent_whose_answer_was_lost_is_found(contract: Contract) -> None:
    call = given(contract.call("a search for an intent", "GET", INTENTS, state=SECRET_KEY), WAITING)
    call = call.with_query_parameter("limit", "100").with_query_parameter("created[gte]", str(since()))
    answered(call, found(OPEN))
    with contract.served() as url:
        [made] = ask(url, CREATE, attempts=2)
    assert isinstance(made, IntentCreated)
    assert made.intent_id == "pi_1"


def since() -> int:
    return int((NOW - timedelta(hours=1)).timestamp())


def test_an_intent_is_canceled(contract: Contract) -> None:
    answered(given(cancel(contract, "an intent is canceled"), WAITING), KNOWN_AS)
    with contract.served() as url:
        assert ask(url, CANCEL) == [IntentCanceled(saga_id="saga-1", payment_id="pay-1", intent_id="pi_1")]


def cancel(contract: Contract, description: str) -> Any:
    return post(contract, description, f"{INTENT}/cancel", {}, "saga-1:CancelIntent:1")


def test_what_is_paid_is_not_canceled(contract: Contract) -> None:
    call = given(cancel(contract, "an intent that is paid is canceled"), PAID)
    refused(call, 400, "payment_intent_unexpected_state")
    answered(look(contract, "a look at an intent that could not be canceled", PAID), SUCCEEDED)
    refunds_listed(contract, "a list of no refunds of an intent that could not be canceled", PAID)
    with contract.served() as url:
        assert [type(fact) for fact in ask(url, CANCEL)] == [IntentCreated, MoneyReceived]


def test_a_look_finds_the_money(contract: Contract) -> None:
    answered(look(contract, "a look at an intent that is paid", PAID), SUCCEEDED)
    refunds_listed(contract, "a list of no refunds", PAID)
    with contract.served() as url:
        _, paid = ask(url, LOOK)
    assert isinstance(paid, MoneyReceived)
    assert (paid.received, paid.paid_at, paid.payment_id) == (PRICE, NOW, "pay-1")


def test_a_look_finds_what_is_canceled(contract: Contract) -> None:
    answered(look(contract, "a look at an intent that is canceled", CANCELED), OPEN | {"status": one_of("canceled")})
    with contract.served() as url:
        assert [type(fact) for fact in ask(url, LOOK)] == [IntentCreated, IntentCanceled]


def test_money_is_given_back(contract: Contract) -> None:
    answered(given(refund(contract, "money is given back"), PAID), GIVEN_BACK)
    with contract.served() as url:
        [back] = ask(url, GIVE_BACK)
    assert isinstance(back, RefundReported)
    assert (back.intent_id, back.refund_id, back.amount) == ("pi_1", "re_1", 4900)
    assert back.state == RefundState.SUCCEEDED


def refund(contract: Contract, description: str) -> Any:
    return post(contract, description, REFUNDS, {"payment_intent": "pi_1", **REFUND}, f"saga-1:{GIVE_BACK.key}:1")


def test_money_is_given_back_once(contract: Contract) -> None:
    refused(
        given(refund(contract, "money that was given back is given back"), REFUNDED), 400, "charge_already_refunded"
    )
    answered(look(contract, "a look at an intent that could not be refunded", REFUNDED), SUCCEEDED)
    refunds_listed(contract, "a list of the refunds of an intent", REFUNDED, GIVEN_BACK)
    with contract.served() as url:
        assert [type(fact) for fact in ask(url, GIVE_BACK)] == [IntentCreated, MoneyReceived, RefundReported]


def test_a_refund_whose_answer_was_lost_is_found(contract: Contract) -> None:
    ours = {"metadata": {"paymentId": one_of("pay-1"), "attempt": one_of("1")}}
    refunds_listed(contract, "a search for a refund", REFUNDED, GIVEN_BACK | ours)
    with contract.served() as url:
        assert [type(fact) for fact in ask(url, GIVE_BACK, attempts=2)] == [RefundReported]


ENTRY = {
    "id": one_of("pi_1"),
    "metadata": {name: one_of(value) for name, value in OURS.items()},
    "created": whole(int(NOW.timestamp())),
    "canceled_at": None,
    "status": one_of("succeeded"),
    "amount": whole(4900),
    "amount_received": whole(4900),
    "currency": one_of("eur"),
    "latest_charge": {"created": whole(int(NOW.timestamp())), "amount_refunded": whole(0)},
}


def test_the_books_are_read(contract: Contract) -> None:
    call = given(contract.call("a page of the books", "GET", INTENTS, state=SECRET_KEY), PAID)
    span = {"created[gte]": str(since()), "created[lte]": str(int(NOW.timestamp()))}
    for name, value in {**span, "limit": "100", "expand[0]": "data.latest_charge"}.items():
        call = call.with_query_parameter(name, value)
    answered(call, found(ENTRY))
    with contract.served() as url:
        [entry] = ledger(url).entries(Span(NOW - timedelta(hours=1), NOW))
    assert (entry.state, entry.received, entry.given_back) == (EntryState.PAID, PRICE, 0)
    assert (entry.payment_id, entry.saga_id, entry.context, entry.context_id) == tuple(OURS.values())


def test_what_is_not_in_the_books_is_no_trouble(contract: Contract) -> None:
    call = contract.call("a look at an intent that is not there", "GET", INTENT, state=SECRET_KEY).given("no intent")
    refused(call.with_query_parameter("expand[0]", "latest_charge"), 404, "resource_missing")
    with contract.served() as url:
        assert ledger(url).entry("pi_1") is None


def ledger(url: str) -> StripeLedger:
    return StripeLedger(connect(TOKENS[SECRET_KEY], url, requests.Session()))
