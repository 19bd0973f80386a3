"""Believes only webhooks that are signed, fresh and of our own environment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import stripe

from reference.application.ports import Clock
from reference.domain.payment_messages import PaymentNews
from reference.gateways import stripe_news as news

TOLERANCE = 300  # Seconds, to both sides.
_SIGNED_AT = re.compile(r"(?:^|,)t=(\d{1,12})(?:,|$)")
Translate = Callable[[dict[str, Any], int], PaymentNews]

INTENTS: dict[str, Translate] = {
    "payment_intent.created": lambda intent, _: news.created(intent),
    "payment_intent.succeeded": news.paid,
    "payment_intent.payment_failed": lambda intent, _: news.declined(intent),
    "payment_intent.canceled": lambda intent, _: news.canceled(intent),
}
REFUNDS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
DISPUTES = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed")
OTHERS: dict[str, Translate] = {
    **dict.fromkeys(REFUNDS, lambda refund, _: news.refunded(refund)),
    **dict.fromkeys(DISPUTES, lambda dispute, _: news.disputed(dispute)),
}


class NotBelievedError(Exception):
    """A webhook that may be forged, stale or replayed; the sender is told no more than that."""


@dataclass(frozen=True)
class Webhook:
    """A webhook that is believed: its news, or why it is ignored."""

    event_id: str
    name: str
    news: PaymentNews | None = None
    ignored: str = ""


class StripeWebhooks:
    """Reads webhooks. During a rotation two secrets are good."""

    def __init__(self, secrets: Sequence[str], clock: Clock, *, live: bool) -> None:
        self._secrets, self._clock, self._live = secrets, clock, live

    def read(self, payload: bytes, signature: str) -> Webhook:
        """Return what it says; NotBelievedError unless it is signed and fresh."""
        self._verify(payload, signature)
        try:
            event = json.loads(payload)
            return self._translated(event)
        except (ValueError, KeyError, TypeError, AttributeError) as unreadable:
            raise NotBelievedError(f"signed, but not a Stripe event: {unreadable!r}") from unreadable

    def _verify(self, payload: bytes, signature: str) -> None:
        signed_at = _SIGNED_AT.search(signature)
        if not signed_at:
            raise NotBelievedError("no time in the signature")
        if abs(self._clock.now().timestamp() - int(signed_at[1])) > TOLERANCE:
            raise NotBelievedError("signed too long ago, or in the future")
        if not any(_is_signed(payload, signature, secret) for secret in self._secrets):
            raise NotBelievedError("not signed by Stripe")

    def _translated(self, event: dict[str, Any]) -> Webhook:
        id_, name, thing = event["id"], event["type"], event["data"]["object"]
        if event["livemode"] is not self._live:
            return Webhook(id_, name, ignored="of another environment")
        if name in OTHERS:
            return Webhook(id_, name, OTHERS[name](thing, event["created"]))
        if name not in INTENTS:
            return Webhook(id_, name, ignored="nothing follows of it")
        if "paymentId" not in thing["metadata"]:
            return Webhook(id_, name, ignored="not a payment of ours")
        return Webhook(id_, name, INTENTS[name](thing, event["created"]))


def _is_signed(payload: bytes, signature: str, secret: str) -> bool:
    try:
        # The SDK's own age check would read the machine's clock, and looks one way only.
        stripe.WebhookSignature.verify_header(payload.decode(), signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True
