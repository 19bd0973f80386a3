"""`expand[]`: replaces ids in an answer by the objects they name."""

from __future__ import annotations

from typing import Any

from simulators.kit.json_types import Json
from simulators.stripe.account import table
from simulators.stripe.errors import StripeError
from simulators.stripe.includable import INCLUDABLE
from simulators.stripe.payments.ledger import as_of_now

EXPANDABLE = {
    "balance_transaction": "balance_transactions",
    "charge": "charges",
    "customer": "customers",
    "failure_balance_transaction": "balance_transactions",
    "latest_charge": "charges",
    "payment_intent": "payment_intents",
    "payment_method": "payment_methods",
    "product": "products",
}
# What a movement of money can be on account of, by the beginning of its id.
SOURCES = {"ch": "charges", "py": "charges", "du": "disputes", "re": "refunds", "pyr": "refunds"}

MAX_DEPTH = 4


def expand_objects(result: Json, paths: list[str]) -> Json:
    """Return the answer with these paths expanded; StripeError names the one that cannot be."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > MAX_DEPTH:
            raise StripeError(f"You cannot expand more than {MAX_DEPTH} levels of a property.", param="expand")
        _expand(result, steps, path)
    return result


def _expand(found: Any, steps: list[str], path: str) -> None:  # noqa: ANN401 - JSON
    if found is None or not steps:
        return
    if isinstance(found, list):
        for each in found:
            _expand(each, steps, path)
        return
    _show(found, steps[0], path)
    _expand(found[steps[0]], steps[1:], path)


def _show(found: Any, name: str, path: str) -> None:  # noqa: ANN401 - JSON
    """Put the object in the place of its id, or what is shown on request only into its own."""
    if not isinstance(found, dict):
        raise _not_expandable(path)
    if name in found:
        found[name] = _object(found[name], name, path)
    elif include := INCLUDABLE.get((found.get("object", ""), name)):
        found[name] = include(found)
    else:
        raise _not_expandable(path, inside_list="data" in found)


def _not_expandable(path: str, *, inside_list: bool = False) -> StripeError:
    """Return the error that names the path; of a list it is often what is in it that was meant."""
    hint = f" You may want to try expanding 'data.{path}' instead." if inside_list else ""
    return StripeError(f"This property cannot be expanded ({path}).{hint}")


def _object(value: Any, name: str, path: str) -> Any:  # noqa: ANN401 - JSON
    if value is None or isinstance(value, dict | list):
        return value
    kind = SOURCES.get(value.partition("_")[0]) if name == "source" else EXPANDABLE.get(name)
    if kind is None:
        raise _not_expandable(path)
    found = table(kind).find(value)
    return as_of_now(found) if found and kind == "balance_transactions" else found
