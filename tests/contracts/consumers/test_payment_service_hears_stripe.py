from __future__ import annotations

from typing import Any

import stripe

from reference.domain.money import Money
from reference.domain.payment_news import (
    AttemptDeclined,
    AttemptProcessing,
    DisputeReported,
    IntentCanceled,
    IntentCreated,
    MoneyReceived,
    PaymentNews,
    RefundReported,
)
from reference.domain.payment_status import RefundState
from reference.gateways.stripe_webhook import StripeWebhooks
from simulators.kit.seams import seeded_seams
from simulators.world.topology import PAYMENT, STRIPE
from tests.contracts.consumers.pact_recorder import PactRecorder
from tests.contracts.expectations import Json, text, whole
from tests.contracts.providers.services import NOW

SECRET = "whsec_contracts"
IDS: Json = {"payment_id": "pay-1", "saga_id": "saga-1", "intent_id": "pi_1"}
INTENT = {"id": text("pi_1"), "metadata": {"paymentId": text("pay-1"), "sagaId": text("saga-1")}}
MONEY = {"currency": text("eur", like="[a-z]{3}")}
REFUND = MONEY | {"id": text("re_1"), "payment_intent": text("pi_1"), "amount": whole(4900)}


def heard(recorder: PactRecorder, name: str, thing: Json) -> PaymentNews:
    """Let the service hear a webhook, signed as Stripe signs it; return what it makes of it."""
    contract, found = recorder.contract(PAYMENT, STRIPE), []
    envelope = {"id": text("evt_1"), "type": name, "created": whole(int(NOW.timestamp())), "livemode": False}
    webhooks = StripeWebhooks([SECRET], seeded_seams(1, NOW).clock, live=False)

    def hear(body: Any, _: Json) -> None:
        signature = stripe.WebhookSignature.generate_signature_header(str(body), SECRET, int(NOW.timestamp()))
        found.append(webhooks.read(str(body).encode(), str(signature)).news)

    contract.message(name, envelope | {"data": {"object": thing}}, kind="application/json")
    with contract.handling(hear):
        [news] = found
    assert news is not None
    return news


def test_an_intent_that_is_created_can_be_paid(recorder: PactRecorder) -> None:
    created = heard(recorder, "payment_intent.created", INTENT | {"client_secret": text("pi_1_secret_1")})
    assert created == IntentCreated(**IDS, client_secret="pi_1_secret_1")


def test_money_comes_in(recorder: PactRecorder) -> None:
    paid = heard(recorder, "payment_intent.succeeded", INTENT | MONEY | {"amount_received": whole(4900)})
    assert paid == MoneyReceived(**IDS, received=Money(4900, "EUR"), paid_at=NOW)


def test_a_card_is_declined(recorder: PactRecorder) -> None:
    error = {"code": "card_declined", "decline_code": text("generic_decline"), "charge": text("ch_1")}
    declined = heard(recorder, "payment_intent.payment_failed", INTENT | {"last_payment_error": error})
    reason = {"reason": "generic_decline", "decline_code": "generic_decline"}
    assert declined == AttemptDeclined(**IDS, attempt="ch_1", **reason)


def test_a_bank_is_asked(recorder: PactRecorder) -> None:
    asked = heard(recorder, "payment_intent.processing", INTENT | {"latest_charge": text("py_1")})
    assert asked == AttemptProcessing(**IDS, attempt="py_1", paid_at=NOW)


def test_an_intent_is_canceled(recorder: PactRecorder) -> None:
    assert heard(recorder, "payment_intent.canceled", INTENT) == IntentCanceled(**IDS)


def refund(state: RefundState, reason: str = "") -> RefundReported:
    return RefundReported(intent_id="pi_1", refund_id="re_1", amount=4900, state=state, reason=reason)


def test_money_is_on_its_way_back(recorder: PactRecorder) -> None:
    assert heard(recorder, "refund.created", REFUND | {"status": "pending"}) == refund(RefundState.PENDING)


def test_money_is_back(recorder: PactRecorder) -> None:
    assert heard(recorder, "refund.updated", REFUND | {"status": "succeeded"}) == refund(RefundState.SUCCEEDED)


def test_money_comes_back_from_the_bank(recorder: PactRecorder) -> None:
    why = {"status": "failed", "failure_reason": text("expired_or_canceled_card")}
    assert heard(recorder, "refund.failed", REFUND | why) == refund(RefundState.FAILED, "expired_or_canceled_card")


def test_a_bank_wants_the_money_back(recorder: PactRecorder) -> None:
    dispute = {"id": text("dp_1"), "payment_intent": text("pi_1"), "status": text("needs_response")}
    news = heard(recorder, "charge.dispute.created", dispute | MONEY | {"amount": whole(4900)})
    amount = Money(4900, "EUR")
    assert news == DisputeReported(intent_id="pi_1", dispute_id="dp_1", status="needs_response", amount=amount)
