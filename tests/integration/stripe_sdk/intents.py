"""The intents that these tests begin with."""

from __future__ import annotations

from typing import Any

import stripe

METADATA = {"paymentId": "p1", "sagaId": "s1", "paymentContext": "COURSE_ENROLLMENT", "contextId": "algebra"}


def an_intent(client: stripe.StripeClient, **more: Any) -> stripe.PaymentIntent:
    wanted: Any = {"amount": 4900, "currency": "eur", "payment_method_types": ["card"], "metadata": METADATA}
    return client.v1.payment_intents.create(wanted | more)


def a_paid_intent(client: stripe.StripeClient, card: str = "pm_card_visa", **more: Any) -> stripe.PaymentIntent:
    return an_intent(client, confirm=True, payment_method=card, **more)


def before(event: stripe.Event) -> Any:
    """Return what was different before what the event tells."""
    return event.data.to_dict()["previous_attributes"]


def recorded(client: stripe.StripeClient) -> list[str]:
    """Return the names of all events in the order in which they came to be."""
    return [event.type for event in reversed(client.v1.events.list({"limit": 100}).data)]
