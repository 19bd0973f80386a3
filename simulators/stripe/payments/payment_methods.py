"""Payment methods: a test card or a test bank account, used once or kept by a customer."""

from __future__ import annotations

from flask import Blueprint, g

from simulators.kit.json_types import Json
from simulators.stripe.account import amend, fetch, fresh_id, not_found_error, now, table
from simulators.stripe.api import takes
from simulators.stripe.errors import NoSuchError, StripeError, UnexpectedStateError
from simulators.stripe.parameters import (
    Clearable,
    Required,
    Table,
    either,
    full_name,
    integer,
    metadata,
    new_metadata,
    one_of,
    text,
    tree,
)
from simulators.stripe.payments.bank_accounts import BY_TOKEN as ACCOUNTS
from simulators.stripe.payments.bank_accounts import HOLDER, BankAccount, account_details, account_of
from simulators.stripe.payments.bank_accounts import TYPED as ACCOUNT
from simulators.stripe.payments.cards import BY_LEGACY_TOKEN, BY_TOKEN, Card
from simulators.stripe.payments.typed_cards import TYPED, full_year, typed_card
from simulators.stripe.texts import email
from simulators.stripe.webhooks.events import emit_change

routes = Blueprint("payment_methods", __name__)

ADDRESS: Table = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), Clearable(text))
BILLING: Table = {
    "address": Clearable(tree(ADDRESS)), "email": Clearable(email), "name": Clearable(text), "phone": Clearable(text),
    "tax_id": text,
}  # fmt: skip
DESCRIBING: Table = {
    "allow_redisplay": one_of("always", "limited", "unspecified"),
    "billing_details": tree(BILLING),
}
CARD = either(lambda value: isinstance(value, dict) and "token" in value, tree({"token": text}), tree(TYPED))
# What a student's app sends of a card typed in by hand, or a server of a test token.
TYPES = ("card", *HOLDER)
DATA: Table = {
    **DESCRIBING,
    "metadata": new_metadata,
    "type": Required(one_of(*TYPES)),
    "card": CARD,
    **ACCOUNT,
}
UPDATE: Table = {**DESCRIBING, "metadata": metadata, "card": tree({"exp_month": integer, "exp_year": integer})}

NOBODY: Json = {
    "address": dict.fromkeys(ADDRESS),
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}
# Every test instrument by its token.
INSTRUMENTS: dict[str, Card | BankAccount] = {**BY_TOKEN, **ACCOUNTS}
VALID_UNTIL = {"exp_month": 12, "exp_year": 2034}


@routes.post("/v1/payment_methods")
@takes(DATA, publishable=True)
def create_payment_method(params: Json) -> Json:
    """A card or a bank account as a payment method; a card by number only with a publishable key."""
    return _method_from_data(params)


