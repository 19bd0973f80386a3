"""Prices: what one of a product costs, once or (only kept here, never charged) again and again."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import amend, fetch, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.catalog.products import IMAGES, UNIT_LABEL, new_product
from simulators.stripe.errors import StripeError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import (
    Clearable,
    Required,
    Table,
    boolean,
    full_name,
    integer,
    metadata,
    new_metadata,
    one_of,
    text,
    tree,
)
from simulators.stripe.payments.amounts import currency, maximum, require_step
from simulators.stripe.webhooks.events import emit, emit_change

routes = Blueprint("prices", __name__)

PRODUCT: Table = {
    "name": Required(text), "description": text, "images": IMAGES, "metadata": new_metadata, "unit_label": UNIT_LABEL,
}  # fmt: skip
# A price, and maybe a product, made for one Checkout Session only.
INLINE: Table = {
    "currency": Required(currency), "product": text, "product_data": tree(PRODUCT), "unit_amount": Required(integer),
}  # fmt: skip
NEW: Table = {"active": boolean, "metadata": new_metadata, "nickname": text}
DESCRIBING: Table = {"active": boolean, "metadata": metadata, "nickname": Clearable(text)}
RECURRING: Table = {"interval": Required(one_of("day", "week", "month", "year")), "interval_count": integer}
LICENSED = {"interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed"}
CREATE: Table = {**INLINE, **NEW, "recurring": tree(RECURRING)}


@routes.post("/v1/prices")
@takes(CREATE)
def create_price(params: Json) -> Json:
    """A new price, of a product that is there or of a new one."""
    return new_price(params)


@routes.get("/v1/prices/<price_id>")
@takes({})
def retrieve_price(params: Json, price_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One price."""
    return fetch("prices", price_id)


@routes.post("/v1/prices/<price_id>")
@takes(DESCRIBING)
def update_price(params: Json, price_id: str) -> Json:
    """Changes to what is said of a price; the sum stays as it is."""
    before = fetch("prices", price_id)
    return emit_change("price.updated", before, table("prices").put(amend(before, params)))


@routes.get("/v1/prices")
@takes({**PAGE, "product": text, "active": boolean, "currency": currency, "type": one_of("one_time", "recurring")})
def list_prices(params: Json) -> Json:
    """Prices, newest first, all or those of one product."""
    wanted = params.get("active")
    return page("prices", params, lambda price: wanted in {None, price["active"]}, by=("product", "currency", "type"))


def new_price(params: Json, inside: str = "") -> Json:
    """Keep and announce a new price; return it. `inside`: the parameter that holds what was asked."""
    param = full_name(inside, "unit_amount")
    if not 0 <= params["unit_amount"] <= maximum(params["currency"]):
        raise StripeError("Invalid non-negative integer", code="parameter_invalid_integer", param=param)
    require_step(params["unit_amount"], params["currency"], param)
    product = _product(params, full_name(inside, "product"))
    given = {name: params[name] for name in (*NEW, "currency", "unit_amount") if name in params}
    price = {
        "id": fresh_id("price"),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": now(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product["id"],
        "recurring": LICENSED | params["recurring"] if "recurring" in params else None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if "recurring" in params else "one_time",
        "unit_amount_decimal": str(params["unit_amount"]),
    } | given
    table("prices").put(price)
    emit("price.created", price)
    return price


def _product(params: Json, param: str) -> Json:
    if ("product" in params) == ("product_data" in params):
        raise StripeError("You must specify either `product` or `product_data` when creating a price.", param=param)
    if "product" in params:
        return fetch("products", params["product"], param)
    return new_product(params["product_data"])
