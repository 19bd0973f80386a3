"""An intent as the caller's key may see it."""

from __future__ import annotations

from flask import g

from simulators.kit.json_types import Json

# What a student's own device gets to see.
PUBLIC = (
    "id", "object", "allowed_payment_method_types", "amount", "amount_details", "automatic_payment_methods",
    "canceled_at", "cancellation_reason", "capture_method", "client_secret", "confirmation_method", "created",
    "currency", "description", "excluded_payment_method_types", "last_payment_error", "livemode", "next_action",
    "payment_method", "payment_method_configuration_details", "payment_method_types", "processing",
    "receipt_email", "setup_future_usage", "shipping", "source", "status",
)  # fmt: skip


def public_view(intent: Json) -> Json:
    """Return the intent as the caller's key lets it be seen."""
    return {name: intent[name] for name in PUBLIC} if g.get("publishable") else intent
