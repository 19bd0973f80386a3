"""Errors as problem details (RFC 9457): they name the field, and never show a stack."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, json
from werkzeug.exceptions import HTTPException

from reference.application.lists import UnknownCursorError
from reference.application.ports import ConflictError, StorageUnavailableError
from reference.wire import WireError

log = logging.getLogger(__name__)
HEADERS = {"Allow", "Retry-After", "WWW-Authenticate"}


def problem(status: HTTPStatus, detail: str = "", *, title: str = "", **more: object) -> Response:
    """Return one problem; `more` becomes members of their own."""
    body: dict[str, object] = {"type": "about:blank", "title": title or status.phrase, "status": status}
    body |= ({"detail": detail} if detail else {}) | more
    return Response(json.dumps(body), status, content_type="application/problem+json")


class ParameterError(ValueError):
    """A parameter or header that cannot be used; `name` says which."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name} {detail}")
        self.name, self.detail = name, detail


def register_problems(app: Flask) -> None:
    """Answer every error as a problem."""
    app.register_error_handler(ParameterError, _on_parameter_error)
    app.register_error_handler(UnknownCursorError, _on_unknown_cursor)
    app.register_error_handler(WireError, _on_wire_error)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(ConflictError, _on_busy)
    app.register_error_handler(StorageUnavailableError, _on_busy)
    app.register_error_handler(Exception, _on_failure)


def _on_wire_error(error: WireError) -> Response:
    fault = {"pointer": error.pointer, "detail": error.detail}  # An empty pointer means all of it (RFC 6901).
    return problem(HTTPStatus.BAD_REQUEST, str(error), errors=[fault])


def _on_parameter_error(error: ParameterError) -> Response:
    fault = {"parameter": error.name, "detail": error.detail}
    return problem(HTTPStatus.BAD_REQUEST, str(error), errors=[fault])


def _on_unknown_cursor(_: UnknownCursorError) -> Response:
    return _on_parameter_error(ParameterError("cursor", "is not one of ours"))


def _on_http_exception(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    answer = problem(status, error.description or "", title=error.name)
    answer.headers.extend((name, value) for name, value in error.get_headers() if name in HEADERS)
    return answer


def _on_busy(error: ConflictError | StorageUnavailableError) -> Response:
    log.warning("a request was put off: %s", error)
    answer = problem(HTTPStatus.SERVICE_UNAVAILABLE, "Try again.")
    answer.headers["Retry-After"] = "1"
    return answer


def _on_failure(error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Nothing was changed.")