@routes.get("/v1/payment_methods/<method_id>")
@takes({})
def retrieve_payment_method(params: Json, method_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One payment method."""
    return find_method(method_id)


@routes.post("/v1/payment_methods/<method_id>")
@takes(UPDATE)
def update_payment_method(params: Json, method_id: str) -> Json:
    """Changes to a card that a customer keeps."""
    before = find_method(method_id)
    if before["customer"] is None:
        raise UnexpectedStateError("You must save this PaymentMethod to a customer before you can update it.")
    changes = dict(params)
    if "card" in changes and before["type"] != "card":
        raise StripeError(f"This PaymentMethod has the type {before['type']}.", param="card")
    for name in {"billing_details", "card"} & changes.keys():
        changes[name] = before[name] | changes[name]
    return emit_change("payment_method.updated", before, table("payment_methods").put(amend(before, changes)))


def method_from(params: Json) -> Json | None:
    """Return the payment method that a request brings, made anew of a test card; None if it brings none."""
    if "payment_method_data" in params:
        return _method_from_data(params["payment_method_data"], "payment_method_data")
    if "payment_method" not in params:
        return None
    return find_method(params["payment_method"], "payment_method")


def find_method(method_id: str, param: str | None = None) -> Json:
    """Return the payment method of this id, or a new one where the id is a test card's token."""
    instrument = INSTRUMENTS.get(method_id)
    return new_method(instrument) if instrument else fetch("payment_methods", method_id, param)


def instrument_of(method_id: str) -> Card | BankAccount:
    """Return the test card or the test bank account behind a payment method."""
    return INSTRUMENTS[past_of(method_id)["token"]]


def past_of(method_id: str) -> Json:
    """Return what nobody is shown: the card's `token`, whether it was `spent` without a customer, or `set_up`."""
    if (behind := table("cards").find(method_id)) is None:
        raise not_found_error("payment_methods", method_id, "payment_method")
    return behind


def remember(method_id: str, **past: bool) -> None:
    """Note what has happened to the card."""
    table("cards").put(past_of(method_id) | past)


def checks(card: Card, billing: Json) -> Json:
    """Return what the bank says to what it was told about the cardholder."""
    address = billing["address"] or {}
    return {
        "address_line1_check": card.line1_check if address.get("line1") else None,
        "address_postal_code_check": card.postal_code_check if address.get("postal_code") else None,
        "cvc_check": card.cvc_check,
    }


def card_details(card: Card) -> Json:
    """Return what may be told of a card; no bank was asked yet."""
    return VALID_UNTIL | {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "unchecked"},
        "country": card.country,
        "fingerprint": f"fp{card.number[-8:]}",
        "funding": card.funding,
        "last4": card.number[-4:],
        "regulated_status": "unregulated",
        "wallet": None,
    }


def new_method(instrument: Card | BankAccount, typed: Json | None = None, **more: Json) -> Json:
    """Keep and return a new payment method of this card or account; `typed` is what a person said of the account."""
    details = _card(instrument) if isinstance(instrument, Card) else account_details(instrument, typed or {})
    method = {
        "id": fresh_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": NOBODY,
        "created": now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": instrument.type,
        instrument.type: details,
    } | more
    table("cards").put({"id": method["id"], "token": instrument.token, "spent": False, "set_up": False})
    return table("payment_methods").put(method)


def new_typed_method(typed: Json, **more: Json) -> Json:
    """Keep and return the payment method of a card typed in, or raise CardError for what is wrong with it."""
    method = new_method(typed_card(typed), **more)
    until = {"exp_month": typed["exp_month"], "exp_year": full_year(typed["exp_year"])}
    return table("payment_methods").put(method | {"card": method["card"] | until})


def _method_from_data(params: Json, inside: str = "") -> Json:
    """Return the new payment method that these data describe; `inside`: the parameter that holds them."""
    about: Json = {name: params[name] for name in ("allow_redisplay", "metadata") if name in params}
    about["billing_details"] = _whole(params.get("billing_details", {}))
    kind, param = params["type"], full_name(inside, params["type"])
    if kind not in params:
        raise StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)
    if kind != "card":
        for name in HOLDER[kind]:
            if not about["billing_details"][name]:
                missing = full_name(full_name(inside, "billing_details"), name)
                raise StripeError(f"Missing required param: {missing}.", code="parameter_missing", param=missing)
        return new_method(account_of(kind, params[kind], param), params[kind], **about)
    if "token" in params["card"]:
        return new_method(_of_token(params["card"]["token"]), **about)
    if not g.publishable:
        message = "Sending credit card numbers directly to the Stripe API is generally unsafe. Use a test token."
        raise StripeError(message, param=full_name(param, "number"))
    return new_typed_method(params["card"], **about)


def _card(card: Card) -> Json:
    networks = {"available": [*filter(None, (card.also,)), card.brand], "preferred": None}
    details = card_details(card) | {"display_brand": card.brand, "generated_from": None, "networks": networks}
    return details | {"three_d_secure_usage": {"supported": True}}


def _of_token(token: str) -> Card:
    if not token.startswith("tok_"):
        raise StripeError(f"Invalid token id: {token}", param="token")
    if token not in BY_LEGACY_TOKEN:
        raise NoSuchError("token", token, "card[token]", status=400)
    return BY_LEGACY_TOKEN[token]


def _whole(billing: Json) -> Json:
    """Return billing details with every key there."""
    address = NOBODY["address"] | (billing.get("address") or {})
    return NOBODY | billing | {"address": address}
