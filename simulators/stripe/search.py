"""Stripe's search: `status:"succeeded" AND metadata["sagaId"]:"s1"`, in pages. Ours sees every write at once."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from itertools import islice
from typing import TYPE_CHECKING

from flask import Blueprint, request

from simulators.stripe.account import table
from simulators.stripe.api import takes
from simulators.stripe.errors import StripeError
from simulators.stripe.included import INCLUDABLE
from simulators.stripe.lists import limit
from simulators.stripe.parameters import Required, text
from simulators.stripe.search_terms import Fields, Kind, reading

if TYPE_CHECKING:
    from simulators.kit.json_types import Json
    from simulators.stripe.parameters import Table

routes = Blueprint("search", __name__)

SEARCH: Table = {"query": Required(text), "limit": limit, "page": text}

CARD = "payment_method_details.card"
MONEY: Fields = {"amount": Kind.NUMBER, "created": Kind.NUMBER, "currency": Kind.TOKEN, "customer": Kind.TOKEN}
INTENTS: Fields = {**MONEY, "metadata": Kind.TOKEN, "status": Kind.TOKEN}
CHARGES: Fields = {
    **INTENTS,
    "billing_details.address.postal_code": Kind.TOKEN,
    "disputed": Kind.TOKEN,
    "refunded": Kind.TOKEN,
    **dict.fromkeys((f"{CARD}.{name}" for name in ("brand", "fingerprint", "last4")), Kind.TOKEN),
    **dict.fromkeys((f"{CARD}.{name}" for name in ("exp_month", "exp_year")), Kind.NUMBER),
}
CUSTOMERS: Fields = {
    "created": Kind.NUMBER, "email": Kind.TEXT, "metadata": Kind.TOKEN, "name": Kind.TEXT, "phone": Kind.TEXT,
}  # fmt: skip

PRODUCTS: Fields = {
    "active": Kind.TOKEN, "description": Kind.TEXT, "metadata": Kind.TOKEN, "name": Kind.TEXT, "shippable": Kind.TOKEN,
    "url": Kind.TEXT,
}  # fmt: skip
PRICES: Fields = dict.fromkeys(("active", "currency", "lookup_key", "metadata", "product", "type"), Kind.TOKEN)


SEARCHED = {
    "payment_intents": INTENTS, "charges": CHARGES, "customers": CUSTOMERS, "products": PRODUCTS, "prices": PRICES,
}  # fmt: skip


@routes.get("/v1/payment_intents/search")
@takes(SEARCH)
def search_payment_intents(asked: Json) -> Json:
    """Intents by amount, created, currency, customer, metadata and status."""
    return _found("payment_intents", asked)


@routes.get("/v1/charges/search")
@takes(SEARCH)
def search_charges(asked: Json) -> Json:
    """Charges by the same, and by their card, disputed and refunded."""
    return _found("charges", asked)


@routes.get("/v1/customers/search")
@takes(SEARCH)
def search_customers(asked: Json) -> Json:
    """Customers by created, email, metadata, name and phone."""
    return _found("customers", asked)


@routes.get("/v1/products/search")
@takes(SEARCH)
def search_products(asked: Json) -> Json:
    """Products by active, description, metadata, name, shippable and url."""
    return _found("products", asked)


@routes.get("/v1/prices/search")
@takes(SEARCH)
def search_prices(asked: Json) -> Json:
    """Prices by active, currency, lookup_key, metadata, product and type."""
    return _found("prices", asked)


def _found(name: str, asked: Json) -> Json:
    fits, size = reading(asked["query"], SEARCHED[name]), asked.get("limit", 10)
    after = _place(name, asked["page"]) if "page" in asked else None
    found = list(islice((each for each in table(name).newest(after) if fits(each)), size + 1))
    more = len(found) > size
    token = urlsafe_b64encode(found[size - 1]["id"].encode()).decode() if more else None
    answer = {"object": "search_result", "data": found[:size], "has_more": more}
    return answer | {"next_page": token, "url": request.path}


def _total(result: Json) -> int:
    """Count all that the query of this result finds: shown on request only."""
    name = result["url"].split("/")[2]
    fits = reading(request.args["query"], SEARCHED[name])
    return sum(1 for each in table(name).oldest() if fits(each))


INCLUDABLE["search_result", "total_count"] = _total


def _place(name: str, token: str) -> str:
    """Return the id after which the page begins."""
    try:
        last = urlsafe_b64decode(token).decode()
    except (Base64Error, ValueError):
        last = ""
    if not table(name).find(last):
        raise StripeError("Invalid page token: use the next_page of an earlier answer.", param="page")
    return last
