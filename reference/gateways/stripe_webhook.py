"""Believes only webhooks that are signed, fresh and of our own environment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import stripe

from reference.application.ports import Clock
from reference.domain.payment_news import PaymentNews
from reference.gateways import stripe_news as news
from reference.wire import decode, encode

TOLERANCE = 300  # Seconds, to both sides.
_SECONDS = re.compile(r"[0-9]{1,12}")
Translate = Callable[[dict[str, Any], int], PaymentNews]

INTENTS: dict[str, Translate] = {
    "payment_intent.created": lambda intent, _: news.created(intent),
    "payment_intent.succeeded": news.paid,
    "payment_intent.payment_failed": lambda intent, _: news.declined(intent),
    "payment_intent.canceled": lambda intent, _: news.canceled(intent),
}
REFUNDS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
DISPUTES = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed")
TRANSLATIONS: dict[str, Translate] = {
    **INTENTS,
    **dict.fromkeys(REFUNDS, lambda refund, _: news.refunded(refund)),
    **dict.fromkeys(DISPUTES, lambda dispute, _: news.disputed(dispute)),
}


class NotBelievedError(Exception):
    """A webhook that may be forged, stale or replayed; the sender is told no more than that."""


@dataclass(frozen=True)
class StripeEvent:
    """The envelope, as far as we read it."""

    id: str
    type: str
    created: int
    livemode: bool
    data: dict[str, Any]


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
            return self._translated(decode(StripeEvent, json.loads(payload)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as unreadable:
            raise NotBelievedError(f"signed, but not a Stripe event: {unreadable!r}") from unreadable

    def _verify(self, payload: bytes, signature: str) -> None:
        # One time only: the SDK must not check the signature of another than we check the age of.
        times = [said.removeprefix("t=") for said in signature.split(",") if said.startswith("t=")]
        if len(times) != 1 or not _SECONDS.fullmatch(times[0]) or not signature.isascii():
            raise NotBelievedError("no time in the signature")
        if abs(self._clock.now().timestamp() - int(times[0])) > TOLERANCE:
            raise NotBelievedError("signed too long ago, or in the future")
        if not any(_is_signed(payload, signature, secret) for secret in self._secrets):
            raise NotBelievedError("not signed by Stripe")

    def _translated(self, event: StripeEvent) -> Webhook:
        if event.livemode is not self._live:
            return Webhook(event.id, event.type, ignored="of another environment")
        if event.type not in TRANSLATIONS:
            return Webhook(event.id, event.type, ignored="nothing follows of it")
        thing = event.data["object"]
        if not (thing["metadata"].get("paymentId") if event.type in INTENTS else thing["payment_intent"]):
            return Webhook(event.id, event.type, ignored="not a payment of ours")
        heard = TRANSLATIONS[event.type](thing, event.created)
        return Webhook(event.id, event.type, decode(type(heard), encode(heard)))  # As strict as at the other doors.


def _is_signed(payload: bytes, signature: str, secret: str) -> bool:
    try:
        # The SDK's own age check would read the machine's clock, and looks one way only.
        stripe.WebhookSignature.verify_header(payload.decode(), signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True
