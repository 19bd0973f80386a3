"""The wire format: dataclasses in snake_case to JSON in camelCase and back, and CloudEvents envelopes."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from reference.domain.messages import Message
from reference.tracing import TraceContext, read_trace

SOURCE = "edtech.payment-service"
CONTENT_TYPE = "application/cloudevents+json"
_STORABLE = re.compile(r"[^\x00\ud800-\udfff]+")
LONGEST_ID = 255  # Characters; Stripe's own limit, and short enough for an index of either database.
_ID = re.compile(r"/(\w*[iI]d|source|type|sub)$")
_UNDERSCORED = re.compile(r"_(\w)")
_PLAIN = {str, int, float, bool, NoneType}
_NAMES = {
    str: "a string",
    int: "an integer",
    datetime: "an ISO 8601 time with its offset",
    dict: "an object",
    list: "an array",
}
Read = Callable[[Any, str], Any]  # Takes what was sent, and the pointer to it.


class WireError(ValueError):
    """What was sent cannot be read; `pointer` names where, as in /data/courseId."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer or '/'}: {detail}")
        self.pointer, self.detail = pointer, detail


@cache
def camel(name: str) -> str:
    """Return `courseId` for `course_id`."""
    return _UNDERSCORED.sub(lambda match: match.group(1).upper(), name)


def is_storable(text: str) -> bool:
    """Whether both databases can hold it: NUL and half characters they cannot, and what is empty says nothing."""
    return _STORABLE.fullmatch(text) is not None


def is_id(value: object) -> bool:
    """Whether it is text that can be stored, and found by an index."""
    return isinstance(value, str) and len(value) <= LONGEST_ID and is_storable(value)


