"""Prices: what one of a product costs, once or (only kept here, never charged) again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulators.stripe.account import amended, fetched, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.catalog.products import new_product
from simulators.stripe.errors import StripeError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import (
    Clearable,
    Required,
    boolean,
    full_name,
    integer,
    list_of,
    metadata,
    one_of,
    text,
    tree,
)
from simulators.stripe.payments.amounts import MAXIMUM, currency
from simulators.stripe.webhooks.events import emit, emit_change

if TYPE_CHECKING:
    from simulators.kit.json_types import Json
    from simulators.stripe.parameters import Table

routes = Blueprint("prices", __name__)

PRODUCT: Table = {
    "name": Required(text), "description": text, "images": list_of(text), "metadata": metadata, "unit_label": text,
}  # fmt: skip
INLINE: Table = {
    "currency": Required(currency), "product": text, "product_data": tree(PRODUCT), "unit_amount": Required(integer),
}  # fmt: skip
"""A price, and maybe a product, made for one Checkout Session only."""
DESCRIBING: Table = {"active": boolean, "metadata": metadata, "nickname": Clearable(text)}
RECURRING: Table = {"interval": Required(one_of("day", "week", "month", "year")), "interval_count": integer}
LICENSED = {"interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed"}
CREATE: Table = {**INLINE, **DESCRIBING, "recurring": tree(RECURRING)}


@routes.post("/v1/prices")
@takes(CREATE)
def create_price(asked: Json) -> Json:
    """A new price, of a product that is there or of a new one."""
    return new_price(asked)


@routes.get("/v1/prices/<price_id>")
@takes({})
def retrieve_price(asked: Json, price_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One price."""
    return fetched("prices", price_id)


@routes.post("/v1/prices/<price_id>")
@takes(DESCRIBING)
def update_price(asked: Json, price_id: str) -> Json:
    """Changes to what is said of a price; the sum stays as it is."""
    before = fetched("prices", price_id)
    return emit_change("price.updated", before, table("prices").put(amended(before, asked)))


@routes.get("/v1/prices")
@takes({**PAGE, "product": text, "active": boolean, "currency": currency, "type": one_of("one_time", "recurring")})
def list_prices(asked: Json) -> Json:
    """Prices, newest first, all or those of one product."""
    wanted = asked.get("active")
    return page("prices", asked, lambda price: wanted in {None, price["active"]}, by=("product", "currency", "type"))


def new_price(asked: Json, inside: str = "") -> Json:
    """Keep and announce a new price; return it. `inside`: the parameter that holds what was asked."""
    if not 0 <= asked["unit_amount"] <= MAXIMUM:
        param = full_name(inside, "unit_amount")
        raise StripeError("Invalid non-negative integer", code="parameter_invalid_integer", param=param)
    product = _product(asked, full_name(inside, "product"))
    given = {name: asked[name] for name in (*DESCRIBING, "currency", "unit_amount") if name in asked}
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
        "recurring": LICENSED | asked["recurring"] if "recurring" in asked else None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if "recurring" in asked else "one_time",
        "unit_amount_decimal": str(asked["unit_amount"]),
    } | given
    table("prices").put(price)
    emit("price.created", price)
    return price


def _product(asked: Json, param: str) -> Json:
    if ("product" in asked) == ("product_data" in asked):
        raise StripeError("You must specify either `product` or `product_data` when creating a price.", param=param)
    if "product" in asked:
        return fetched("products", asked["product"], param)
    return new_product(asked["product_data"])
