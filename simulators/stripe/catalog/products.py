"""Products: what is for sale."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import amend, fetch, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.errors import UnexpectedStateError
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import Clearable, Required, Table, boolean, list_of, metadata, new_metadata, text
from simulators.stripe.texts import statement_descriptor, text_up_to, web_address
from simulators.stripe.webhooks.events import emit, emit_change

routes = Blueprint("products", __name__)

FLAGS: Table = {"active": boolean, "shippable": boolean, "statement_descriptor": statement_descriptor}
IMAGES, UNIT_LABEL = list_of(web_address), text_up_to(12)
CREATE: Table = {
    **FLAGS,
    "description": text,
    "id": text,
    "images": IMAGES,
    "metadata": new_metadata,
    "name": Required(text),
    "unit_label": UNIT_LABEL,
    "url": web_address,
}
UPDATE: Table = {
    **FLAGS,
    "description": Clearable(text),
    "images": Clearable(IMAGES),
    "metadata": metadata,
    "name": text,
    "unit_label": Clearable(UNIT_LABEL),
    "url": Clearable(web_address),
}
EMPTY = dict.fromkeys((
    "default_price", "description", "package_dimensions", "shippable", "statement_descriptor", "tax_code",
    "tax_details", "unit_label", "url",
))  # fmt: skip


@routes.post("/v1/products")
@takes(CREATE)
def create_product(params: Json) -> Json:
    """Something new to sell."""
    if "id" in params and table("products").find(params["id"]):
        raise UnexpectedStateError("Product already exists.", code="resource_already_exists", param="id")
    return new_product(params)


@routes.get("/v1/products/<product_id>")
@takes({})
def retrieve_product(params: Json, product_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One product."""
    return fetch("products", product_id)


@routes.post("/v1/products/<product_id>")
@takes(UPDATE)
def update_product(params: Json, product_id: str) -> Json:
    """Changes to a product."""
    before = fetch("products", product_id)
    after = amend(before, params) | {"updated": now()}
    return emit_change("product.updated", before, table("products").put(after))


@routes.delete("/v1/products/<product_id>")
@takes({})
def delete_product(params: Json, product_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The end of a product that has no price."""
    product = fetch("products", product_id)
    if table("prices").first(product=product_id):
        raise UnexpectedStateError("This product cannot be deleted because it has one or more user-created prices.")
    table("products").drop(product_id)
    emit("product.deleted", product)
    return {"id": product_id, "object": "product", "deleted": True}


@routes.get("/v1/products")
@takes({**PAGE, "active": boolean})
def list_products(params: Json) -> Json:
    """Products, newest first, all or those (no longer) for sale."""
    wanted = params.get("active")
    return page("products", params, lambda product: wanted in {None, product["active"]})


def new_product(params: Json) -> Json:
    """Keep and announce a new product; return it."""
    at = now()
    defaults = {
        "id": fresh_id("prod"),
        "object": "product",
        "active": True,
        "created": at,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "type": "service",
        "updated": at,
    }
    product = table("products").put(EMPTY | defaults | params)
    emit("product.created", product)
    return product
