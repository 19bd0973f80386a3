"""The one account that every test key opens: its documents, its clock and its ids, for whoever handles a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.kit.seams import new_id
from simulators.kit.simulator import simulator
from simulators.stripe.errors import NoSuchError

if TYPE_CHECKING:
    from simulators.kit.shelf import Json
    from simulators.kit.store import Table

API_VERSION = "2026-10-28.endive"

NAMES = {
    "payment_intents": "payment_intent",
    "charges": "charge",
    "balance_transactions": "balance transaction",
    "disputes": "dispute",
    "refunds": "refund",
    "payment_methods": "PaymentMethod",
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "checkout_sessions": "checkout.session",
    "line_items": "line item",
    "events": "event",
    "webhook_endpoints": "webhook endpoint",
    "webhook_secrets": "webhook endpoint",
}
"""What Stripe calls one of them when it is missing."""


def table(name: str) -> Table:
    """Return the documents of this kind."""
    return simulator().store.table(name)


def fetched(name: str, asked: str, param: str = "id") -> Json:
    """Return the document of this id, or raise NoSuchError."""
    if (found := table(name).find(asked)) is None:
        raise NoSuchError(NAMES[name], asked, param)
    return found


def amended(document: Json, changes: Json) -> Json:
    """Return the document with these changes; metadata are merged, and an empty value unsets its key."""
    if "metadata" in changes:
        merged = document["metadata"] | changes["metadata"] if changes["metadata"] else {}
        changes = changes | {"metadata": {key: value for key, value in merged.items() if value}}
    return document | changes


def fresh_id(prefix: str) -> str:
    """Return a new id."""
    return new_id(simulator().seams.randomness, prefix)


def now() -> int:
    """Return the simulated time as Stripe tells it: whole seconds since 1970."""
    return int(simulator().seams.clock.now().timestamp())
