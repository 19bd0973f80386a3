"""The only place that knows both spellings: snake_case in Python, camelCase and CloudEvents on the wire."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from reference.domain.messages import Message

SOURCE = "edtech.payment-service"
CONTENT_TYPE = "application/cloudevents+json"
_STORABLE = re.compile(r"[^\x00\ud800-\udfff]+")  # What both databases can hold.
LONGEST_ID = 255  # Characters; Stripe's own limit, and short enough for an index of either database.
_ID = re.compile(r"/(\w*[iI]d|source|type)$")
_UNDERSCORED = re.compile(r"_(\w)")
_SHOWN_AS = {str: "a string", int: "an integer", datetime: "an ISO 8601 time with its offset", dict: "an object"}


class WireError(ValueError):
    """What was sent cannot be read; `pointer` names where, as in /data/courseId."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer or '/'}: {detail}")
        self.pointer, self.detail = pointer, detail


@cache
def camel(name: str) -> str:
    """Return `courseId` for `course_id`."""
    return _UNDERSCORED.sub(lambda match: match.group(1).upper(), name)


def encode(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return what JSON can hold: dataclasses become objects, and what is None or empty text is left out of them."""
    if is_dataclass(value):
        found = {name: getattr(value, name) for name in _fields(value.__class__)}
        return {camel(name): encode(each) for name, each in found.items() if each not in (None, "")}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: encode(each) for key, each in value.items()}
    if isinstance(value, list):
        return [encode(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def decode(kind: Any, value: Any, pointer: str = "") -> Any:  # noqa: ANN401 - whatever was asked for
    """Return an instance of `kind`; unknown fields are ignored, WireError names the first that is missing or wrong."""
    kind = next((each for each in get_args(kind) if each is not NoneType), kind) if NoneType in get_args(kind) else kind
    if is_dataclass(kind):
        return _decode_fields(kind, _checked(dict, value, pointer), pointer)
    if get_origin(kind) is list:
        return [decode(get_args(kind)[0], each, f"{pointer}/{n}") for n, each in enumerate(value)]
    if get_origin(kind) is dict:
        found = _checked(dict, value, pointer)
        return {key: decode(get_args(kind)[1], each, f"{pointer}/{key}") for key, each in found.items()}
    return value if kind is Any else _decode_plain(kind, value, pointer)


def _decode_plain(kind: type, value: Any, pointer: str) -> Any:  # noqa: ANN401
    if kind is datetime:
        return _time(_checked(str, value, pointer), pointer)
    if issubclass(kind, Enum):
        return _built(kind, {"value": _checked(str, value, pointer)}, pointer)
    return _checked(kind, value, pointer)


def _decode_fields(kind: Any, value: dict[str, Any], pointer: str) -> Any:  # noqa: ANN401
    found = {}
    for name, (hint, required) in _fields(kind).items():
        where = f"{pointer}/{camel(name)}"
        if value.get(camel(name)) is not None:
            found[name] = decode(hint, value[camel(name)], where)
        elif required:
            raise WireError(where, "is required")
    return _built(kind, found, pointer)


def _built(kind: Callable[..., Any], found: dict[str, Any], pointer: str) -> Any:  # noqa: ANN401
    try:
        return kind(**found)
    except ValueError as reason:
        raise WireError(pointer, str(reason)) from reason


def _checked(kind: type, value: Any, pointer: str) -> Any:  # noqa: ANN401
    if type(value) is not kind:
        raise WireError(pointer, f"must be {_SHOWN_AS.get(kind, kind.__name__)}")
    if isinstance(value, str) and not _STORABLE.fullmatch(value):
        raise WireError(pointer, "must not be empty, nor hold NUL or half characters")
    if isinstance(value, str) and len(value) > LONGEST_ID and _ID.search(pointer):
        raise WireError(pointer, f"must not be longer than {LONGEST_ID} characters")
    return value


def _time(value: str, pointer: str) -> datetime:
    with suppress(ValueError, OverflowError):
        read = datetime.fromisoformat(value)
        if read.tzinfo:
            return read.astimezone(UTC)
    raise WireError(pointer, f"must be {_SHOWN_AS[datetime]}")


@cache
def _fields(kind: type) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(kind)
    return {
        field.name: (hints[field.name], field.default is MISSING and field.default_factory is MISSING)
        for field in fields(kind)
        if field.init
    }


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A CloudEvents 1.0 envelope, as far as we read it."""

    specversion: str
    id: str
    source: str
    type: str
    data: dict[str, Any]


def wrap(key: str, message: Message, at: datetime) -> dict[str, Any]:
    """Return the envelope in which a message travels; the same key and instant give the same bytes."""
    return {
        "specversion": "1.0",
        "id": key,
        "source": SOURCE,
        "type": message.name,
        "subject": message.saga_id,
        "time": encode(at),
        "datacontenttype": "application/json",
        "data": encode(message),
    }


def unwrap(body: Any, accepted: type[Message]) -> tuple[Envelope, Message]:  # noqa: ANN401 - whatever JSON was sent
    """Return the envelope and its message; WireError when it is none of the accepted kind."""
    envelope: Envelope = decode(Envelope, body)
    if envelope.specversion != "1.0":
        raise WireError("/specversion", "must be 1.0")
    kind = Message.known.get(envelope.type)
    if kind is None or kind is accepted or not issubclass(kind, accepted):
        raise WireError("/type", f"{envelope.type} is not accepted here")
    return envelope, decode(kind, envelope.data, "/data")
