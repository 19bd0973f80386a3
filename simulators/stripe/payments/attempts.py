"""What an attempt to pay leaves in its intent: the money, or the reason why there is none."""

from __future__ import annotations

from datetime import timedelta

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import table
from simulators.stripe.errors import CardError
from simulators.stripe.payments.capture import expire_hold
from simulators.stripe.payments.charges import announce_payment
from simulators.stripe.payments.outcomes import HOLD_SECONDS
from simulators.stripe.payments.public_view import public_view
from simulators.stripe.webhooks.events import emit


def fail_attempt(intent: Json, error: CardError) -> CardError:
    """Leave the intent open for another card, and return the error as the caller gets it."""
    details = error.body()["error"]
    intent |= {
        "last_payment_error": {name: details[name] for name in details if name != "request_log_url"},
        "latest_charge": details.get("charge", intent["latest_charge"]),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    table("payment_intents").put(intent)
    emit("payment_intent.payment_failed", intent)
    return error.with_details(payment_intent=public_view(intent))


def record_payment(intent: Json, charge: Json) -> Json:
    """Note and announce that the charge brought the money, or holds it until it is captured; return the intent."""
    held = not charge["captured"]
    intent |= {
        "amount_capturable": intent["amount"] if held else 0,
        "amount_received": 0 if held else intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "status": "requires_capture" if held else "succeeded",
    }
    table("payment_intents").put(intent)
    announce_payment("charge.succeeded", charge)
    emit("payment_intent.amount_capturable_updated" if held else "payment_intent.succeeded", intent)
    if held:
        simulator().timers.after(timedelta(seconds=HOLD_SECONDS), expire_hold, intent_id=intent["id"])
    return intent
