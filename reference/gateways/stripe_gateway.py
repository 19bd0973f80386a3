"""The gateway to Stripe, through its official SDK: whatever is asked for happens once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import count
from typing import Any

import requests
import stripe

from reference.application.ports import CLOCK_SKEW, OutboxMessage, RefusedError, UnavailableError
from reference.domain.messages import Message
from reference.domain.payment_messages import (
    CancelIntent,
    CreateIntent,
    LookAtIntent,
    PaymentRequest,
    RefundIntent,
)
from reference.domain.payment_news import AttemptProcessing, IntentCanceled, IntentRefused, MoneyReceived
from reference.gateways import stripe_news as news
from reference.gateways.stripe_api import StripeApi, as_unavailable
from reference.gateways.stripe_ledger import StripeLedger


class StripeGateway:
    """Performs the requests of payments. Retries are the dispatcher's, so the SDK makes none."""

    def __init__(self, api_key: str, base: str, http: requests.Session, debits: Collection[str] = ()) -> None:
        self._api = StripeApi(api_key, base, http)
        self._ledger, self._debits = StripeLedger(self._api), debits

    def send(self, outgoing: OutboxMessage) -> list[Message]:
        """Perform it and return Stripe's answer; UnavailableError for an unknown outcome, RefusedError for misuse."""
        with as_unavailable():
            try:
                return self._send(outgoing, outgoing.message)
            except stripe.IdempotencyError as misuse:
                raise RefusedError(str(misuse)) from misuse

    def _send(self, outgoing: OutboxMessage, request: Message) -> list[Message]:
        match request:
            case CreateIntent():
                return [self._create(request, outgoing)]
            case CancelIntent():
                return self._cancel(request, outgoing)
            case RefundIntent():
                return self._refund(request, outgoing)
            case LookAtIntent(intent_id=str()):
                return self._look(request)
        return []  # Looking at what was never created: whoever creates it will know.

    def _create(self, request: PaymentRequest, outgoing: OutboxMessage) -> Message:
        if request.price.currency in news.NOT_CHARGED:
            ids = {"saga_id": request.saga_id, "payment_id": request.payment_id}
            return IntentRefused(**ids, reason="currency_not_supported")
        terms = {
            "amount": news.amount_at_stripe(request.price),
            "currency": request.price.currency.lower(),
            "payment_method_types": self._methods(request.price.currency),
            "metadata": {
                "paymentId": request.payment_id,
                "sagaId": request.saga_id,
                "paymentContext": request.context,
                "contextId": request.context_id,
            },
        }

        def create(key: str) -> Any:  # noqa: ANN401 - an intent
            return self._api.post("payment_intents", key=key, **terms)

        def find() -> Any:  # noqa: ANN401 - an intent, or None
            since = {"gte": int((request.opened_at - CLOCK_SKEW).timestamp())}
            intents = self._api.list("payment_intents", created=since)
            return next(
                (each for each in intents if (each["metadata"] or {}).get("paymentId") == request.payment_id), None
            )

        try:
            key = f"{request.saga_id}:{CreateIntent.__name__}"
            return news.read_intent(_once(key, outgoing, create, find))
        except stripe.InvalidRequestError as refusal:
            reason = refusal.code or str(refusal)
            return IntentRefused(saga_id=request.saga_id, payment_id=request.payment_id, reason=reason)

    def _methods(self, currency: str) -> list[str]:
        return ["card", *([news.DEBITS[currency]] if currency in self._debits else [])]

    def _cancel(self, request: CancelIntent, outgoing: OutboxMessage) -> list[Message]:
        if request.intent_id is None:
            return self._cancel_unknown(request, outgoing)
        try:
            key = f"{outgoing.key}:{outgoing.attempts}"  # Canceling twice does no harm; an old answer would.
            intent = self._api.post("payment_intents", request.intent_id, "cancel", key=key)
        except stripe.InvalidRequestError:  # Somebody was faster: paid, or canceled before.
            return self._require_answer(self._look(request))
        return [news.read_cancellation(intent)]

    def _cancel_unknown(self, request: CancelIntent, outgoing: OutboxMessage) -> list[Message]:
        # The answer to its creation may be lost, and its key forgotten: look first, or make it to be canceled.
        answer = self._create(request, replace(outgoing, attempts=outgoing.attempts + 1))
        if isinstance(answer, IntentRefused):
            return [answer]
        known = CancelIntent(**vars(request) | {"intent_id": vars(answer)["intent_id"]})
        return [answer, *self._cancel(known, outgoing)]

    def _require_answer(self, facts: list[Message]) -> list[Message]:
        if not any(isinstance(fact, MoneyReceived | IntentCanceled | AttemptProcessing) for fact in facts):
            raise UnavailableError("the intent can neither be canceled nor is it paid, yet")
        return facts

    def _look(self, request: PaymentRequest) -> list[Message]:
        return list(self._ledger.facts(str(request.intent_id)))

    def _refund(self, request: RefundIntent, outgoing: OutboxMessage) -> list[Message]:
        attempt = {"paymentId": request.payment_id, "attempt": str(request.attempt)}

        def create(key: str) -> Any:  # noqa: ANN401 - a refund
            return self._api.post("refunds", key=key, payment_intent=request.intent_id, metadata=attempt)

        def find() -> Any:  # noqa: ANN401 - a refund, or None
            refunds = self._ledger.refunds(str(request.intent_id))
            return next((each for each in refunds if each["metadata"] == attempt), None)

        try:
            return [news.read_refund(_once(outgoing.key, outgoing, create, find))]
        except stripe.InvalidRequestError as refusal:
            if refusal.code == "charge_already_refunded":
                return self._look(request)
            return [request.refusal(refusal.code or str(refusal))]


def _once(key: str, outgoing: OutboxMessage, act: Callable[[str], Any], find: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return what exists already, or make it: once, though answers get lost and keys are forgotten after a day."""
    if outgoing.attempts > 1 and (found := find()):
        return found
    for generation in count(1):
        try:
            return act(f"{key}:{generation}")
        except stripe.APIError as failure:
            # Stripe repeats a failure for as long as it knows the key; only then may a new key be used.
            if "idempotent-replayed" not in {name.lower() for name in failure.headers or {}}:
                raise
            if found := find():
                return found
    raise AssertionError("unreachable")
