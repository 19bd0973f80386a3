"""The signatures of webhooks, as Stripe's own libraries verify them."""

from __future__ import annotations

import hashlib
import hmac

from simulators.kit.attempt import Attempt
from simulators.kit.json_types import Json
from simulators.kit.seams import Clock
from simulators.kit.storage.store import Store


class WebhookReceivers:
    """The endpoints as the post office sees them: secrets for each, and none once it is disabled or gone."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def secrets(self, delivery: Json) -> list[str]:
        """Return the endpoint's signing secret and former ones that are still good; nothing when it wants no more."""
        endpoint = self._store.table("webhook_endpoints").find(delivery["receiver"])
        if endpoint is None or endpoint["status"] != "enabled":
            return []
        known = self._store.table("webhook_secrets").find(endpoint["id"]) or {}
        at = self._clock.now().timestamp()
        return [known["secret"], *(former["secret"] for former in known.get("former", ()) if former["until"] > at)]

    def headers(self, attempt: Attempt) -> dict[str, str]:
        """Return what Stripe sends; each attempt is signed for its own time."""
        at = int(attempt.at.timestamp())
        real = ",".join(f"v1={signature(secret, at, attempt.body)}" for secret in attempt.secrets)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": f"t={at},{real},v0={signature('test mode', at, attempt.body)}",
        }


def signature(secret: str, at: int, body: str) -> str:
    """Return the HMAC over time and body."""
    return hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
