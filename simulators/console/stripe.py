"""The pages of the simulated Stripe's own books: its objects, its balance, and every request it had."""

from http import HTTPStatus

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from simulators.console.responses import page, world
from simulators.kit.json_types import Json
from simulators.kit.redaction import redact
from simulators.world.payload import KEY
from simulators.world.topology import STRIPE

routes = Blueprint("stripe", __name__)
SHOWN = 100
COLUMNS = ("at", "caller", "method", "path", "answer", "why")
KINDS = {
    "payment_intents": "PaymentIntents",
    "charges": "Charges",
    "refunds": "Refunds",
    "disputes": "Disputes",
    "balance_transactions": "Balance transactions",
    "events": "Events",
    "webhook_endpoints": "Webhook endpoints",
}
PREFIXES = {
    "pi": "payment_intents", "ch": "charges", "re": "refunds", "du": "disputes", "dp": "disputes", "evt": "events",
    "txn": "balance_transactions", "we": "webhook_endpoints", "pm": "payment_methods", "cus": "customers",
}  # fmt: skip
SHORTEST_ID = 12  # No word of Stripe's is as long.


@routes.get("/stripe")
def list_objects() -> ResponseReturnValue:
    """The newest objects of one kind, and the balance."""
    kind = request.args.get("kind", "payment_intents")
    if kind not in KINDS:
        abort(HTTPStatus.NOT_FOUND)
    items = [redact(each) for each in world().stripe.newest(kind, SHOWN)]
    balance = world().stripe.balance()
    sums = {name: _sums(balance[name]) for name in ("available", "pending")}
    return page("stripe.html", kind=kind, items=items, balance=sums, _kinds=KINDS)


@routes.get("/stripe/requests")
def list_requests() -> ResponseReturnValue:
    """The newest requests that Stripe had, newest first, by whom, with what, and what it answered."""
    recorder = world().recorder
    items: list[Json] = []
    keys: set[str] = set()
    for number, each in recorder.entries():
        if each.callee == STRIPE:
            payload = dict((recorder.payloads or {}).get(number, {}))
            key = payload.pop(KEY, None)
            row = {"number": number, "idempotencyKey": key, "isSameKey": key in keys, "said": payload}
            items.append({name: getattr(each, name) for name in COLUMNS} | row)
            keys |= {key} if key else set()
    return page("requests.html", items=items[::-1][:SHOWN], _kinds=KINDS)


@routes.get("/stripe/<object_id>")
def show_object(object_id: str) -> ResponseReturnValue:
    """One object, as Stripe's API tells it; what is secret is hidden."""
    kind = PREFIXES.get(object_id.partition("_")[0]) or abort(HTTPStatus.NOT_FOUND)
    shown = redact(world().stripe.read(kind, object_id))
    related = {name: value for name, value in shown.items() if name != "id" and _is_id(value)}
    return page("object.html", object=shown, related=related, _kind=kind)


def _sums(amounts: list[Json]) -> list[Json]:
    return [{"amount": each["amount"], "currency": each["currency"]} for each in amounts]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.partition("_")[0] in PREFIXES and len(value) >= SHORTEST_ID
