"""Errors as RFC 9457 problem+json: they name the field that is wrong, and nothing of our inside."""

from __future__ import annotations

import json
from traceback import format_exception

from flask import Flask, Response, current_app
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError

from simulators.kit.redaction import redact_text

MAX_BODY_BYTES = 1_000_000


class BadField(BadRequest):
    """A field of what was sent is wrong: 400."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field, self.why = field, why


def answer_with_problems(app: Flask) -> None:
    """Let every error of the app, expected or not, leave as problem+json; bodies have a limit."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.register_error_handler(HTTPException, problem)
    app.register_error_handler(Exception, _answer_unexpected)


def problem(error: HTTPException) -> Response:
    """Return the error as problem+json, with the headers that belong to it (Allow, Retry-After, …)."""
    status = error.code or 500
    body: dict[str, object] = {
        "type": "about:blank",
        "title": error.name,
        "status": status,
        "detail": redact_text(error.description or ""),
    }
    if isinstance(error, BadField):
        body["errors"] = [{"field": redact_text(error.field), "detail": error.why}]
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return Response(json.dumps(body), status, headers, content_type="application/problem+json")


def _answer_unexpected(error: Exception) -> Response:
    current_app.logger.error("unexpected: %s", redact_text("".join(format_exception(error))))
    return problem(InternalServerError())
