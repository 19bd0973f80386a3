"""Stripe's lists: newest first, in pages, from either side of an object."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from flask import request

from simulators.stripe.account import fetched, missing, table
from simulators.stripe.errors import StripeError
from simulators.stripe.parameters import either, integer, text, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from simulators.kit.json_types import Json
    from simulators.stripe.parameters import Table

RANGE: Table = {"gt": integer, "gte": integer, "lt": integer, "lte": integer}
HOLDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def limit(name: str, sent: Any) -> int:  # noqa: ANN401 - whatever was sent
    """Read how long a page is to be; what is out of bounds is brought within them, as Stripe does."""
    return min(max(integer(name, sent), 1), 100)


PAGING: Table = {"limit": limit, "starting_after": text, "ending_before": text}
"""What every list takes."""
PAGE: Table = {**PAGING, "created": either(lambda sent: isinstance(sent, dict), tree(RANGE), integer)}
"""What a list takes of things that have a time."""

NAMED = {
    "charge": "charges", "customer": "customers", "payment_intent": "payment_intents", "product": "products",
}  # fmt: skip
"""Fields that name another object."""


def page(
    name: str, asked: Json, keep: Callable[[Json], bool] = lambda _: True, *, by: Iterable[str] = (), **equals: str
) -> Json:
    """Return one page of those that are to be kept, that equal what is given and, in the fields `by`, what is asked."""
    size = asked.get("limit", 10)
    wanted = equals | {field: _known(field, asked[field]) for field in by if field in asked}
    backwards = "ending_before" in asked
    fit = (each for each in _walk(name, asked, wanted) if keep(each) and _created_in(asked.get("created"), each))
    found = list(islice(fit, size + 1))
    data = list(reversed(found[:size])) if backwards else found[:size]
    return {"object": "list", "data": data, "has_more": len(found) > size, "url": request.path}


def _known(field: str, asked: str) -> str:
    """Return what is asked for, if there is (or was) such a thing."""
    if field in NAMED and table("deleted_customers").find(asked) is None:
        fetched(NAMED[field], asked, field)
    return asked


def _walk(name: str, asked: Json, wanted: dict[str, str]) -> Iterator[Json]:
    after, before = asked.get("starting_after"), asked.get("ending_before")
    if after and before:
        raise StripeError("You cannot parameterize both starting_after and ending_before.")
    for param, edge in (("starting_after", after), ("ending_before", before)):
        if edge and table(name).find(edge) is None:
            raise missing(name, edge, param)
    return table(name).oldest(before, **wanted) if before else table(name).newest(after, **wanted)


def _created_in(bounds: int | dict[str, int] | None, document: Json) -> bool:
    if bounds is None:
        return True
    if isinstance(bounds, int):
        return bool(document["created"] == bounds)
    return all(HOLDS[name](document["created"], bound) for name, bound in bounds.items())
