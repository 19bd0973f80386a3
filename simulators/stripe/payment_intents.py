"""PaymentIntents: the wish for a sum, until it is paid or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from simulators.stripe.account import fetched, fresh_id, now, table
from simulators.stripe.amounts import currency, require_chargeable
from simulators.stripe.api import takes
from simulators.stripe.confirmation import confirmed, require_method_fits
from simulators.stripe.errors import RefusedError, StripeError
from simulators.stripe.events import emit
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import Required, boolean, integer, list_of, metadata, one_of, text, tree
from simulators.stripe.payment_methods import DATA, method_given
from simulators.stripe.sight import as_seen

if TYPE_CHECKING:
    from simulators.kit.shelf import Json
    from simulators.stripe.parameters import Table

routes = Blueprint("payment_intents", __name__)

DESCRIBING: Table = {
    "description": text, "metadata": metadata, "receipt_email": text, "statement_descriptor": text,
    "statement_descriptor_suffix": text, "transfer_group": text,
}  # fmt: skip
PAYING: Table = {"payment_method": text, "payment_method_data": tree(DATA), "return_url": text}
AUTOMATIC: Table = {"enabled": Required(boolean), "allow_redirects": one_of("always", "never")}
CREATE: Table = {
    **DESCRIBING,
    **PAYING,
    "amount": Required(integer),
    "currency": Required(currency),
    "automatic_payment_methods": tree(AUTOMATIC),
    "capture_method": one_of("automatic", "automatic_async"),
    "confirm": boolean,
    "payment_method_types": list_of(one_of("card", "link")),
}
CANCEL: Table = {"cancellation_reason": one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")}

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


@routes.post("/v1/payment_intents")
@takes(CREATE)
def create_payment_intent(asked: Json) -> Json:
    """A new intent; with `confirm` it is paid at once."""
    require_chargeable(asked["amount"], asked["currency"])
    if "automatic_payment_methods" in asked and "payment_method_types" in asked:
        raise StripeError("You may only specify one of: automatic_payment_methods, payment_method_types.")
    confirm = asked.pop("confirm", False)
    intent = _fresh(asked)
    require_method_fits(asked, intent, confirm=confirm)
    if method := method_given(asked):
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    table("payment_intents").put(intent)
    emit("payment_intent.created", intent)
    return confirmed(intent, {}) if confirm else intent


@routes.get("/v1/payment_intents/<intent_id>")
@takes({"client_secret": text}, publishable=True)
def retrieve_payment_intent(asked: Json, intent_id: str) -> Json:
    """One intent; with a publishable key and the client secret, as the student sees it."""
    return as_seen(_opened(intent_id, asked))


@routes.get("/v1/payment_intents")
@takes(PAGE)
def list_payment_intents(asked: Json) -> Json:
    """Intents, newest first."""
    return page("payment_intents", asked)


@routes.post("/v1/payment_intents/<intent_id>")
@takes(DESCRIBING)
def update_payment_intent(asked: Json, intent_id: str) -> Json:
    """Changes to what describes an intent; metadata are merged, an empty value unsets its key."""
    intent = fetched("payment_intents", intent_id)
    if "metadata" in asked:
        merged = intent["metadata"] | asked["metadata"] if asked["metadata"] else {}
        asked["metadata"] = {key: value for key, value in merged.items() if value}
    return table("payment_intents").put(intent | asked)


@routes.post("/v1/payment_intents/<intent_id>/confirm")
@takes({**PAYING, "client_secret": text}, publishable=True)
def confirm_payment_intent(asked: Json, intent_id: str) -> Json:
    """An attempt to pay."""
    intent = _opened(intent_id, asked)
    require_method_fits(asked, intent, confirm=not g.publishable)
    return as_seen(confirmed(intent, asked))


@routes.post("/v1/payment_intents/<intent_id>/cancel")
@takes(CANCEL)
def cancel_payment_intent(asked: Json, intent_id: str) -> Json:
    """The end of an intent that is not paid; there is no way back."""
    intent = fetched("payment_intents", intent_id)
    if intent["status"] not in CANCELABLE:
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        message += f" Only a PaymentIntent with one of the following statuses may be canceled: {', '.join(CANCELABLE)}."
        raise RefusedError(message, code="payment_intent_unexpected_state", payment_intent=intent)
    intent |= {"status": "canceled", "canceled_at": now(), "cancellation_reason": asked.get("cancellation_reason")}
    table("payment_intents").put(intent)
    emit("payment_intent.canceled", intent)
    return intent


def _fresh(asked: Json) -> Json:
    intent_id = fresh_id("pi")
    given = {name: asked[name] for name in (*DESCRIBING, "amount", "currency", "capture_method") if name in asked}
    automatic = None if "payment_method_types" in asked else asked.get("automatic_payment_methods", {"enabled": True})
    if automatic and automatic["enabled"]:
        automatic = {"allow_redirects": automatic.get("allow_redirects", "always"), "enabled": True}
    types = asked.get("payment_method_types", ["card", "link"] if automatic and automatic["enabled"] else ["card"])
    defaults = {
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
        "payment_method_types": types,
        "status": "requires_payment_method",
    }
    return EMPTY | defaults | given


def _opened(intent_id: str, asked: Json) -> Json:
    """Return the intent if the key opens it: a publishable key only together with the client secret."""
    intent = fetched("payment_intents", intent_id, "intent")
    given = asked.pop("client_secret", None)
    if g.publishable and given is None:
        raise StripeError("Missing required param: client_secret.", code="parameter_missing", param="client_secret")
    if given not in {None, intent["client_secret"]}:
        message = "The client_secret provided does not match the client_secret associated with the PaymentIntent."
        raise StripeError(message, code="payment_intent_invalid_parameter", param="client_secret")
    return intent
