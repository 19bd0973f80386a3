"""Checks of what strangers send: a small table for each body, and an error that names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from simulators.kit.http.problems import BadField
from simulators.kit.json_types import Json

Check = Callable[[Any], str | None]
Shape = Mapping[str, Check]
MAX_TEXT = 500
MAX_DEPTH = 100
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
MAX_NUMBER = 1e9  # in seconds thirty years, which is enough to wait


def json_body() -> Json:
    """Return the request's JSON object, or refuse."""
    try:
        body = request.get_json(force=True, silent=True)
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    for field, value in body.items() if not _is_surely_kept(body) else ():
        if why := _unkept({field: value}):
            raise BadField(field, why)
    return body


def validate(body: Json, shape: Shape) -> Json:
    """Return the body if it has exactly these fields, each as its check demands; BadField otherwise."""
    for field in body:
        if field not in shape:
            raise BadField(field, f"is none of {', '.join(shape)}")
    for field, check in shape.items():
        if why := check(body.get(field)):
            raise BadField(field, why)
    return body


def select(body: Json, shape: Shape) -> Json:
    """Return these fields of the body, None for one that is not there, and ignore the rest; BadField as `validate`."""
    return validate({field: body.get(field) for field in shape}, shape)


def query_number(name: str, default: int, lowest: int, highest: int) -> int:
    """Return a whole number of the query; BadField when it is none, or out of these bounds."""
    number = parse_number(request.args.get(name, str(default)), lowest, highest)
    if number is None:
        raise BadField(name, f"must be a whole number from {lowest} to {highest}")
    return number


def parse_number(written: str, lowest: int, highest: int) -> int | None:
    """Return the whole number that is written in the digits 0 to 9, or None when it is none or out of bounds."""
    is_whole = written.isascii() and written.isdigit() and len(written) <= len(str(highest))
    return int(written) if is_whole and lowest <= int(written) <= highest else None


def text(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
    """Demand a string that says something."""
    if not isinstance(value, str) or not value.strip():
        return "must be a non-empty string"
    if len(value) > MAX_TEXT:
        return f"must not be longer than {MAX_TEXT} characters"
    return None if is_storable(value) else "must not hold half a character or NUL"


def string(value: Any) -> str | None:  # noqa: ANN401
    """Demand a string, be it empty."""
    return None if isinstance(value, str) else "must be a string"


def flag(value: Any) -> str | None:  # noqa: ANN401
    """Demand true or false."""
    return None if isinstance(value, bool) else "must be true or false"


def whole_number(value: Any) -> str | None:  # noqa: ANN401
    """Demand an integer that is not negative."""
    return None if _is(value, int) and value >= 0 else "must be a whole number, zero or more"


def integer(value: Any) -> str | None:  # noqa: ANN401
    """Demand an integer of any size."""
    return None if _is(value, int) else "must be an integer"


def number(value: Any) -> str | None:  # noqa: ANN401
    """Demand a number that is not beyond all measure."""
    return None if _is(value, int, float) and abs(value) <= MAX_NUMBER else _bounds(-MAX_NUMBER)


def duration(value: Any) -> str | None:  # noqa: ANN401
    """Demand a number that is neither negative nor beyond all measure."""
    return None if _is(value, int, float) and 0 <= value <= MAX_NUMBER else _bounds(0)


def identifier(value: Any) -> str | None:  # noqa: ANN401
    """Demand what can be part of a path."""
    fits = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value)
    return None if fits else "must be 1 to 64 letters, digits, _ or -"


def currency(value: Any) -> str | None:  # noqa: ANN401
    """Demand an ISO 4217 code, at least by its looks."""
    return None if isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value) else "must be three capital letters"


MONEY: Shape = {"amount": whole_number, "currency": currency}


def validate_documents(tables: Mapping[str, Iterable[Json]], shapes: Mapping[str, Shape]) -> None:
    """Let documents pass that have at least the fields of their table's shape; BadField names place and field."""
    for name in tables.keys() & shapes.keys():
        for place, document in enumerate(tables[name]):
            for field, check in shapes[name].items():
                is_missing = check is present and field not in document
                if why := "is missing" if is_missing else _why(check, document.get(field)):
                    raise BadField(f"{name}[{place}].{field}", why)


def _why(check: Check, value: object) -> str | None:
    """Return why not, be it for what is inside the value."""
    try:
        return check(value)
    except BadField as inner:
        return f"has {inner.description}"


def present(value: Any) -> str | None:  # noqa: ANN401, ARG001
    """Demand that it is there, whatever it is, in a stored document."""
    return None


def json_list(value: Any) -> str | None:  # noqa: ANN401
    """Demand a list, whatever is in it."""
    return None if isinstance(value, list) else "must be a list"


def json_object(value: Any) -> str | None:  # noqa: ANN401
    """Demand an object, whatever is in it."""
    return None if isinstance(value, dict) else "must be an object"


def one_of(*values: str) -> Check:
    """Demand one of these texts."""
    return lambda value: None if value in values else f"must be one of {', '.join(values)}"


def list_of(check: Check) -> Check:
    """Demand a list of such values."""

    def check_all(values: Any) -> str | None:  # noqa: ANN401
        if not isinstance(values, list):
            return "must be a list"
        return next((f"has an entry that {why}" for each in values if (why := check(each))), None)

    return check_all


def optional(check: Check) -> Check:
    """Demand the same, if there is anything."""
    return lambda value: None if value is None else check(value)


def object_of(shape: Shape) -> Check:
    """Demand an object of this shape; the error names the inner field."""

    def check(value: Any) -> str | None:  # noqa: ANN401
        if not isinstance(value, dict):
            return "must be an object"
        validate(value, shape)
        return None

    return check


def is_storable(written: str) -> bool:
    """Tell whether every store can keep this text: no half of a surrogate pair, no NUL."""
    return "\0" not in written and not HALF_CHARACTER.search(written)


def _is_surely_kept(body: Json) -> bool:
    """Tell at the speed of the JSON writer what holds for nearly all bodies; False says nothing."""
    try:
        written = json.dumps(body, ensure_ascii=False, allow_nan=False)
        written.encode()
    except (ValueError, RecursionError):
        return False
    return written.count("{") + written.count("[") < MAX_DEPTH


def _unkept(value: Json) -> str | None:
    """Return why this cannot be kept, though Python's parser takes it, or None."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        texts = [each for each in level if isinstance(each, str)]
        texts += [key for each in level if isinstance(each, dict) for key in each]
        if any(HALF_CHARACTER.search(each) for each in texts):
            return "must not hold half a character"
        if any(isinstance(each, float) and not isfinite(each) for each in level):
            return "must not hold NaN or Infinity, which are no JSON"
        level = [inner for each in level for inner in _inside(each)]
    return f"must not be nested deeper than {MAX_DEPTH} levels" if level else None


def _inside(value: Any) -> Iterable[Any]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _is(value: object, *types: type) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _bounds(lowest: float) -> str:
    return f"must be a number from {lowest:g} to {MAX_NUMBER:g}"
