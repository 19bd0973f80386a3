"""The one account that every test key opens: its documents, clock and ids, for the request in hand."""

from __future__ import annotations

from simulators.kit.json_types import Json
from simulators.kit.seams import new_id
from simulators.kit.simulator import simulator
from simulators.kit.storage.store import DocumentTable
from simulators.stripe.errors import NoSuchError
from simulators.stripe.parameters import require_few

# What Stripe calls one of them when it is missing, and the `param` that it names when the path asked for it.
NAMES = {
    "payment_intents": ("payment_intent", "intent"),
    "charges": ("charge", "id"),
    "balance_transactions": ("balance transaction", "id"),
    "disputes": ("dispute", "dispute"),
    "early_fraud_warnings": ("early_fraud_warning", "early_fraud_warning"),
    "refunds": ("refund", "refund"),
    "payment_methods": ("PaymentMethod", "payment_method"),
    "customers": ("customer", "id"),
    "products": ("product", "id"),
    "prices": ("price", "price"),
    "checkout_sessions": ("checkout.session", "session"),
    "line_items": ("line item", "item"),
    "events": ("event", "id"),
    "webhook_endpoints": ("webhook endpoint", "webhook_endpoint"),
    "webhook_secrets": ("webhook endpoint", "webhook_endpoint"),
}


def table(name: str) -> DocumentTable:
    """Return the documents of this kind."""
    return simulator().store.table(name)


def fetch(name: str, document_id: str, param: str | None = None) -> Json:
    """Return the document of this id; NoSuchError unless it is there: 404, or 400 if a parameter (named) asked."""
    if (found := table(name).find(document_id)) is None:
        raise not_found_error(name, document_id, param)
    return found


def not_found_error(name: str, document_id: str, param: str | None = None) -> NoSuchError:
    """Return the error that such a document is not there."""
    kind, in_path = NAMES[name]
    return NoSuchError(kind, document_id, param or in_path, status=400 if param else 404)


def amend(document: Json, changes: Json) -> Json:
    """Return the document with these changes; metadata are merged, and an empty value unsets its key."""
    if "metadata" in changes:
        merged = document["metadata"] | changes["metadata"] if changes["metadata"] else {}
        changes = changes | {"metadata": {key: value for key, value in merged.items() if value}}
        require_few(changes["metadata"])
    return document | changes


def fresh_id(prefix: str) -> str:
    """Return a new id."""
    return new_id(simulator().seams.randomness, prefix)


def now() -> int:
    """Return the simulated time as Stripe tells it: whole seconds since 1970."""
    return int(simulator().seams.clock.now().timestamp())
