"""Properties that an object shows only when they are asked for by `expand`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from simulators.kit.json_types import Json
from simulators.stripe.account import table

SHOWN = 10


def line_items(session: Json) -> Json:
    """Return the beginning of the list of what a Checkout Session sells."""
    found = [without_session(item) for item in islice(table("line_items").newest(session=session["id"]), SHOWN + 1)]
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return {"object": "list", "data": found[:SHOWN], "has_more": len(found) > SHOWN, "url": url}


def without_session(item: Json) -> Json:
    """Return a line item as it is shown."""
    return {name: value for name, value in item.items() if name != "session"}


def refunds(charge: Json) -> Json:
    """Return the beginning of the list of what was given back of a charge."""
    found = list(islice(table("refunds").newest(charge=charge["id"]), SHOWN + 1))
    url = f"/v1/charges/{charge['id']}/refunds"
    return {"object": "list", "data": found[:SHOWN], "has_more": len(found) > SHOWN, "url": url}


# By the kind of the object and the name of the property.
INCLUDABLE: dict[tuple[str, str], Callable[[Json], Json | int]] = {
    ("charge", "refunds"): refunds,
    ("checkout.session", "line_items"): line_items,
}