def encode(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return what JSON can hold: dataclasses become objects, and what is None or empty text is left out of them."""
    kind: Any = type(value)
    return value if kind in _PLAIN else _writer(kind)(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - whatever was asked for
    """Look at a type once, and return what writes its values."""
    if is_dataclass(kind):
        return partial(_object, kind)
    return _WRITERS.get(kind, attrgetter("value"))  # The latter of an enumeration's member.


def _object(kind: Any, record: Any) -> dict[str, Any]:  # noqa: ANN401
    found = {}
    for name, spelling, *_ in _fields(kind):
        each = getattr(record, name)
        if each is not None and each != "":
            part: Any = type(each)
            found[spelling] = each if part in _PLAIN else _writer(part)(each)
    return found


_WRITERS: dict[type, Callable[[Any], Any]] = {
    datetime: lambda at: at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    dict: lambda mapping: {key: encode(each) for key, each in mapping.items()},
    list: lambda several: [encode(each) for each in several],
}


def decode(kind: Any, value: Any, pointer: str = "") -> Any:  # noqa: ANN401 - whatever was asked for
    """Return an instance of `kind`; unknown fields are ignored, WireError names the first that is missing or wrong."""
    return _reader(kind)(value, pointer)


def validate(record: Any, pointer: str = "") -> None:  # noqa: ANN401 - any dataclass
    """Raise WireError if a field holds what could not have been read from the wire."""
    kind: Any = type(record)
    for field in _fields(kind):
        value, where = getattr(record, field.name), f"{pointer}/{field.spelling}"
        if is_dataclass(value):
            validate(value, where)
        elif value not in (None, "") and not isinstance(value, datetime | Enum):
            field.read(value, where)
        elif value in (None, "") and field.is_required:
            raise WireError(where, "is required")


@cache
def _reader(kind: Any) -> Read:  # noqa: ANN401 - whatever was asked for
    """Look at a type once, and return what reads its values."""
    parts = [_reader(each) for each in get_args(kind) if each is not NoneType]
    if is_dataclass(kind):
        return partial(_record, kind)
    if get_origin(kind) is list:
        return partial(_list, parts[0])
    if get_origin(kind) is dict:
        return partial(_mapping, parts[1])
    return parts[0] if parts else _plain_reader(kind)  # The part of an optional type is what it is when it is there.


def _plain_reader(kind: Any) -> Read:  # noqa: ANN401
    if kind is Any:
        return lambda value, _: value
    if kind is datetime:
        return _time
    return partial(_member if issubclass(kind, Enum) else _check, kind)


def _record(kind: Any, value: Any, pointer: str) -> Any:  # noqa: ANN401
    sent, found = _check(dict, value, pointer), {}
    for field in _fields(kind):
        each = sent.get(field.spelling)
        if each is not None:
            found[field.name] = field.read(each, f"{pointer}/{field.spelling}")
        elif field.is_required:
            raise WireError(f"{pointer}/{field.spelling}", "is required")
    return _build(kind, found, pointer)


def _list(read: Read, value: Any, pointer: str) -> list[Any]:  # noqa: ANN401
    return [read(each, f"{pointer}/{n}") for n, each in enumerate(_check(list, value, pointer))]


def _mapping(read: Read, value: Any, pointer: str) -> dict[str, Any]:  # noqa: ANN401
    return {key: read(each, f"{pointer}/{key}") for key, each in _check(dict, value, pointer).items()}


def _member(kind: type[Enum], value: Any, pointer: str) -> Enum:  # noqa: ANN401
    found: Enum = _build(kind, {"value": _check(str, value, pointer)}, pointer)
    return found


def _build(kind: Callable[..., Any], found: dict[str, Any], pointer: str) -> Any:  # noqa: ANN401
    try:
        return kind(**found)
    except ValueError as reason:
        raise WireError(pointer, str(reason)) from reason


def _check(kind: type, value: Any, pointer: str) -> Any:  # noqa: ANN401
    if type(value) is not kind:
        raise WireError(pointer, f"must be {_NAMES.get(kind, kind.__name__)}")
    return _check_text(str(value), pointer) if kind is str else value


def _check_text(text: str, pointer: str) -> str:
    if not is_storable(text):
        raise WireError(pointer, "must not be empty, nor hold NUL or half characters")
    if len(text) > LONGEST_ID and _ID.search(pointer):
        raise WireError(pointer, f"must not be longer than {LONGEST_ID} characters")
    return text


def _time(value: Any, pointer: str) -> datetime:  # noqa: ANN401
    text = _check(str, value, pointer)
    with suppress(ValueError, OverflowError):
        read = datetime.fromisoformat(text)
        if read.tzinfo:
            return read.astimezone(UTC).replace(microsecond=read.microsecond // 1000 * 1000)  # As it is written.
    raise WireError(pointer, f"must be {_NAMES[datetime]}")


class _Field(NamedTuple):
    """One field of a dataclass: both its names, what reads it, and whether it has no default."""

    name: str
    spelling: str
    read: Read
    is_required: bool


@cache
def _fields(kind: type) -> list[_Field]:
    hints = get_type_hints(kind)
    return [
        _Field(
            field.name,
            field.metadata.get("spelling") or camel(field.name),
            _reader(hints[field.name]),
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(kind)
        if field.init
    ]


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A CloudEvents 1.0 envelope, as far as we read it."""

    specversion: str
    id: str
    source: str
    type: str
    data: dict[str, Any]
    traceparent: Any = None
    tracestate: Any = None

    @property
    def trace(self) -> TraceContext | None:
        """The trace that the sender says it belongs to (CloudEvents' Distributed Tracing); None if that is no trace."""
        return read_trace(self.traceparent, self.tracestate)


def wrap(key: str, message: Message, at: datetime, trace: TraceContext | None = None) -> dict[str, Any]:
    """Return the envelope in which a message travels; the same key and instant give the same bytes."""
    return {
        "specversion": "1.0",
        "id": key,
        "source": SOURCE,
        "type": message.name,
        "subject": message.saga_id,
        "time": encode(at),
        "datacontenttype": "application/json",
        **(trace.attributes if trace else {}),
        "data": encode(message),
    }


def unwrap(body: Any, accepted: type[Message]) -> tuple[Envelope, Message]:  # noqa: ANN401 - whatever JSON was sent
    """Return the envelope and its message; WireError when it is none of the accepted kind."""
    envelope: Envelope = decode(Envelope, body)
    if not envelope.source.startswith("edtech."):  # Other names are our own: stripe, operator.
        raise WireError("/source", "must be edtech.<service>")
    if envelope.specversion != "1.0":
        raise WireError("/specversion", "must be 1.0")
    kind = Message.known.get(envelope.type)
    if kind is None or kind is accepted or not issubclass(kind, accepted):
        raise WireError("/type", f"{envelope.type} is not accepted here")
    return envelope, decode(kind, envelope.data, "/data")
