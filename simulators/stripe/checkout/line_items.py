"""Line items: what a Checkout Session sells, and what it comes to."""

from __future__ import annotations

from typing import Any

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch, fresh_id, table
from simulators.stripe.catalog.prices import INLINE, new_price
from simulators.stripe.errors import StripeError
from simulators.stripe.parameters import integer, list_of, text, tree

ITEM = {"price": text, "price_data": tree(INLINE), "quantity": integer}
MOST = 100


def items(name: str, value: Any) -> list[Json]:  # noqa: ANN401 - whatever was sent
    """Read the items of a session: each names a price or describes one."""
    read: list[Json] = list_of(tree(ITEM))(name, value)
    if not 1 <= len(read) <= MOST:
        raise StripeError(f"There must be 1 to {MOST} line items.", param=name)
    for index, item in enumerate(read):
        if ("price" in item) == ("price_data" in item):
            message = "You must specify either `price` or `price_data` for each line item."
            raise StripeError(message, param=f"{name}[{index}]")
        if item.get("quantity", 1) < 1:
            message = "Invalid positive integer"
            raise StripeError(message, code="parameter_invalid_integer", param=f"{name}[{index}][quantity]")
    return read


def new_line_items(params: list[Json]) -> list[Json]:
    """Return line items for what was asked, at their prices; all are in one currency."""
    found = [_item(item, f"line_items[{index}]") for index, item in enumerate(params)]
    if len({item["currency"] for item in found}) > 1:
        raise StripeError("All line items must have the same currency.", param="line_items")
    return found


def store_line_items(session_id: str, found: list[Json]) -> None:
    """Keep the items of this session, apart from it: they are shown only on request."""
    for item in reversed(found):  # lists show the newest first, and a session its first item
        table("line_items").put(item | {"session": session_id})


def _item(params: Json, param: str) -> Json:
    if "price" in params:
        price = fetch("prices", params["price"], f"{param}[price]")
    else:
        price = new_price(params["price_data"] | {"active": False}, f"{param}[price_data]")
    if price["recurring"]:
        message = "You specified `payment` mode but passed a recurring price. Use only one-time prices."
        raise StripeError(message, param=f"{param}[price]")
    quantity = params.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    return {
        "id": fresh_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": fetch("products", price["product"])["name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }
