"""PaymentIntents: the wish for a sum, until it is paid or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from simulators.stripe.account import amended, fetched, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.errors import RefusedError, StripeError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import text
from simulators.stripe.payments.amounts import require_chargeable
from simulators.stripe.payments.capture import canceled
from simulators.stripe.payments.confirmation import CONFIRMABLE, confirmed, require_usable, require_way_back
from simulators.stripe.payments.intent_parameters import (
    CANCEL,
    CONFIRM,
    CONFIRMING,
    CREATE,
    DESCRIBING,
    SERVERS,
    UPDATE,
)
from simulators.stripe.payments.payment_methods import method_given
from simulators.stripe.payments.public_view import as_seen
from simulators.stripe.webhooks.events import emit

if TYPE_CHECKING:
    from simulators.kit.json_types import Json

routes = Blueprint("payment_intents", __name__)

EMPTY = dict.fromkeys((
    "allowed_payment_method_types", "application", "application_fee_amount", "canceled_at", "cancellation_reason",
    "customer", "customer_account", "description", "excluded_payment_method_types", "last_payment_error",
    "latest_charge", "managed_payments", "next_action", "on_behalf_of", "payment_method",
    "payment_method_configuration_details", "payment_record", "processing", "receipt_email", "review",
    "setup_future_usage", "shipping", "source", "statement_descriptor", "statement_descriptor_suffix",
    "transfer_data", "transfer_group",
))  # fmt: skip
CARD_OPTIONS = {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
OF_THE_OBJECT = (
    *DESCRIBING, "amount", "capture_method", "confirmation_method", "currency", "customer", "payment_method_types",
    "setup_future_usage", "shipping",
)  # fmt: skip
"""Parameters that are simply kept."""


@routes.post("/v1/payment_intents")
@takes(CREATE)
def create_payment_intent(asked: Json) -> Json:
    """A new intent; with `confirm` it is paid at once."""
    confirm = asked.pop("confirm", False)
    for name in CONFIRMING.keys() & asked.keys():
        if not confirm:
            raise StripeError(f"The parameter `{name}` can only be used with confirm=true.", param=name)
    intent = new_intent(asked)
    if confirm:
        require_way_back(asked, intent)
    method = _with_method(intent, asked)
    table("payment_intents").put(intent)
    emit("payment_intent.created", intent)
    return confirmed(intent, method, asked) if confirm else intent


@routes.get("/v1/payment_intents/<intent_id>")
@takes({"client_secret": text}, publishable=True)
def retrieve_payment_intent(asked: Json, intent_id: str) -> Json:
    """One intent; with a publishable key and the client secret, as the student sees it."""
    return as_seen(_opened(intent_id, asked))


@routes.get("/v1/payment_intents")
@takes({**PAGE, "customer": text})
def list_payment_intents(asked: Json) -> Json:
    """Intents, newest first, all or those of one customer."""
    return page("payment_intents", asked, by=("customer",))


@routes.post("/v1/payment_intents/<intent_id>")
@takes(UPDATE)
def update_payment_intent(asked: Json, intent_id: str) -> Json:
    """Changes to an intent: until it is paid to all of it, later to what describes it."""
    intent = fetched("payment_intents", intent_id)
    shaping = sorted(asked.keys() - DESCRIBING.keys())
    if shaping and intent["status"] not in CONFIRMABLE:
        raise _cannot_change(intent, shaping[0])
    kept = {name: asked[name] for name in OF_THE_OBJECT if name in asked}
    changed = _with_options(amended(intent, kept), asked)
    _require_sound(changed)
    if shaping and intent["status"] == "requires_action":
        changed |= {"next_action": None, "status": "requires_confirmation"}
    _with_method(changed, asked)
    return table("payment_intents").put(changed)


@routes.post("/v1/payment_intents/<intent_id>/confirm")
@takes(CONFIRM, publishable=True)
def confirm_payment_intent(asked: Json, intent_id: str) -> Json:
    """An attempt to pay."""
    intent = _opened(intent_id, asked)
    if g.publishable:
        _require_for_students(asked, intent)
    else:
        require_way_back(asked, intent)
    if intent["status"] in CONFIRMABLE:
        intent["capture_method"] = asked.get("capture_method", intent["capture_method"])
    return as_seen(confirmed(intent, method_given(asked), asked))


@routes.post("/v1/payment_intents/<intent_id>/cancel")
@takes(CANCEL)
def cancel_payment_intent(asked: Json, intent_id: str) -> Json:
    """The end of an intent that is not paid; there is no way back."""
    intent = fetched("payment_intents", intent_id)
    if intent["status"] not in CANCELABLE:
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        message += f" Only a PaymentIntent with one of the following statuses may be canceled: {', '.join(CANCELABLE)}."
        raise RefusedError(message, code="payment_intent_unexpected_state", payment_intent=intent)
    if intent["status"] != "requires_capture" and table("checkout_sessions").first(payment_intent=intent_id):
        message = "This PaymentIntent was made by a Checkout Session: expire the session in place of canceling it."
        raise RefusedError(message, code="payment_intent_unexpected_state", payment_intent=intent)
    return canceled(intent, asked.get("cancellation_reason"))


def new_intent(asked: Json) -> Json:
    """Return a new intent, not yet kept."""
    if "automatic_payment_methods" in asked and "payment_method_types" in asked:
        raise StripeError("You may only specify one of: automatic_payment_methods, payment_method_types.")
    intent_id = fresh_id("pi")
    automatic = _automatic(asked)
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
        "payment_method_options": {"card": CARD_OPTIONS},
        "payment_method_types": ["card", "link"] if automatic and automatic["enabled"] else ["card"],
        "status": "requires_payment_method",
    }
    intent |= {name: asked[name] for name in OF_THE_OBJECT if name in asked}
    _require_sound(intent)
    return _with_options(intent, asked)


def _automatic(asked: Json) -> Json | None:
    if "payment_method_types" in asked:
        return None
    automatic: Json = asked.get("automatic_payment_methods", {"enabled": True})
    return {"allow_redirects": "always"} | automatic if automatic["enabled"] else automatic


def _require_sound(intent: Json) -> None:
    require_chargeable(intent["amount"], intent["currency"])
    if intent["customer"]:
        fetched("customers", intent["customer"], "customer")


def _with_options(intent: Json, asked: Json) -> Json:
    card = intent["payment_method_options"]["card"] | asked.get("payment_method_options", {}).get("card", {})
    return intent | {"payment_method_options": {"card": card}}


def _with_method(intent: Json, asked: Json) -> Json | None:
    """Put the method that was given into the intent, which now waits for its confirmation; return it."""
    if method := method_given(asked):
        require_usable(method, intent)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return method


def _cannot_change(intent: Json, name: str) -> RefusedError:
    message = f"This PaymentIntent's {name} could not be updated because it has a status of {intent['status']}. "
    message += f"You may only update the {name} of a PaymentIntent with one of the following statuses: "
    statuses = ", ".join(CONFIRMABLE)
    return RefusedError(f"{message}{statuses}.", code="payment_intent_unexpected_state", payment_intent=intent)


def _require_for_students(asked: Json, intent: Json) -> None:
    """Let a student's own device confirm only what is left to it, and only in words that are its own."""
    if intent["confirmation_method"] == "manual":
        message = "This PaymentIntent's confirmation_method is manual: it can only be confirmed with a secret key."
        raise StripeError(message, code="payment_intent_invalid_parameter")
    for name in SERVERS:
        if name in asked:
            raise StripeError(f"The parameter `{name}` can only be used with a secret key.", param=name)


def _opened(intent_id: str, asked: Json) -> Json:
    """Return the intent if the key opens it: a publishable key only together with the client secret."""
    intent = fetched("payment_intents", intent_id)
    given = asked.pop("client_secret", None)
    if g.publishable and given is None:
        raise StripeError("Missing required param: client_secret.", code="parameter_missing", param="client_secret")
    if given not in {None, intent["client_secret"]}:
        message = "The client_secret provided does not match the client_secret associated with the PaymentIntent."
        raise StripeError(message, code="payment_intent_invalid_parameter", param="client_secret")
    return intent
