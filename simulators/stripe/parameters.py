"""What a route takes, as a table: each parameter's name and the check that reads its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from simulators.stripe.errors import StripeError

Check = Callable[[str, Any], Any]
"""Takes a parameter's full name and what was sent, returns its value or raises StripeError."""

MAX_TEXT = 5000
METADATA_KEYS, METADATA_NAME, METADATA_VALUE = 50, 40, 500


@dataclass(frozen=True)
class Required:
    """Marks a parameter that must be there."""

    check: Check


@dataclass(frozen=True)
class Clearable:
    """Marks a parameter that an empty value unsets: it is read as None."""

    check: Check


Table = Mapping[str, Check | Required | Clearable]


def parsed(sent: Mapping[str, Any], table: Table, inside: str = "") -> dict[str, Any]:
    """Return the values of what was sent, or raise the StripeError that names the parameter."""
    for name in sent:
        if name not in table:
            raise _unknown(name, table, inside)
    values = {}
    for name, entry in table.items():
        full = full_name(inside, name)
        if name in sent:
            values[name] = _read(full, sent[name], entry)
        elif isinstance(entry, Required):
            raise StripeError(f"Missing required param: {full}.", code="parameter_missing", param=full)
    return values


def text(name: str, sent: Any) -> str:  # noqa: ANN401 - whatever was sent
    """Read a text."""
    if not isinstance(sent, str):
        raise StripeError("Invalid string: it must be one value", param=name)
    if len(sent) > MAX_TEXT:
        raise StripeError(f"Invalid string: at most {MAX_TEXT} characters", code="parameter_invalid_string", param=name)
    return sent


def return_address(name: str, sent: Any) -> str:  # noqa: ANN401
    """Read where a browser is to be sent afterwards: a page or an app, never a script."""
    scheme, colon, rest = text(name, sent).partition(":")
    if not (colon and rest and scheme.isascii()) or scheme.lower() in {"javascript", "data", "vbscript"}:
        raise StripeError("Not a valid URL", code="url_invalid", param=name)
    return str(sent)


def integer(name: str, sent: Any) -> int:  # noqa: ANN401
    """Read an integer that fits a 64-bit word."""
    digits = text(name, sent)
    if not digits.removeprefix("-").isascii() or not digits.removeprefix("-").isdigit() or len(digits) > 18:  # noqa: PLR2004
        raise StripeError(f"Invalid integer: {digits[:40]}", code="parameter_invalid_integer", param=name)
    return int(digits)


def boolean(name: str, sent: Any) -> bool:  # noqa: ANN401
    """Read true or false."""
    if sent not in {"true", "false"} if isinstance(sent, str) else True:
        raise StripeError(f"Invalid boolean: {str(sent)[:40]}", param=name)
    return bool(sent == "true")


def one_of(*choices: str) -> Check:
    """Read one of these words."""

    def check(name: str, sent: Any) -> str:  # noqa: ANN401
        if sent not in choices:
            listed = f"{', '.join(choices[:-1])}, or {choices[-1]}" if len(choices) > 2 else " or ".join(choices)  # noqa: PLR2004
            raise StripeError(f"Invalid {name}: must be one of {listed}", param=name)
        return str(sent)

    return check


def list_of(check: Check) -> Check:
    """Read a list."""

    def checked(name: str, sent: Any) -> list[Any]:  # noqa: ANN401
        if not isinstance(sent, list):
            raise StripeError("Invalid array", param=name)
        return [check(f"{name}[{index}]", each) for index, each in enumerate(sent)]

    return checked


def tree(table: Table) -> Check:
    """Read an object of this table."""

    def checked(name: str, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(sent, dict):
            raise StripeError("Invalid object", param=name)
        return parsed(sent, table, name)

    return checked


def either(first: Callable[[Any], bool], then: Check, otherwise: Check) -> Check:
    """Read by one check or by another."""
    return lambda name, sent: (then if first(sent) else otherwise)(name, sent)


def metadata(name: str, sent: Any) -> dict[str, str]:  # noqa: ANN401
    """Read metadata; an empty value (or nothing at all) unsets."""
    if sent == "":
        return {}
    if not isinstance(sent, dict) or not all(isinstance(value, str) for value in sent.values()):
        raise StripeError("Invalid object: metadata is a flat set of texts", param=name)
    if len(sent) > METADATA_KEYS:
        raise StripeError(f"Metadata can have up to {METADATA_KEYS} keys", param=name)
    for key, value in sent.items():
        if len(key) > METADATA_NAME or len(value) > METADATA_VALUE:
            message = f"Metadata keys have up to {METADATA_NAME} characters, values up to {METADATA_VALUE}"
            raise StripeError(message, param=f"{name}[{key[:METADATA_NAME]}]")
    return sent


def _read(name: str, sent: Any, entry: Check | Required | Clearable) -> Any:  # noqa: ANN401
    if sent == "" and isinstance(entry, Clearable):
        return None
    check = entry.check if isinstance(entry, Required | Clearable) else entry
    if sent == "" and check is not metadata:
        message = (
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty "
            "value."
        )
        raise StripeError(message, code="parameter_invalid_empty", param=name)
    return check(name, sent)


def _unknown(name: str, table: Table, inside: str) -> StripeError:
    """Return the error that names what is unknown, and what may have been meant."""
    full = full_name(inside, name)
    meant = get_close_matches(name, table, 1)
    hint = f". Did you mean {full_name(inside, meant[0])}?" if meant else ""
    return StripeError(f"Received unknown parameter: {full}{hint}", code="parameter_unknown", param=full)


def full_name(inside: str, name: str) -> str:
    """Return a parameter's name as Stripe writes it: `card[number]`."""
    return f"{inside}[{name}]" if inside else name
