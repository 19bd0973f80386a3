"""Errors as RFC 9457 problem details: they name the field, and never show a stack."""

from __future__ import annotations

import logging

from flask import Flask, Response, json
from werkzeug.exceptions import HTTPException

from reference.application.lists import UnknownCursorError
from reference.application.ports import ConflictError
from reference.wire import WireError

log = logging.getLogger(__name__)
HEADERS = {"Allow", "Retry-After", "WWW-Authenticate"}


def problem(status: int, title: str, detail: str = "", **more: object) -> Response:
    """Return one problem; `more` becomes members of their own."""
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {}), **more}
    return Response(json.dumps(body), status, content_type="application/problem+json")


class ParameterError(ValueError):
    """What was said beside the body cannot be used; `name` is the parameter or header."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name} {detail}")
        self.name, self.detail = name, detail


def register_problems(app: Flask) -> None:
    """Answer every error as a problem."""
    app.register_error_handler(ParameterError, _unusable)
    app.register_error_handler(UnknownCursorError, lambda _: _unusable(ParameterError("cursor", "is not one of ours")))
    app.register_error_handler(WireError, _unreadable)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(ConflictError, _busy)
    app.register_error_handler(Exception, _failed)


def _unreadable(error: WireError) -> Response:
    fault = {"pointer": error.pointer, "detail": error.detail}  # An empty pointer means all of it (RFC 6901).
    return problem(400, "Bad Request", str(error), errors=[fault])


def _unusable(error: ParameterError) -> Response:
    fault = {"parameter": error.name, "detail": error.detail}
    return problem(400, "Bad Request", str(error), errors=[fault])


def _refused(error: HTTPException) -> Response:
    answer = problem(error.code or 500, error.name, error.description or "")
    answer.headers.extend((name, value) for name, value in error.get_headers() if name in HEADERS)
    return answer


def _busy(error: ConflictError) -> Response:
    log.warning("too many conflicts: %s", error)
    answer = problem(503, "Service Unavailable", "Try again.")
    answer.headers["Retry-After"] = "1"
    return answer


def _failed(error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return problem(500, "Internal Server Error", "Nothing was changed.")
