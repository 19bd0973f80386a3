"""The simulated Stripe's own books: its objects, its balance, and every request it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from simulators.console.responses import page, world
from simulators.kit.redaction import redact
from simulators.world.payload import KEY
from simulators.world.topology import STRIPE

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("stripe", __name__)
SHOWN = 100
ASKED = ("at", "caller", "method", "path", "answer")
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


@routes.get("/stripe")
def books() -> ResponseReturnValue:
    """The newest objects of one kind, and the balance."""
    kind = request.args.get("kind", "payment_intents")
    if kind not in KINDS:
        abort(404)
    client = world().stripe.client
    items = [redact(each) for each in client.get(f"/v1/{kind}", limit=SHOWN)["data"]]
    balance = client.get("/v1/balance")
    sums = {name: _sums(balance[name]) for name in ("available", "pending")}
    return page("stripe.html", kind=kind, items=items, balance=sums, _kinds=KINDS)


@routes.get("/stripe/requests")
def requests_log() -> ResponseReturnValue:
    """The newest requests that Stripe had, newest first, by whom, with what, and what it answered."""
    recorder = world().recorder
    asked = [(number, each) for number, each in recorder.entries() if each.callee == STRIPE]
    items: list[Json] = []
    keys: set[str] = set()
    for number, each in asked:
        said = dict((recorder.payloads or {}).get(number, {}))
        key = said.pop(KEY, None)
        told = {"number": number, "idempotencyKey": key, "isSameKey": key in keys, "said": said}
        items.append({name: getattr(each, name) for name in ASKED} | told)
        keys |= {key} if key else set()
    return page("requests.html", items=items[::-1][:SHOWN], _kinds=KINDS)


@routes.get("/stripe/<object_id>")
def one(object_id: str) -> ResponseReturnValue:
    """One object, as Stripe's API tells it; what is secret is hidden."""
    kind = PREFIXES.get(object_id.partition("_")[0]) or abort(404)
    found = redact(world().stripe.client.get(f"/v1/{kind}/{object_id}"))
    related = {
        name: value for name, value in found.items() if isinstance(value, str) and _is_id(value) and name != "id"
    }
    return page("object.html", object=found, related=related, _kind=kind)


def _sums(amounts: list[Json]) -> list[Json]:
    return [{"amount": each["amount"], "currency": each["currency"]} for each in amounts]


def _is_id(value: str) -> bool:
    prefix, _, rest = value.partition("_")
    return prefix in PREFIXES and len(rest) > 8  # noqa: PLR2004 - no word of Stripe's is as long
