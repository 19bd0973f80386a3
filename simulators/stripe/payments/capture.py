"""Held money: captured in whole or in part, or released."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import amend, fetch, now, table
from simulators.stripe.api import takes
from simulators.stripe.errors import StripeError, UnexpectedStateError
from simulators.stripe.parameters import Clearable, Table, boolean, integer, metadata
from simulators.stripe.payments.amounts import require_step
from simulators.stripe.payments.charges import announce_payment, collect, statement
from simulators.stripe.texts import descriptor_suffix, require_no_card_descriptor, statement_descriptor
from simulators.stripe.webhooks.events import emit, emit_change

routes = Blueprint("capture", __name__)

CAPTURE: Table = {
    "amount_to_capture": integer, "final_capture": boolean, "metadata": metadata,
    "statement_descriptor": Clearable(statement_descriptor),
    "statement_descriptor_suffix": Clearable(descriptor_suffix),
}  # fmt: skip


@routes.post("/v1/payment_intents/<intent_id>/capture")
@takes(CAPTURE)
def capture_payment_intent(params: Json, intent_id: str) -> Json:
    """The money that is held, or a part of it; the rest is let go."""
    intent = fetch("payment_intents", intent_id)
    if intent["status"] != "requires_capture":
        raise UnexpectedStateError(_why_not(intent), code="payment_intent_unexpected_state", payment_intent=intent)
    amount = params.pop("amount_to_capture", intent["amount_capturable"])
    _require_within(amount, intent)
    if not params.pop("final_capture", True):
        message = (
            "`final_capture` can only be false where multicapture is available, which it is not for this PaymentIntent."
        )
        raise StripeError(message, param="final_capture", payment_intent=intent)
    intent = amend(intent, params)
    require_no_card_descriptor(intent["statement_descriptor"], intent["payment_method_types"])
    return _capture(intent, amount)


def release_hold(intent: Json, name: str = "charge.refunded") -> None:
    """Give the cardholder the use of their money back, and announce it by this name."""
    charge = fetch("charges", intent["latest_charge"])
    emit_change(name, charge, table("charges").put(charge | {"refunded": True}))


def cancel(intent: Json, reason: str | None) -> Json:
    """End the intent for good, and announce it; what is held is let go."""
    if intent["status"] == "requires_capture":
        release_hold(intent, "charge.expired" if reason == "automatic" else "charge.refunded")
    intent |= {
        "amount_capturable": 0,
        "canceled_at": now(),
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    table("payment_intents").put(intent)
    emit("payment_intent.canceled", intent)
    return intent


def expire_hold(intent_id: str) -> None:
    """Let go what nobody has captured in time."""
    intent = fetch("payment_intents", intent_id)
    if intent["status"] == "requires_capture":
        cancel(intent, "automatic")


def _require_within(amount: int, intent: Json) -> None:
    """Let only a sum pass that is held."""
    if amount < 0:
        raise StripeError("Invalid non-negative integer", param="amount_to_capture", payment_intent=intent)
    if amount == 0:
        message = "This value must be greater than or equal to 1."
        raise StripeError(message, code="parameter_invalid_integer", param="amount", payment_intent=intent)
    if amount > intent["amount_capturable"]:
        message = "The payment could not be captured because the requested capture amount is greater than the amount "
        message += "you can capture for this charge."
        raise StripeError(message, code="amount_too_large", payment_intent=intent)
    require_step(amount, intent["currency"], "amount_to_capture")


def _capture(intent: Json, amount: int) -> Json:
    charge = fetch("charges", intent["latest_charge"]) | {"amount_captured": amount, "captured": True}
    charge = collect(table("charges").put(charge | statement(intent)), at_once=True)
    intent |= {"amount_capturable": 0, "amount_received": amount, "status": "succeeded"}
    table("payment_intents").put(intent)
    announce_payment("charge.captured", charge, {"amount_captured": 0, "captured": False})
    emit("payment_intent.succeeded", intent)
    return intent


def _why_not(intent: Json) -> str:
    if intent["status"] == "succeeded":
        return "This PaymentIntent could not be captured because it has already been captured."
    return (
        f"This PaymentIntent could not be captured because it has a status of {intent['status']}. "
        "Only a PaymentIntent with one of the following statuses may be captured: requires_capture."
    )
