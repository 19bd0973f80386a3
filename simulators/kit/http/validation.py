"""What a body must be made of: a small table for each route, and an error that names the field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import BadRequest

from simulators.kit.http.problems import BadField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.kit.json_types import Json

    Check = Callable[[Any], str | None]
    Shape = Mapping[str, Check]

MAX_TEXT = 500


def json_body() -> Json:
    """Return the request's JSON object, or refuse."""
    try:
        body = request.get_json(force=True, silent=True)
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
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


def text(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
    """Demand a string that says something."""
    if not isinstance(value, str) or not value.strip():
        return "must be a non-empty string"
    return f"must not be longer than {MAX_TEXT} characters" if len(value) > MAX_TEXT else None


def whole_number(value: Any) -> str | None:  # noqa: ANN401
    """Demand an integer that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return "must be a whole number, zero or more"
    return None


def identifier(value: Any) -> str | None:  # noqa: ANN401
    """Demand what can be part of a path."""
    fits = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value)
    return None if fits else "must be 1 to 64 letters, digits, _ or -"


def currency(value: Any) -> str | None:  # noqa: ANN401
    """Demand an ISO 4217 code, at least by its looks."""
    return None if isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value) else "must be three capital letters"


MONEY: Shape = {"amount": whole_number, "currency": currency}


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
