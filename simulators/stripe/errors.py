"""Stripe's error objects, and the handlers that turn every failure into one."""

from __future__ import annotations

from typing import Any, Self

from flask import Flask, Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

from simulators.kit.http.problems import BadField
from simulators.kit.json_types import Json
from simulators.kit.redaction import redact_text
from simulators.stripe.operations import operation_of


class StripeError(Exception):
    """An answer that is an error. `began`: the work had begun, so that an idempotency key keeps it."""

    type = "invalid_request_error"
    status = 400
    began = False
    headers: dict[str, str] = {}  # noqa: RUF012 - never written to

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None, **more: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(message)
        self.code = code
        self._body = {"message": message, "code": code, "param": param} | more

    def with_details(self, **more: Any) -> Self:  # noqa: ANN401 - JSON
        """Put these objects into the error; return it."""
        self._body |= more
        return self

    def body(self) -> Json:
        """Return the error object: what does not apply is left out, as Stripe does."""
        error = {name: value for name, value in self._body.items() if value is not None}
        error |= {name: redact_text(error[name]) for name in ("message", "param") if name in error}
        error["type"] = self.type
        if self.code:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if request_id := g.get("request_id"):
            error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error}

    def answer(self) -> Response:
        """Return the whole answer."""
        answer = jsonify(self.body())
        answer.status_code = self.status
        answer.headers.update(self.headers)
        return answer


class BadKeyError(StripeError):
    """No key, or not one that may do this."""

    status = 401


class NoSuchError(StripeError):
    """The id names nothing of this kind: 404 where the path names it, 400 where a parameter does."""

    def __init__(self, kind: str, document_id: str, param: str, *, status: int) -> None:
        super().__init__(f"No such {kind}: '{document_id}'", code="resource_missing", param=param)
        self.status = status


class UnexpectedStateError(StripeError):
    """The request is well formed, but the state of things forbids it."""

    began = True


class CardError(StripeError):
    """The bank says no."""

    type = "card_error"
    status = 402
    began = True


class BankRefusalError(CardError):
    """The bank of an account says no, days later."""

    type = "invalid_request_error"


class KeyMisusedError(StripeError):
    """An idempotency key comes again with another request."""

    type = "idempotency_error"


class KeyInUseError(StripeError):
    """An idempotency key comes again while its first request still runs."""

    type = "idempotency_error"
    status = 409


class LockTimeoutError(StripeError):
    """Another request holds the object."""

    status = 429
    headers = {"Stripe-Should-Retry": "true"}  # noqa: RUF012 - never written to


class ApiError(StripeError):
    """Something went wrong on Stripe's side."""

    type = "api_error"
    status = 500
    began = True


class RateLimitError(StripeError):
    """Too many requests."""

    status = 429


class NoSuchRouteError(StripeError):
    """Stripe has no such route."""

    status = 404


class NotSimulatedError(StripeError):
    """Stripe has this operation, and this simulator has not."""

    status = 501


def answer_with_stripe_errors(app: Flask) -> None:
    """Let every error of the app leave as Stripe's error object."""
    app.register_error_handler(StripeError, lambda error: error.answer())
    app.register_error_handler(HTTPException, lambda error: _translate(error).answer())
    app.register_error_handler(Exception, _handle_unexpected)


def _translate(error: HTTPException) -> StripeError:
    if error.code in {404, 405}:
        return _route_error()
    if error.code == 429:  # noqa: PLR2004 - HTTP's too many requests
        return RateLimitError("Request rate limit exceeded.", code="rate_limit")
    if (error.code or 500) >= 500:  # noqa: PLR2004 - HTTP's server errors
        return ApiError("An unknown error occurred.")
    return StripeError(error.description or error.name, param=error.field if isinstance(error, BadField) else None)


def _route_error() -> StripeError:
    """Tell what Stripe has not from what only we have not."""
    if operation := operation_of(request.method, request.path):
        message = f"{operation} is part of Stripe, but this simulator does not simulate it."
        return NotSimulatedError(message, code="not_simulated")
    return NoSuchRouteError(f"Unrecognized request URL ({request.method}: {request.path}).")


def _handle_unexpected(error: Exception) -> Response:
    current_app.logger.error("unexpected", exc_info=error)
    return ApiError("An unknown error occurred.").answer()
