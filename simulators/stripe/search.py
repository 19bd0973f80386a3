"""Stripe's search: `status:"succeeded" AND metadata["orderId"]:"o1"`, in pages. Every write is seen at once."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from itertools import islice

from flask import Blueprint, request

from simulators.kit.json_types import Json
from simulators.stripe.account import table
from simulators.stripe.api import takes
from simulators.stripe.errors import StripeError
from simulators.stripe.includable import INCLUDABLE
from simulators.stripe.lists import limit
from simulators.stripe.parameters import Required, Table, text
from simulators.stripe.search_terms import Fields, TermKind, parse_query

routes = Blueprint("search", __name__)

SEARCH: Table = {"query": Required(text), "limit": limit, "page": text}

CARD = "payment_method_details.card"
MONEY: Fields = {
    "amount": TermKind.NUMBER,
    "created": TermKind.NUMBER,
    "currency": TermKind.TOKEN,
    "customer": TermKind.TOKEN,
}
INTENTS: Fields = {**MONEY, "metadata": TermKind.TOKEN, "status": TermKind.TOKEN}
CHARGES: Fields = {
    **INTENTS,
    "billing_details.address.postal_code": TermKind.TOKEN,
    "disputed": TermKind.TOKEN,
    "refunded": TermKind.TOKEN,
    **dict.fromkeys((f"{CARD}.{name}" for name in ("brand", "fingerprint", "last4")), TermKind.TOKEN),
    **dict.fromkeys((f"{CARD}.{name}" for name in ("exp_month", "exp_year")), TermKind.NUMBER),
}
CUSTOMERS: Fields = {
    "created": TermKind.NUMBER,
    "email": TermKind.TEXT,
    "metadata": TermKind.TOKEN,
    "name": TermKind.TEXT,
    "phone": TermKind.TEXT,
}

PRODUCTS: Fields = {
    "active": TermKind.TOKEN,
    "description": TermKind.TEXT,
    "metadata": TermKind.TOKEN,
    "name": TermKind.TEXT,
    "shippable": TermKind.TOKEN,
    "url": TermKind.TEXT,
}
PRICES: Fields = dict.fromkeys(("active", "currency", "lookup_key", "metadata", "product", "type"), TermKind.TOKEN)


SEARCHED = {
    "payment_intents": INTENTS, "charges": CHARGES, "customers": CUSTOMERS, "products": PRODUCTS, "prices": PRICES,
}  # fmt: skip


@routes.get("/v1/payment_intents/search")
@takes(SEARCH)
def search_payment_intents(params: Json) -> Json:
    """Intents by amount, created, currency, customer, metadata and status."""
    return _search("payment_intents", params)


@routes.get("/v1/charges/search")
@takes(SEARCH)
def search_charges(params: Json) -> Json:
    """Charges by the same, and by their card, disputed and refunded."""
    return _search("charges", params)


@routes.get("/v1/customers/search")
@takes(SEARCH)
def search_customers(params: Json) -> Json:
    """Customers by created, email, metadata, name and phone."""
    return _search("customers", params)


@routes.get("/v1/products/search")
@takes(SEARCH)
def search_products(params: Json) -> Json:
    """Products by active, description, metadata, name, shippable and url."""
    return _search("products", params)


@routes.get("/v1/prices/search")
@takes(SEARCH)
def search_prices(params: Json) -> Json:
    """Prices by active, currency, lookup_key, metadata, product and type."""
    return _search("prices", params)


def _search(name: str, params: Json) -> Json:
    fits, size = parse_query(params["query"], SEARCHED[name]), params.get("limit", 10)
    after = _place(name, params["page"]) if "page" in params else None
    found = list(islice((each for each in table(name).newest(after) if fits(each)), size + 1))
    more = len(found) > size
    token = urlsafe_b64encode(found[size - 1]["id"].encode()).decode() if more else None
    answer = {"object": "search_result", "data": found[:size], "has_more": more}
    return answer | {"next_page": token, "url": request.path}


def _total(result: Json) -> int:
    """Count all that the query of this result finds: shown on request only."""
    name = result["url"].split("/")[2]
    fits = parse_query(request.args["query"], SEARCHED[name])
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
