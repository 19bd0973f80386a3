"""The list of all operations that Stripe has, as its official SDK knows them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule


def operation_of(method: str, path: str) -> str | None:
    """Return the operation of Stripe's that this call is for, such as `POST /v1/payouts`; None if there is none."""
    try:
        found, _ = _operations().bind("").match(path, method)
    except HTTPException:
        return None
    return str(found)


@cache
def _operations() -> Map:
    listed: list[str] = json.loads(Path(__file__).with_name("operations.json").read_text())
    return Map([_rule(operation) for operation in listed])


def _rule(operation: str) -> Rule:
    method, _, path = operation.partition(" ")
    return Rule(path.replace("{", "<").replace("}", ">"), methods=[method], endpoint=operation)
