"""The confirmation of an intent: the one place where money moves in."""

from __future__ import annotations

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch
from simulators.stripe.catalog.saved_methods import USED_UP, save_method
from simulators.stripe.errors import CardError, StripeError, UnexpectedStateError
from simulators.stripe.payments import bank_debits, three_d_secure
from simulators.stripe.payments.attempts import fail_attempt, record_payment
from simulators.stripe.payments.bank_accounts import BankAccount
from simulators.stripe.payments.cards import UNPROVEN, Card
from simulators.stripe.payments.charges import new_charge
from simulators.stripe.payments.payment_methods import instrument_of, past_of, remember
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
    if proven or not three_d_secure.is_asked_for(instrument_of(method["id"]), intent, off_session=off_session):
        return charge_intent(intent, proven=proven)
    if off_session or params.get("error_on_requires_action"):
        about: Json = {"decline_code": UNPROVEN.reason, "payment_method": method}
        raise fail_attempt(intent, CardError(UNPROVEN.message, code=UNPROVEN.code, **about))
    return three_d_secure.ask(intent, params)


def charge_intent(intent: Json, *, proven: bool) -> Json:
    """Charge the intent's method; return the intent paid, held, or waiting for a bank; or raise CardError."""
    method = fetch("payment_methods", intent["payment_method"])
    instrument = instrument_of(method["id"])
    if isinstance(instrument, BankAccount):
        _keep_for_later(intent, method, proven=proven)
        return bank_debits.begin(intent, method, instrument)
    return _attempt(intent, method, instrument, proven=proven)


def require_usable(method: Json, intent: Json) -> None:
    """Let a payment method pass that the intent takes, and that is new or kept by the intent's own customer."""
    if method["type"] not in intent["payment_method_types"]:
        message = (
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please attach a "
        )
        message += f"PaymentMethod of one of the following types: {', '.join(intent['payment_method_types'])}."
        raise StripeError(message, param="payment_method")
    if method["type"] != "card" and intent["capture_method"] == "manual":
        message = f"A payment with {method['type']} cannot be held to be captured later."
        raise StripeError(message, param="capture_method")
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


def _attempt(intent: Json, method: Json, card: Card, *, proven: bool) -> Json:
    attempt = new_charge(intent, method, card, card.decline, proven=proven)
    if decline := card.decline:
        emit("charge.failed", attempt)
        about: Json = {"advice_code": decline.advice, "decline_code": decline.reason, "payment_method": method}
        raise fail_attempt(intent, CardError(decline.message, code=decline.code, charge=attempt["id"], **about))
    _keep_for_later(intent, method, proven=proven)
    return record_payment(intent, attempt)


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
