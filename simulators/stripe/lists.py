"""Stripe's lists: pages of objects, newest first, from either side of an object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from flask import request

from simulators.kit.json_types import Json
from simulators.stripe.account import fetch, not_found_error, table
from simulators.stripe.errors import StripeError
from simulators.stripe.parameters import Table, either, integer, text, tree

RANGE: Table = {"gt": integer, "gte": integer, "lt": integer, "lte": integer}
HOLDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def limit(name: str, value: Any) -> int:  # noqa: ANN401 - whatever was sent
    """Read how long a page is to be; what is out of bounds is brought within them, as Stripe does."""
    return min(max(integer(name, value), 1), 100)


# What every list takes.
PAGING: Table = {"limit": limit, "starting_after": text, "ending_before": text}
# What a list takes of things that have a time.
PAGE: Table = {**PAGING, "created": either(lambda value: isinstance(value, dict), tree(RANGE), integer)}

# Fields that name another object.
NAMED = {
    "charge": "charges", "customer": "customers", "payment_intent": "payment_intents", "product": "products",
}  # fmt: skip


def page(
    name: str, params: Json, keep: Callable[[Json], bool] = lambda _: True, *, by: Iterable[str] = (), **equals: str
) -> Json:
    """Return one page of those that are to be kept, that equal what is given and, in the fields `by`, what is asked."""
    size = params.get("limit", 10)
    wanted = equals | {field: _require_known(field, params[field]) for field in by if field in params}
    backwards = "ending_before" in params
    fit = (each for each in _walk(name, params, wanted) if keep(each) and _is_created_in(params.get("created"), each))
    found = list(islice(fit, size + 1))
    data = list(reversed(found[:size])) if backwards else found[:size]
    return {"object": "list", "data": data, "has_more": len(found) > size, "url": request.path}


def _require_known(field: str, params: str) -> str:
    """Return what is asked for, if there is (or was) such a thing."""
    if field in NAMED and table("deleted_customers").find(params) is None:
        fetch(NAMED[field], params, field)
    return params


def _walk(name: str, params: Json, wanted: dict[str, str]) -> Iterator[Json]:
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise StripeError("You cannot parameterize both starting_after and ending_before.")
    for param, edge in (("starting_after", after), ("ending_before", before)):
        if edge and table(name).find(edge) is None:
            raise not_found_error(name, edge, param)
    return table(name).oldest(before, **wanted) if before else table(name).newest(after, **wanted)


def _is_created_in(bounds: int | dict[str, int] | None, document: Json) -> bool:
    if bounds is None:
        return True
    if isinstance(bounds, int):
        return bool(document["created"] == bounds)
    return all(HOLDS[name](document["created"], bound) for name, bound in bounds.items())
