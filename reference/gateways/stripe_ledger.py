"""Stripe's books, read through its API: one intent, or all in a span of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import stripe

from reference.application.lists import Span
from reference.domain.payment_news import PaymentNews
from reference.gateways import stripe_news as news
from reference.gateways.stripe_api import StripeApi, as_unavailable
from reference.reconciliation.ledger import Entry, EntryState

OPEN = {"requires_payment_method", "requires_confirmation", "requires_action", "processing"}
STATES = {"succeeded": EntryState.PAID, "canceled": EntryState.CANCELED}


class StripeLedger:
    """Stripe's side of reconciliation, and the source of facts about one intent. It changes nothing."""

    def __init__(self, api: StripeApi) -> None:
        self._api = api

    def entries(self, span: Span) -> Iterator[Entry]:
        """Yield the entries of our payments, the newest first, a page in memory; UnavailableError when cut off."""
        created = {"gte": int(span.since.timestamp()), "lte": int(span.until.timestamp())}
        with as_unavailable():
            for intent in self._api.list("payment_intents", created=created, expand=["data.latest_charge"]):
                if intent["metadata"].get("paymentId"):  # Else it is another application's.
                    yield _entry(intent)

    def entry(self, intent_id: str) -> Entry | None:
        """Return one entry as it is now, or None; UnavailableError when that cannot be known."""
        with as_unavailable():
            try:
                intent = self._intent(intent_id)
            except stripe.InvalidRequestError as refusal:
                if refusal.code == "resource_missing":
                    return None
                raise
            is_refunded = (intent["latest_charge"] or {}).get("amount_refunded")
            refunds = self.refunds(intent_id) if is_refunded else ()
            disputes = {each["id"]: each["status"] for each in self._disputes(intent)}
            return replace(_entry(intent, *(each["created"] for each in refunds)), disputes=disputes)

    def facts(self, intent_id: str) -> list[PaymentNews]:
        """Return all that webhooks could have told of an intent, as it came to be; UnavailableError for no answer."""
        with as_unavailable():
            intent = self._intent(intent_id)
            found: list[PaymentNews] = [news.read_intent(intent)]
            if charge := intent.get("latest_charge"):
                found += self._attempts(intent, charge)
            if intent["status"] == "canceled":
                found.append(news.read_cancellation(intent))
            if intent["status"] == "succeeded":
                found.append(news.read_confirmed_payment(intent))
                found += [news.read_refund(each, confirmed=True) for each in self.refunds(intent_id)]
                found += [news.read_dispute(each, confirmed=True) for each in self._disputes(intent)]
            return found

    def refunds(self, intent_id: str) -> Iterator[dict[str, Any]]:
        """Yield the refunds of an intent, the newest first."""
        return self._api.list("refunds", payment_intent=intent_id)

    def _attempts(self, intent: dict[str, Any], charge: dict[str, Any]) -> Iterator[PaymentNews]:
        """Yield what became of the attempts to pay an intent that is still open."""
        if intent["status"] == "processing":
            yield news.read_processing(intent, charge["created"])
        if intent["status"] in OPEN:
            charges = list(self._api.list("charges", payment_intent=intent["id"]))
            yield from (
                news.read_failed_charge(intent, each) for each in reversed(charges) if each["status"] == "failed"
            )

    def _disputes(self, intent: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not (intent["latest_charge"] or {}).get("disputed"):
            return []
        return list(self._api.list("disputes", payment_intent=intent["id"]))

    def _intent(self, intent_id: str) -> dict[str, Any]:
        intent: dict[str, Any] = self._api.get(
            "payment_intents", intent_id, expand=["latest_charge.balance_transaction"]
        )
        return intent


def _entry(intent: Mapping[str, Any], *later: int) -> Entry:
    metadata, charge, currency = intent["metadata"], intent["latest_charge"] or {}, intent["currency"]
    state = STATES.get(intent["status"], EntryState.OPEN)
    booked = charge.get("balance_transaction")  # Only one entry by itself has it in full.
    came = booked["created"] if isinstance(booked, dict) else charge.get("created") or 0
    times = [intent["created"], intent["canceled_at"] or 0, came, *later]
    return Entry(
        intent_id=intent["id"],
        created_at=news.instant(intent["created"]),
        payment_id=metadata.get("paymentId", ""),
        saga_id=metadata.get("sagaId", ""),
        context=metadata.get("paymentContext", ""),
        context_id=metadata.get("contextId", ""),
        state=state,
        price=news.money(intent["amount"], currency),
        received=news.money(intent["amount_received"], currency) if state == EntryState.PAID else None,
        given_back=news.money(charge.get("amount_refunded") or 0, currency).amount,
        moved_at=news.instant(max(times)),
        is_disputed=bool(charge.get("disputed")),
    )
