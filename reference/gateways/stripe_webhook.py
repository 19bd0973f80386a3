"""Stripe's webhooks: verified, then translated. Only what is signed, fresh and of our environment is believed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import stripe

from reference.application.ports import Clock
from reference.domain.messages import Unreadable
from reference.domain.payment_news import PaymentNews
from reference.gateways.stripe_news import EVENTS, read_event
from reference.wire import decode, is_id

TOLERANCE = 300  # Seconds, to both sides.
LONGEST_REASON = 500  # Characters.
_SECONDS = re.compile(r"[0-9]{1,12}")


class NotBelievedError(Exception):
    """A webhook that may be forged, stale or replayed; the sender is told no more than that."""


@dataclass(frozen=True)
class StripeEvent:
    """The fields of Stripe's event that we read."""

    id: str
    type: str
    created: int
    livemode: bool
    data: dict[str, Any]


@dataclass(frozen=True)
class Webhook:
    """A verified webhook: its news, or why it is ignored, or what cannot be read of it and why."""

    event_id: str
    name: str
    news: PaymentNews | None = None
    ignored: str = ""
    unreadable: Unreadable | None = None
    reason: str = ""


class StripeWebhooks:
    """Verifies and reads webhooks. During a rotation two secrets are good."""

    def __init__(self, secrets: Sequence[str], clock: Clock, *, live: bool) -> None:
        self._secrets, self._clock, self._live = secrets, clock, live

    def read(self, payload: bytes, signature: str) -> Webhook:
        """Return the webhook, also when it cannot be read; NotBelievedError unless it is signed and fresh."""
        self._verify(payload, signature)
        try:
            sent = json.loads(payload)
        except (ValueError, RecursionError) as reason:
            return _unreadable(payload, None, reason)
        try:
            return self._translate(decode(StripeEvent, sent))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as reason:
            return _unreadable(payload, sent, reason)

    def _verify(self, payload: bytes, signature: str) -> None:
        # One time only: the SDK must not check the signature of another than we check the age of.
        times = [part.removeprefix("t=") for part in signature.split(",") if part.startswith("t=")]
        if len(times) != 1 or not _SECONDS.fullmatch(times[0]) or not signature.isascii():
            raise NotBelievedError("no time in the signature")
        if abs(self._clock.now().timestamp() - int(times[0])) > TOLERANCE:
            raise NotBelievedError("signed too long ago, or in the future")
        if not any(_is_signed(payload, signature, secret) for secret in self._secrets):
            raise NotBelievedError("not signed by Stripe")

    def _translate(self, event: StripeEvent) -> Webhook:
        if event.livemode is not self._live:
            return Webhook(event.id, event.type, ignored="of another environment")
        if event.type not in EVENTS:
            return Webhook(event.id, event.type, ignored="nothing follows of it")
        news = read_event(event.type, event.data["object"], event.created)
        if news is None:
            return Webhook(event.id, event.type, ignored="not a payment of ours")
        return Webhook(event.id, event.type, news)


def _unreadable(payload: bytes, sent: Any, reason: Exception) -> Webhook:  # noqa: ANN401 - whatever was signed
    """Return what is Stripe's and yet nothing that we can read: stored as text, under its id if that can be stored."""
    found = sent if isinstance(sent, dict) else {}
    event_id, name = (found.get(key) if is_id(found.get(key)) else "" for key in ("id", "type"))
    text = payload.decode(errors="replace").replace("\0", "")
    return Webhook(
        event_id or f"sha256:{hashlib.sha256(payload).hexdigest()}",
        name if name in EVENTS else "",
        unreadable=Unreadable(stored_as=name or "event", body=text),
        reason=f"it is signed by Stripe, but cannot be read: {reason!r}"[:LONGEST_REASON],
    )


def _is_signed(payload: bytes, signature: str, secret: str) -> bool:
    try:
        # The SDK's own age check would read the machine's clock, and looks one way only.
        stripe.WebhookSignature.verify_header(payload.decode(), signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True
