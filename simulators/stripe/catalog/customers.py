"""Customers: who keeps cards for another time."""

from __future__ import annotations

from flask import Blueprint

from simulators.kit.json_types import Json
from simulators.stripe.account import amend, fetch, fresh_id, not_found_error, now, table
from simulators.stripe.api import takes
from simulators.stripe.catalog.saved_methods import detach, require_attachable, save_method
from simulators.stripe.lists import PAGE, page
from simulators.stripe.parameters import (
    Check,
    Clearable,
    Required,
    Table,
    clearable,
    list_of,
    metadata,
    new_metadata,
    one_of,
    text,
    tree,
)
from simulators.stripe.payments.payment_methods import ADDRESS, method_from
from simulators.stripe.texts import email, text_up_to
from simulators.stripe.webhooks.events import emit, emit_change

routes = Blueprint("customers", __name__)

SHIPPING: Table = {
    "address": Required(tree(ADDRESS)), "name": Required(text), "phone": Clearable(text),
    "carrier": text, "tracking_number": text,
}  # fmt: skip
INVOICES: Table = {"default_payment_method": Clearable(text)}
ABOUT: dict[str, Check] = {"description": text, "email": email, "name": text_up_to(256), "phone": text_up_to(20)}
BOTH: Table = {
    "address": Clearable(tree(ADDRESS)),
    "invoice_settings": tree(INVOICES),
    "preferred_locales": list_of(text),
    "shipping": Clearable(tree(SHIPPING)),
    "tax_exempt": Clearable(one_of("none", "exempt", "reverse")),
}
UPDATE: Table = {**BOTH, **clearable(ABOUT), "metadata": metadata}
CREATE: Table = {**BOTH, **ABOUT, "metadata": Clearable(new_metadata), "payment_method": text}
EMPTY = dict.fromkeys((
    "address", "business_name", "currency", "customer_account", "default_source", "description", "discount", "email",
    "individual_name", "name", "phone", "shipping", "test_clock",
))  # fmt: skip
SETTINGS = {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None}


@routes.post("/v1/customers")
@takes(CREATE)
def create_customer(params: Json) -> Json:
    """A new customer, with a card to keep if one is given."""
    method = method_from(params)
    if method:
        require_attachable(method)
    customer = new_customer({name: params[name] for name in UPDATE if name in params})
    if method:
        save_method(method, customer["id"])
    return customer


@routes.get("/v1/customers/<customer_id>")
@takes({})
def retrieve_customer(params: Json, customer_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One customer; of a deleted one, that it is deleted."""
    return table("customers").find(customer_id) or _tombstone(customer_id)


@routes.post("/v1/customers/<customer_id>")
@takes(UPDATE)
def update_customer(params: Json, customer_id: str) -> Json:
    """Changes to a customer."""
    before = fetch("customers", customer_id)
    changes = dict(params)
    if "invoice_settings" in changes:
        changes["invoice_settings"] = before["invoice_settings"] | changes["invoice_settings"]
    return emit_change("customer.updated", before, table("customers").put(amend(before, changes)))


@routes.delete("/v1/customers/<customer_id>")
@takes({})
def delete_customer(params: Json, customer_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The end of a customer, and of the cards it kept."""
    customer = fetch("customers", customer_id)
    for method in list(table("payment_methods").oldest(customer=customer_id)):
        detach(method)
    table("customers").drop(customer_id)
    table("deleted_customers").put({"id": customer_id, "object": "customer", "deleted": True})
    emit("customer.deleted", customer)
    return _tombstone(customer_id)


@routes.get("/v1/customers")
@takes({**PAGE, "email": text})
def list_customers(params: Json) -> Json:
    """Customers, newest first, all or those of one mail address."""
    return page("customers", params, by=("email",))


def new_customer(params: Json) -> Json:
    """Keep and announce a new customer; return it."""
    customer = table("customers").put(_new_document(params))
    emit("customer.created", customer)
    return customer


def _new_document(params: Json) -> Json:
    customer_id = fresh_id("cus")
    defaults = {
        "id": customer_id,
        "object": "customer",
        "balance": 0,
        "created": now(),
        "delinquent": False,
        "invoice_prefix": customer_id[-8:].upper(),
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }
    settings = SETTINGS | params.get("invoice_settings", {})
    return EMPTY | defaults | params | {"invoice_settings": settings, "metadata": params.get("metadata") or {}}


def _tombstone(customer_id: str) -> Json:
    if (gone := table("deleted_customers").find(customer_id)) is None:
        raise not_found_error("customers", customer_id)
    return gone
