"""Payment methods: a test card as it is used once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from simulators.stripe.account import NAMES, fetched, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.cards import BAD_NUMBER, BY_NUMBER, BY_TOKEN, Card
from simulators.stripe.errors import CardError, NoSuchError, StripeError
from simulators.stripe.parameters import Required, integer, one_of, text, tree

if TYPE_CHECKING:
    from simulators.kit.shelf import Json
    from simulators.stripe.parameters import Table

routes = Blueprint("payment_methods", __name__)

CARD: Table = {"number": Required(text), "exp_month": integer, "exp_year": integer, "cvc": text}
DATA: Table = {"type": Required(one_of("card")), "card": Required(tree(CARD))}
"""What a student's app sends of a card typed in by hand."""

NOBODY: Json = {
    "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}


@routes.get("/v1/payment_methods/<method_id>")
@takes({})
def retrieve_payment_method(asked: Json, method_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One payment method."""
    return fetched("payment_methods", method_id)


def method_given(asked: Json) -> Json | None:
    """Return the payment method that a request brings, made anew of a test card; None if it brings none."""
    if "payment_method_data" in asked:
        return _made(_typed(asked["payment_method_data"]["card"]["number"]))
    if "payment_method" not in asked:
        return None
    if card := BY_TOKEN.get(asked["payment_method"]):
        return _made(card)
    return fetched("payment_methods", asked["payment_method"], "payment_method")


def card_of(method_id: str) -> Card:
    """Return the test card behind a payment method."""
    if (behind := table("cards").find(method_id)) is None:
        raise NoSuchError(NAMES["payment_methods"], method_id, "payment_method")
    return BY_TOKEN[behind["token"]]


def card_details(card: Card) -> Json:
    """Return what may be told of a card."""
    year = 2034
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": 12,
        "exp_year": year,
        "fingerprint": f"fp{card.number[-8:]}",
        "funding": "credit",
        "last4": card.number[-4:],
        "regulated_status": "unregulated",
        "wallet": None,
    }


def _made(card: Card) -> Json:
    networks = {"available": [card.brand], "preferred": None}
    shown = card_details(card) | {"display_brand": card.brand, "generated_from": None, "networks": networks}
    method = {
        "id": fresh_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": NOBODY,
        "card": shown | {"three_d_secure_usage": {"supported": True}},
        "created": now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    table("cards").put({"id": method["id"], "token": card.token})
    return table("payment_methods").put(method)


def _typed(number: str) -> Card:
    """Numbers travel only from a student's own device; others must use the test tokens."""
    if not g.publishable:
        message = "Sending credit card numbers directly to the Stripe API is generally unsafe. Use a test token."
        raise StripeError(message, param="payment_method_data[card][number]")
    digits = number.replace(" ", "").replace("-", "")
    if digits not in BY_NUMBER:
        raise CardError(BAD_NUMBER.message, code=BAD_NUMBER.code, param="number", decline_code=BAD_NUMBER.reason)
    return BY_NUMBER[digits]
