"""Tables of parameters: each one's name, and the check that reads its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from simulators.stripe.errors import StripeError

# Takes a parameter's full name and what was sent, returns its value or raises StripeError.
Check = Callable[[str, Any], Any]

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


def parse_params(value: Mapping[str, Any], table: Table, inside: str = "") -> dict[str, Any]:
    """Return the values of what was sent, or raise the StripeError that names the parameter."""
    for name in value:
        if name not in table:
            raise _unknown(name, table, inside)
    values = {}
    for name, entry in table.items():
        full = full_name(inside, name)
        if name in value:
            values[name] = _read(full, value[name], entry)
        elif isinstance(entry, Required):
            raise StripeError(f"Missing required param: {full}.", code="parameter_missing", param=full)
    return values


def text(name: str, value: Any) -> str:  # noqa: ANN401 - whatever was sent
    """Read a text."""
    if not isinstance(value, str):
        raise StripeError("Invalid string: it must be one value", param=name)
    if "\0" in value:
        raise StripeError("Invalid string: it holds a NUL character", param=name)
    if len(value) > MAX_TEXT:
        raise StripeError(f"Invalid string: must be at most {MAX_TEXT} characters", param=name)
    return value


def integer(name: str, value: Any) -> int:  # noqa: ANN401
    """Read an integer that fits a 64-bit word."""
    digits = text(name, value)
    if not digits.removeprefix("-").isascii() or not digits.removeprefix("-").isdigit() or len(digits) > 18:  # noqa: PLR2004
        raise StripeError(f"Invalid integer: {digits[:40]}", code="parameter_invalid_integer", param=name)
    return int(digits)


def boolean(name: str, value: Any) -> bool:  # noqa: ANN401
    """Read true or false."""
    if value not in {"true", "false"} if isinstance(value, str) else True:
        raise StripeError(f"Invalid boolean: {str(value)[:40]}", param=name)
    return bool(value == "true")


def one_of(*choices: str) -> Check:
    """Read one of these words."""

    def check(name: str, value: Any) -> str:  # noqa: ANN401
        if value not in choices:
            listed = f"{', '.join(choices[:-1])}, or {choices[-1]}" if len(choices) > 2 else " or ".join(choices)  # noqa: PLR2004
            raise StripeError(f"Invalid {name}: must be one of {listed}", param=name)
        return str(value)

    return check


def list_of(item: Check) -> Check:
    """Read a list."""

    def check(name: str, value: Any) -> list[Any]:  # noqa: ANN401
        if not isinstance(value, list):
            raise StripeError("Invalid array", param=name)
        return [item(f"{name}[{index}]", each) for index, each in enumerate(value)]

    return check


def tree(table: Table) -> Check:
    """Read an object of this table."""

    def check(name: str, value: Any) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(value, dict):
            raise StripeError("Invalid object", param=name)
        return parse_params(value, table, name)

    return check


def either(first: Callable[[Any], bool], then: Check, otherwise: Check) -> Check:
    """Read by one check or by another."""
    return lambda name, value: (then if first(value) else otherwise)(name, value)


def metadata(name: str, value: Any) -> dict[str, str]:  # noqa: ANN401
    """Read metadata; an empty value (or nothing at all) unsets."""
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise StripeError("Invalid object: metadata is a flat set of texts", param=name)
    require_few(value, name)
    for key, each in value.items():
        text(f"{name}[{key[:METADATA_NAME]}]", each)
        if len(key) > METADATA_NAME or len(each) > METADATA_VALUE:
            message = f"Metadata keys have up to {METADATA_NAME} characters, values up to {METADATA_VALUE}"
            raise StripeError(message, param=f"{name}[{key[:METADATA_NAME]}]")
    return value


def new_metadata(name: str, value: Any) -> dict[str, str]:  # noqa: ANN401
    """Read the metadata of a new object: there is nothing yet that an empty value could unset."""
    return {key: each for key, each in metadata(name, value).items() if each}


def require_few(values: Mapping[str, str], name: str = "metadata") -> None:
    """Let metadata pass that are not too many, or raise StripeError."""
    if len(values) > METADATA_KEYS:
        message = f"Metadata can have up to {METADATA_KEYS} keys, but this would be {len(values)}."
        raise StripeError(message, param=name)


def _read(name: str, value: Any, entry: Check | Required | Clearable) -> Any:  # noqa: ANN401
    if value == "" and isinstance(entry, Clearable):
        return None
    check = entry.check if isinstance(entry, Required | Clearable) else entry
    if value == "" and check is not metadata:
        message = (
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty "
            "value."
        )
        raise StripeError(message, code="parameter_invalid_empty", param=name)
    return check(name, value)


def _unknown(name: str, table: Table, inside: str) -> StripeError:
    """Return the error that names what is unknown, and what may have been meant."""
    full = full_name(inside, name)
    meant = get_close_matches(name, table, 1)
    hint = f". Did you mean {full_name(inside, meant[0])}?" if meant else ""
    return StripeError(f"Received unknown parameter: {full}{hint}", code="parameter_unknown", param=full)


def clearable(checks: Mapping[str, Check]) -> dict[str, Clearable]:
    """Return the same parameters, each of which an empty value unsets."""
    return {name: Clearable(check) for name, check in checks.items()}


def full_name(inside: str, name: str) -> str:
    """Return a parameter's name as Stripe writes it: `card[number]`."""
    return f"{inside}[{name}]" if inside else name
