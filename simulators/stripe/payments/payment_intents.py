"""PaymentIntents: the wish for a sum, until it is paid or given up."""

from __future__ import annotations

from flask import Blueprint, g

from simulators.kit.json_types import Json
from simulators.stripe.account import amend, fetch, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.errors import StripeError, UnexpectedStateError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import text
from simulators.stripe.payments import bank_debits
from simulators.stripe.payments.amounts import require_chargeable
from simulators.stripe.payments.bank_accounts import require_payable
from simulators.stripe.payments.capture import cancel
from simulators.stripe.payments.confirmation import CONFIRMABLE, confirm_intent, require_usable, require_way_back
from simulators.stripe.payments.intent_parameters import (
    CANCEL,
    CONFIRM,
    CONFIRMING,
    CREATE,
    DESCRIBING,
    SERVERS,
    UPDATE,
)
from simulators.stripe.payments.payment_methods import method_from
from simulators.stripe.payments.public_view import public_view
from simulators.stripe.texts import require_no_card_descriptor
from simulators.stripe.webhooks.events import emit

routes = Blueprint("payment_intents", __name__)

EMPTY = dict.fromkeys((
    "allowed_payment_method_types", "application", "application_fee_amount", "canceled_at", "cancellation_reason",
    "customer", "customer_account", "description", "excluded_payment_method_types", "last_payment_error",
    "latest_charge", "managed_payments", "next_action", "on_behalf_of", "payment_method",
    "payment_method_configuration_details", "payment_record", "processing", "receipt_email", "review",
    "setup_future_usage", "shipping", "source", "statement_descriptor", "statement_descriptor_suffix",
    "transfer_data", "transfer_group",
))  # fmt: skip
OPTIONS: dict[str, Json] = {
    "card": {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
    "sepa_debit": {},
    "us_bank_account": {"verification_method": "automatic"},
}
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
# Parameters that are simply kept.
OF_THE_OBJECT = (
    *DESCRIBING, "amount", "capture_method", "confirmation_method", "currency", "customer", "payment_method_types",
    "setup_future_usage", "shipping",
)  # fmt: skip


@routes.post("/v1/payment_intents")
@takes(CREATE)
def create_payment_intent(params: Json) -> Json:
    """A new intent; with `confirm` it is paid at once."""
    confirm = params.pop("confirm", False)
    for name in CONFIRMING.keys() & params.keys():
        if not confirm:
            raise StripeError(f"The parameter `{name}` can only be used with confirm=true.", param=name)
    intent = new_intent(params)
    if confirm:
        require_way_back(params, intent)
    method = _with_method(intent, params)
    table("payment_intents").put(intent)
    emit("payment_intent.created", intent)
    return confirm_intent(intent, method, params) if confirm else intent


@routes.get("/v1/payment_intents/<intent_id>")
@takes({"client_secret": text}, publishable=True)
def retrieve_payment_intent(params: Json, intent_id: str) -> Json:
    """One intent; with a publishable key and the client secret, as the student sees it."""
    return public_view(_accessible_intent(intent_id, params))


@routes.get("/v1/payment_intents")
@takes({**PAGE, "customer": text})
def list_payment_intents(params: Json) -> Json:
    """Intents, newest first, all or those of one customer."""
    return page("payment_intents", params, by=("customer",))


@routes.post("/v1/payment_intents/<intent_id>")
@takes(UPDATE)
def update_payment_intent(params: Json, intent_id: str) -> Json:
    """Changes to an intent: until it is paid to all of it, later to what describes it."""
    intent = fetch("payment_intents", intent_id)
    shaping = sorted(params.keys() - DESCRIBING.keys())
    if shaping and intent["status"] not in CONFIRMABLE:
        raise _cannot_change(intent, shaping[0])
    kept = {name: params[name] for name in OF_THE_OBJECT if name in params}
    changed = _with_options(amend(intent, kept), params)
    _require_sound(changed)
    if shaping and intent["status"] == "requires_action":
        changed |= {"next_action": None, "status": "requires_confirmation"}
    _with_method(changed, params)
    return table("payment_intents").put(changed)


@routes.post("/v1/payment_intents/<intent_id>/confirm")
@takes(CONFIRM, publishable=True)
def confirm_payment_intent(params: Json, intent_id: str) -> Json:
    """An attempt to pay."""
    intent = _accessible_intent(intent_id, params)
    if g.publishable:
        _require_for_students(params, intent)
    else:
        require_way_back(params, intent)
    method = None  # of an intent that cannot be confirmed, no payment method is made
    if intent["status"] in CONFIRMABLE:
        intent["capture_method"] = params.get("capture_method", intent["capture_method"])
        method = method_from(params)
    return public_view(confirm_intent(intent, method, params))


@routes.post("/v1/payment_intents/<intent_id>/cancel")
@takes(CANCEL)
def cancel_payment_intent(params: Json, intent_id: str) -> Json:
    """The end of an intent that is not paid; there is no way back."""
    intent = fetch("payment_intents", intent_id)
    if intent["status"] not in CANCELABLE or _is_with_the_bank(intent):
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        message += f" Only a PaymentIntent with one of the following statuses may be canceled: {', '.join(CANCELABLE)}."
        raise UnexpectedStateError(message, code="payment_intent_unexpected_state", payment_intent=intent)
    if intent["status"] != "requires_capture" and table("checkout_sessions").first(payment_intent=intent_id):
        message = "This PaymentIntent was made by a Checkout Session: expire the session in place of canceling it."
        raise UnexpectedStateError(message, code="payment_intent_unexpected_state", payment_intent=intent)
    if intent["status"] == "processing":
        bank_debits.withdraw(intent)
    return cancel(intent, params.get("cancellation_reason"))


def new_intent(params: Json) -> Json:
    """Return a new intent, not yet kept."""
    if "automatic_payment_methods" in params and "payment_method_types" in params:
        raise StripeError("You may only specify one of: automatic_payment_methods, payment_method_types.")
    intent_id = fresh_id("pi")
    automatic = _automatic(params)
    intent = EMPTY | {
        "id": intent_id,
        "object": "payment_intent",
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": automatic,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_{fresh_id('secret')}",
        "confirmation_method": "automatic",
        "created": now(),
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card", "link"] if automatic and automatic["enabled"] else ["card"],
        "status": "requires_payment_method",
    }
    intent |= {name: params[name] for name in OF_THE_OBJECT if name in params}
    _require_sound(intent)
    return _with_options(intent, params)


def _is_with_the_bank(intent: Json) -> bool:
    return intent["status"] == "processing" and bank_debits.is_answered_for(intent)


def _automatic(params: Json) -> Json | None:
    if "payment_method_types" in params:
        return None
    automatic: Json = params.get("automatic_payment_methods", {"enabled": True})
    return {"allow_redirects": "always"} | automatic if automatic["enabled"] else automatic


def _require_sound(intent: Json) -> None:
    require_chargeable(intent["amount"], intent["currency"])
    require_no_card_descriptor(intent["statement_descriptor"], intent["payment_method_types"])
    require_payable(intent["payment_method_types"], intent["currency"], intent["capture_method"])
    if intent["customer"]:
        fetch("customers", intent["customer"], "customer")


def _with_options(intent: Json, params: Json) -> Json:
    """Return the intent with the options of the methods that it takes, changed as asked for."""
    changes, known = params.get("payment_method_options", {}), intent["payment_method_options"]
    types = [name for name in OPTIONS if name in intent["payment_method_types"]]
    return intent | {
        "payment_method_options": {name: known.get(name, OPTIONS[name]) | (changes.get(name) or {}) for name in types}
    }


def _with_method(intent: Json, params: Json) -> Json | None:
    """Put the method that was given into the intent, which now waits for its confirmation; return it."""
    if method := method_from(params):
        require_usable(method, intent)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return method


def _cannot_change(intent: Json, name: str) -> UnexpectedStateError:
    message = f"This PaymentIntent's {name} could not be updated because it has a status of {intent['status']}. "
    message += f"You may only update the {name} of a PaymentIntent with one of the following statuses: "
    statuses = ", ".join(CONFIRMABLE)
    return UnexpectedStateError(f"{message}{statuses}.", code="payment_intent_unexpected_state", payment_intent=intent)


def _require_for_students(params: Json, intent: Json) -> None:
    """Let a student's own device confirm only what is left to it, and only in words that are its own."""
    if intent["confirmation_method"] == "manual":
        message = "This PaymentIntent's confirmation_method is manual: it can only be confirmed with a secret key."
        raise StripeError(message, code="payment_intent_invalid_parameter")
    for name in SERVERS:
        if name in params:
            raise StripeError(f"The parameter `{name}` can only be used with a secret key.", param=name)


def _accessible_intent(intent_id: str, params: Json) -> Json:
    """Return the intent if the key opens it: a publishable key only together with the client secret."""
    intent = fetch("payment_intents", intent_id)
    given = params.pop("client_secret", None)
    if g.publishable and given is None:
        raise StripeError("Missing required param: client_secret.", code="parameter_missing", param="client_secret")
    if given not in {None, intent["client_secret"]}:
        message = "The client_secret provided does not match the client_secret associated with the PaymentIntent."
        raise StripeError(message, code="payment_intent_invalid_parameter", param="client_secret")
    return intent
