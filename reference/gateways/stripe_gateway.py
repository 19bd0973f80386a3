"""Asks Stripe, through its official SDK, for everything exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import requests
import stripe

from reference.application.ports import Errand, RefusedError, UnavailableError
from reference.domain.messages import Message
from reference.domain.payment_messages import (
    CancelIntent,
    CreateIntent,
    LookAtIntent,
    PaymentRequest,
    RefundIntent,
)
from reference.domain.payment_news import IntentCanceled, IntentRefused, MoneyReceived
from reference.gateways import stripe_news as news
from reference.gateways.stripe_ledger import StripeLedger, connect, plainly

SKEW = timedelta(hours=1)  # By how much Stripe's clock and ours may differ.


class StripeGateway:
    """Performs what payments ask for. Retries are the relay's, so the SDK makes none."""

    def __init__(self, api_key: str, base: str, http: requests.Session) -> None:
        client = connect(api_key, base, http)
        self._stripe, self._ledger = client.v1, StripeLedger(client)

    def perform(self, errand: Errand) -> list[Message]:
        """Ask, and return what Stripe answers; UnavailableError when the outcome is unknown."""
        with plainly():
            try:
                return self._perform(errand, errand.message)
            except stripe.IdempotencyError as misuse:
                raise RefusedError(str(misuse)) from misuse

    def _perform(self, errand: Errand, request: Message) -> list[Message]:
        match request:
            case CreateIntent():
                return [self._create(request, errand)]
            case CancelIntent():
                return self._cancel(request, errand)
            case RefundIntent():
                return self._refund(request, errand)
            case LookAtIntent(intent_id=str()):
                return self._look(request)
        return []  # Looking at what was never created: whoever creates it will tell.

    def _create(self, request: PaymentRequest, errand: Errand) -> Message:
        if request.price.currency in news.NOT_CHARGED:
            ids = {"saga_id": request.saga_id, "payment_id": request.payment_id}
            return IntentRefused(**ids, reason="currency_not_supported")
        terms: Any = {
            "amount": news.amount_at_stripe(request.price),
            "currency": request.price.currency.lower(),
            "payment_method_types": ["card"],
            "metadata": {
                "paymentId": request.payment_id,
                "sagaId": request.saga_id,
                "paymentContext": request.context,
                "contextId": request.context_id,
            },
        }

        def create(key: str) -> stripe.PaymentIntent:
            return self._stripe.payment_intents.create(terms, {"idempotency_key": key})

        def find() -> stripe.PaymentIntent | None:
            since: Any = {"created": {"gte": int((request.opened_at - SKEW).timestamp())}, "limit": 100}
            intents = self._stripe.payment_intents.list(since).auto_paging_iter()
            ours = (each for each in intents if _metadata(each).get("paymentId") == request.payment_id)
            return next(ours, None)

        try:
            key = f"{request.saga_id}:{CreateIntent.__name__}"
            return news.created(_once(key, errand, create, find).to_dict())
        except stripe.InvalidRequestError as refusal:
            reason = refusal.code or str(refusal)
            return IntentRefused(saga_id=request.saga_id, payment_id=request.payment_id, reason=reason)

    def _cancel(self, request: CancelIntent, errand: Errand) -> list[Message]:
        if request.intent_id is None:
            return self._cancel_unknown(request, errand)
        try:
            key = f"{errand.key}:{errand.attempts}"  # Canceling twice does no harm; an old answer would.
            intent = self._stripe.payment_intents.cancel(request.intent_id, {}, {"idempotency_key": key})
        except stripe.InvalidRequestError:  # Somebody was faster: paid, or canceled before.
            return self._final(self._look(request))
        return [news.canceled(intent.to_dict())]

    def _cancel_unknown(self, request: CancelIntent, errand: Errand) -> list[Message]:
        # The answer to its creation may be lost, and its key forgotten: look first, or make it to be canceled.
        made = self._create(request, replace(errand, attempts=errand.attempts + 1))
        if isinstance(made, IntentRefused):
            return [made]
        known = CancelIntent(**vars(request) | {"intent_id": vars(made)["intent_id"]})
        return [made, *self._cancel(known, errand)]

    def _final(self, facts: list[Message]) -> list[Message]:
        if not any(isinstance(fact, MoneyReceived | IntentCanceled) for fact in facts):
            raise UnavailableError("the intent can neither be canceled nor is it paid, yet")
        return facts

    def _look(self, request: PaymentRequest) -> list[Message]:
        return list(self._ledger.facts(str(request.intent_id)))

    def _refund(self, request: RefundIntent, errand: Errand) -> list[Message]:
        attempt = {"paymentId": request.payment_id, "attempt": str(request.attempt)}

        def create(key: str) -> dict[str, Any]:
            asked: Any = {"payment_intent": request.intent_id, "metadata": attempt}
            return self._stripe.refunds.create(asked, {"idempotency_key": key}).to_dict()

        def find() -> dict[str, Any] | None:
            refunds = self._ledger.refunds(str(request.intent_id))
            return next((each for each in refunds if each["metadata"] == attempt), None)

        try:
            return [news.refunded(_once(errand.key, errand, create, find))]
        except stripe.InvalidRequestError as refusal:
            if refusal.code == "charge_already_refunded":
                return self._look(request)
            return [request.refused(refusal.code or str(refusal))]


def _metadata(thing: stripe.StripeObject) -> dict[str, str]:
    return thing.to_dict()["metadata"] or {}


def _once(key: str, errand: Errand, act: Callable[[str], Any], find: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return what exists already, or make it: once, though answers get lost and keys are forgotten after a day."""
    if errand.attempts > 1 and (found := find()):
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
