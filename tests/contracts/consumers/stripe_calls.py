"""Calls of the payment-service at Stripe, as its contract has them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import requests
from pact import match

from reference.application.ports import OutboxMessage
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import CancelIntent, CreateIntent, LookAtIntent, RefundIntent
from reference.gateways.stripe_api import StripeApi
from reference.gateways.stripe_gateway import StripeGateway
from reference.gateways.stripe_ledger import StripeLedger
from tests.contracts.consumers.pact_recorder import Contract
from tests.contracts.expectations import SECRET_KEY, TOKENS, Json, one_of, text, whole
from tests.contracts.providers.services import NOW
from tests.contracts.providers.stripe_account import CREATED, OURS

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
INTENTS, INTENT, REFUNDS, DISPUTES = "/v1/payment_intents", "/v1/payment_intents/pi_1", "/v1/refunds", "/v1/disputes"
WAITING, WITH_BANK, PAID, CANCELED, REFUNDED, DISPUTED = (
    "an intent that waits for a card",
    "an intent for which a bank was asked",
    "an intent that is paid",
    "an intent that is canceled",
    "an intent that is paid and refunded",
    "an intent that is paid and disputed",
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


def ask(url: str, message: Message, attempts: int = 1, key: str = SECRET_KEY) -> list[Message]:
    outgoing = OutboxMessage(f"saga-1:{message.key}", "stripe", message, NOW, attempts, leased_until=NOW)
    return StripeGateway(TOKENS[key], url, requests.Session()).send(outgoing)


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


DISPUTE = {
    "id": text("dp_1"),
    "payment_intent": one_of("pi_1"),
    "amount": whole(4900),
    "currency": one_of("eur"),
    "status": one_of("needs_response"),
}


def refunds_listed(contract: Contract, description: str, state: str, *items: Json, path: str = REFUNDS) -> None:
    call = contract.call(description, "GET", path, state=SECRET_KEY)
    call = given(call, state).with_query_parameter("payment_intent", "pi_1").with_query_parameter("limit", "100")
    answered(call, found(*items))


def look(contract: Contract, description: str, state: str) -> Any:
    call = given(contract.call(description, "GET", INTENT, state=SECRET_KEY), state)
    return call.with_query_parameter("expand[0]", "latest_charge.balance_transaction")


def since() -> int:
    return int((NOW - timedelta(hours=1)).timestamp())


def ledger(url: str) -> StripeLedger:
    return StripeLedger(StripeApi(TOKENS[SECRET_KEY], url, requests.Session()))
