"""Payment methods that customers keep."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch, not_found_error, table
from simulators.stripe.api import takes
from simulators.stripe.errors import CardError, UnexpectedStateError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import Required, Table, one_of, text
from simulators.stripe.payments.cards import Card
from simulators.stripe.payments.payment_methods import (
    TYPES,
    checks,
    find_method,
    instrument_of,
    past_of,
    remember,
)
from simulators.stripe.webhooks.events import emit

routes = Blueprint("saved_methods", __name__)

OF_TYPE: Table = {**PAGE, "type": one_of(*TYPES), "allow_redisplay": one_of("always", "limited", "unspecified")}
USED_UP = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, "
    "and may not be used again."
)


@routes.post("/v1/payment_methods/<method_id>/attach")
@takes({"customer": Required(text)})
def attach_payment_method(params: Json, method_id: str) -> Json:
    """A card for a customer to keep; cards that would be declined are refused."""
    customer = fetch("customers", params["customer"], "customer")
    return attach(find_method(method_id), customer["id"])


@routes.post("/v1/payment_methods/<method_id>/detach")
@takes({})
def detach_payment_method(params: Json, method_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """A card taken from its customer; it can be used no more."""
    method = fetch("payment_methods", method_id)
    if method["customer"] is None:
        raise UnexpectedStateError(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    return detach(method)


@routes.get("/v1/payment_methods")
@takes({**OF_TYPE, "customer": text})
def list_payment_methods(params: Json) -> Json:
    """The cards that a customer keeps, newest first; none where no customer is named."""
    if "customer" in params:
        fetch("customers", params["customer"], "customer")
    return _saved_methods(params, params.get("customer", ""))


@routes.get("/v1/customers/<customer_id>/payment_methods")
@takes(OF_TYPE)
def list_customer_payment_methods(params: Json, customer_id: str) -> Json:
    """The cards that this customer keeps, newest first."""
    fetch("customers", customer_id)
    return _saved_methods(params, customer_id)


@routes.get("/v1/customers/<customer_id>/payment_methods/<method_id>")
@takes({})
def retrieve_customer_payment_method(params: Json, customer_id: str, method_id: str) -> Json:  # noqa: ARG001 - as above
    """One card that this customer keeps."""
    method = fetch("payment_methods", method_id)
    if method["customer"] != customer_id:
        raise not_found_error("payment_methods", method_id)
    return method


def attach(method: Json, customer_id: str) -> Json:
    """Return the payment method, kept by this customer; UnexpectedStateError or CardError where it cannot be."""
    if method["customer"] == customer_id:
        return method
    require_attachable(method)
    return save_method(method, customer_id)


def require_attachable(method: Json) -> None:
    """Let a payment method pass that a customer may keep."""
    if method["customer"]:
        raise UnexpectedStateError("The payment method you provided has already been attached to a customer.")
    if past_of(method["id"])["spent"]:
        raise UnexpectedStateError(USED_UP)
    instrument = instrument_of(method["id"])
    if not instrument.attaches and instrument.decline:
        refused = instrument.decline
        raise CardError(refused.message, code=refused.code, decline_code=refused.reason)


def save_method(method: Json, customer_id: str) -> Json:
    """Let the customer keep the card, which the bank looks at for that, and announce it."""
    if isinstance(card := instrument_of(method["id"]), Card):
        method |= {"card": method["card"] | {"checks": checks(card, method["billing_details"])}}
    method = table("payment_methods").put(method | {"customer": customer_id})
    emit("payment_method.attached", method)
    return method


def detach(method: Json) -> Json:
    """Take the card from its customer for good, and announce it."""
    remember(method["id"], spent=True)
    free = table("payment_methods").put(method | {"customer": None})
    emit("payment_method.detached", free, {"customer": method["customer"]})
    return free


def _saved_methods(params: Json, customer_id: str) -> Json:
    return page("payment_methods", params, by=("allow_redisplay", "type"), customer=customer_id)
