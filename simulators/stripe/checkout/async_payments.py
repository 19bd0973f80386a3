"""Checkout Sessions whose payment is answered after they were completed."""

from __future__ import annotations

from simulators.kit.json_types import Json
from simulators.stripe.account import table
from simulators.stripe.webhooks.events import emit


def settle_session(intent: Json) -> None:
    """Note and announce in the intent's session, if it has one, that the payment has succeeded or failed by now."""
    session = table("checkout_sessions").first(payment_intent=intent["id"])
    if session is None or session["status"] != "complete":
        return
    if intent["status"] == "succeeded":
        paid = table("checkout_sessions").put(session | {"payment_status": "paid"})
        emit("checkout.session.async_payment_succeeded", paid)
    else:
        emit("checkout.session.async_payment_failed", session)
