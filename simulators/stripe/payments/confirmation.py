"""The confirmation of an intent: the one place where money moves in."""

from __future__ import annotations

from datetime import timedelta

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import fetch, table
from simulators.stripe.catalog.saved_methods import USED_UP, save_method
from simulators.stripe.errors import CardError, StripeError, UnexpectedStateError
from simulators.stripe.payments import three_d_secure
from simulators.stripe.payments.capture import expire_hold
from simulators.stripe.payments.cards import UNPROVEN, Decline
from simulators.stripe.payments.charges import announce_payment, new_charge
from simulators.stripe.payments.outcomes import HOLD_SECONDS
from simulators.stripe.payments.payment_methods import card_of, past_of, remember
from simulators.stripe.payments.public_view import public_view
from simulators.stripe.webhooks.events import emit

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
MISSING_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
    "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method "
    "or ConfirmationToken."
)
# What a confirmation may change of its intent.
CHANGING = ("receipt_email", "setup_future_usage", "shipping")


def confirm_intent(intent: Json, method: Json | None, params: Json) -> Json:
    """Return the intent paid, held or waiting for its cardholder; or raise CardError: it waits for another card."""
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected_state(intent, _why_not(intent))
    if method is None and intent["payment_method"] is None:
        raise _unexpected_state(intent, MISSING_METHOD)
    method = method or fetch("payment_methods", intent["payment_method"])
    require_usable(method, intent)
    intent |= {"payment_method": method["id"], "next_action": None} | {k: params[k] for k in CHANGING if k in params}
    proven = three_d_secure.is_passed(intent)
    off_session = bool(params.get("off_session"))
    if proven or not three_d_secure.is_asked_for(card_of(method["id"]), intent, off_session=off_session):
        return charge_intent(intent, proven=proven)
    if off_session or params.get("error_on_requires_action"):
        about: Json = {"decline_code": UNPROVEN.reason, "payment_method": method}
        raise fail_attempt(intent, CardError(UNPROVEN.message, code=UNPROVEN.code, **about))
    return three_d_secure.ask(intent, params)


def charge_intent(intent: Json, *, proven: bool) -> Json:
    """Charge the intent's card; return the intent paid or held, or raise CardError."""
    return _attempt(intent, card_of(intent["payment_method"]).decline, proven=proven)


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


def require_usable(method: Json, intent: Json) -> None:
    """Let a payment method pass that is new, or that the intent's own customer keeps."""
    if method["customer"] is None:
        if past_of(method["id"])["spent"]:
            raise UnexpectedStateError(USED_UP)
    elif intent["customer"] is None:
        message = (
            f"The `payment_method` parameter supplied {method['id']} belongs to the Customer {method['customer']}. "
        )
        message += "Please include the Customer in the `customer` parameter on the PaymentIntent."
        raise UnexpectedStateError(message, code="parameter_missing", param="customer")
    elif method["customer"] != intent["customer"]:
        message = (
            f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {intent['customer']}. "
        )
        message += "Please use this PaymentMethod with the Customer that it belongs to instead."
        raise UnexpectedStateError(message, param="payment_method")


def require_way_back(params: Json, intent: Json) -> None:
    """Let a server's confirm pass only if the student cannot be sent elsewhere, or we know where they return to."""
    automatic = intent["automatic_payment_methods"] or {}
    if automatic.get("allow_redirects") == "always" and "return_url" not in params:
        raise StripeError(
            "This PaymentIntent is configured to accept payment methods that may redirect the customer. "
            "Provide a `return_url`, or set `automatic_payment_methods[allow_redirects]` to `never`."
        )


def _attempt(intent: Json, decline: Decline | None, *, proven: bool) -> Json:
    method = fetch("payment_methods", intent["payment_method"])
    attempt = new_charge(intent, method, card_of(method["id"]), decline, proven=proven)
    if decline:
        emit("charge.failed", attempt)
        about: Json = {"advice_code": decline.advice, "decline_code": decline.reason, "payment_method": method}
        raise fail_attempt(intent, CardError(decline.message, code=decline.code, charge=attempt["id"], **about))
    _keep_for_later(intent, method, proven=proven)
    return _record_payment(intent, attempt)


def _record_payment(intent: Json, attempt: Json) -> Json:
    """Note that the money is there, or held until it is captured."""
    held = not attempt["captured"]
    intent |= {
        "amount_capturable": intent["amount"] if held else 0,
        "amount_received": 0 if held else intent["amount"],
        "last_payment_error": None,
        "latest_charge": attempt["id"],
        "next_action": None,
        "status": "requires_capture" if held else "succeeded",
    }
    table("payment_intents").put(intent)
    announce_payment("charge.succeeded", attempt)
    emit("payment_intent.amount_capturable_updated" if held else "payment_intent.succeeded", intent)
    if held:
        simulator().timers.after(timedelta(seconds=HOLD_SECONDS), expire_hold, intent_id=intent["id"])
    return intent


def _keep_for_later(intent: Json, method: Json, *, proven: bool) -> None:
    """Give the card to the customer if that was asked for; one that nobody keeps has now been used."""
    if intent["setup_future_usage"] and intent["customer"] and method["customer"] is None:
        method = save_method(method, intent["customer"])
    set_up = proven and intent["setup_future_usage"] == "off_session"
    remember(method["id"], spent=method["customer"] is None, set_up=past_of(method["id"])["set_up"] or set_up)


def _why_not(intent: Json) -> str:
    if intent["status"] == "succeeded":
        return "This PaymentIntent's status is succeeded: it already succeeded after being previously confirmed."
    status = intent["status"]
    return f"You cannot confirm this PaymentIntent because it has a status of {status}."


def _unexpected_state(intent: Json, message: str) -> UnexpectedStateError:
    return UnexpectedStateError(message, code="payment_intent_unexpected_state", payment_intent=public_view(intent))
