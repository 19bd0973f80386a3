"""How webhooks are signed, so that Stripe's own libraries believe them."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.kit.delivery import Attempt
    from simulators.kit.shelf import Json
    from simulators.kit.store import Store


class WebhookReceivers:
    """The endpoints as the post office sees them: a secret for each, and none once it is disabled or gone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def secret(self, delivery: Json) -> str | None:
        """Return the endpoint's signing secret, or None when it wants no more."""
        endpoint = self._store.table("webhook_endpoints").find(delivery["receiver"])
        if endpoint is None or endpoint["status"] != "enabled":
            return None
        secret = self._store.table("webhook_secrets").find(endpoint["id"])
        return secret["secret"] if secret else None

    def headers(self, attempt: Attempt) -> dict[str, str]:
        """Return what Stripe sends; each attempt is signed for its own time."""
        at = int(attempt.at.timestamp())
        real, test = signature(attempt.secret, at, attempt.body), signature("test mode", at, attempt.body)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": f"t={at},v1={real},v0={test}",
        }


def signature(secret: str, at: int, body: str) -> str:
    """Return the HMAC over time and body."""
    return hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
