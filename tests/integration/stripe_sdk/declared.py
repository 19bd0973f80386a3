"""What the installed official SDK declares of an object: its fields, whether they may be null, and their words."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe
from stripe._object_classes import get_object_class

Json = dict[str, Any]

SCALARS: dict[Any, tuple[type, ...]] = {str: (str,), int: (int,), float: (int, float), bool: (bool,)}


def declared(shown: Json) -> type[stripe.StripeObject]:
    """Return the SDK's class for an object that an answer shows."""
    kind = get_object_class("V1", shown["object"])
    assert kind is not stripe.StripeObject, f"the SDK knows no {shown['object']}"
    return kind


def fields(kind: type) -> dict[str, Any]:
    """Return the declared fields of this class, with their types as they are written."""
    return {
        name: hint for name, hint in kind.__annotations__.items() if name not in {"OBJECT_NAME", "_inner_class_types"}
    }


def words(hint: Any) -> set[str]:
    """Return the literal values that are declared somewhere in this type."""
    return (
        set(get_args(hint)) if get_origin(hint) is Literal else {word for arm in get_args(hint) for word in words(arm)}
    )


def differences(shown: Any, hint: Any, where: str) -> Iterator[str]:
    """Yield what of the answer is not as declared."""
    hint = _resolved(hint)
    if get_origin(hint) in {Union, types.UnionType}:
        yield from _of_union(shown, get_args(hint), where)
    elif get_origin(hint) is Literal:
        if shown not in get_args(hint):
            yield f"{where} is {shown!r}, none of {get_args(hint)}"
    elif get_origin(hint) in {list, stripe.ListObject}:
        yield from _of_list(shown, get_args(hint)[0], where)
    elif hint in SCALARS:
        if not isinstance(shown, SCALARS[hint]) or isinstance(shown, bool) is not (hint is bool):
            yield f"{where} is {shown!r}, not {hint.__name__}"
    elif isinstance(hint, type) and issubclass(hint, stripe.StripeObject):
        yield from _of_object(shown, hint, where)


def _resolved(hint: Any) -> Any:
    """Follow a name to its class; what lies in corners of Stripe that we do not have stays unjudged."""
    return getattr(stripe, hint.__forward_arg__, Any) if isinstance(hint, ForwardRef) else hint


def _of_union(shown: Any, arms: tuple[Any, ...], where: str) -> Iterator[str]:
    if shown is None:
        if type(None) not in arms:
            yield f"{where} is null"
        return
    words = [arm for arm in arms if get_origin(arm) is Literal]
    strict = words if words and isinstance(shown, str) else [arm for arm in arms if arm is not type(None)]
    found = [list(differences(shown, arm, where)) for arm in strict]
    if all(found):
        yield from min(found, key=len)


def _of_list(shown: Any, hint: Any, where: str) -> Iterator[str]:
    items = shown["data"] if isinstance(shown, dict) else shown
    if not isinstance(items, list):
        yield f"{where} is no list"
        return
    for number, item in enumerate(items):
        yield from differences(item, hint, f"{where}[{number}]")


def _of_object(shown: Any, kind: type[stripe.StripeObject], where: str) -> Iterator[str]:
    declared = fields(kind)
    if not isinstance(shown, dict):
        yield f"{where} is {shown!r}, no object"
        return
    if not declared:
        return
    yield from (f"{where}.{name} is not declared" for name in shown.keys() - declared.keys())
    for name, hint in declared.items():
        if name in shown:
            yield from differences(shown[name], hint, f"{where}.{name}")
        elif type(None) not in get_args(hint):
            yield f"{where}.{name} is missing"
