"""How a call passes before its rule is reached: its key, its parameters, its idempotency key, its transaction."""

from __future__ import annotations

import functools
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Flask, Response, g, jsonify, request

from simulators.kit.simulator import simulator
from simulators.stripe import idempotency
from simulators.stripe.account import API_VERSION, fresh_id
from simulators.stripe.errors import ApiError, BadKeyError, StripeError
from simulators.stripe.expand import expanded
from simulators.stripe.faults import KeptServerError
from simulators.stripe.form import decoded
from simulators.stripe.parameters import Table, list_of, parsed, text

if TYPE_CHECKING:
    from simulators.kit.json_types import Json

Rule = Callable[..., "Json"]

FOR_BROWSERS = {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry",
    "Access-Control-Max-Age": "300",
}
"""A page of any origin may call: that is what publishable keys are for."""

EXPAND: Table = {"expand": list_of(text)}


def takes(parameters: Table, *, publishable: bool = False) -> Callable[[Rule], Callable[..., Response]]:
    """Make a route of a rule: it gets the parameters in this table, and may be called with a publishable key or not."""

    def route(rule: Rule) -> Callable[..., Response]:
        @functools.wraps(rule)
        def called(**path: str) -> Response:
            authenticate(publishable=publishable)
            sent = _sent()
            with idempotency.guarded(sent) as kept:
                return kept.answer if kept.answer is not None else _worked(rule, parameters, sent, path, kept)

        return called

    return route


def authenticate(*, publishable: bool) -> None:
    """Let test keys pass, or raise BadKeyError; the key itself is never repeated whole."""
    key = _key()
    if not key:
        raise BadKeyError("You did not provide an API key: send it as a bearer token or as basic auth's user name.")
    kind, _, rest = key.partition("_test_")
    if kind not in {"sk", "rk", "pk"} or not rest:
        message = f"Invalid API Key provided: {key[:8]}****. This is a simulator: it takes test keys only."
        raise BadKeyError(message, code="api_key_invalid")
    g.publishable = kind == "pk"
    if g.publishable and not publishable:
        message = "This API call cannot be made with a publishable API key. Please use a secret API key."
        raise BadKeyError(message, code="secret_key_required")


def name_every_call(app: Flask) -> None:
    """Give each call its request id, and echo what Stripe echoes."""

    @app.before_request
    def _name() -> None:
        if request.path.startswith("/v1"):
            g.request_id = fresh_id("req")

    @app.after_request
    def _echo(answer: Response) -> Response:
        if "request_id" in g:
            answer.headers.add("Request-Id", g.request_id)
            answer.headers.add("Stripe-Version", request.headers.get("Stripe-Version", API_VERSION))
            if (key := request.headers.get("Idempotency-Key")) and request.method == "POST":
                answer.headers.add("Idempotency-Key", key)
                answer.headers.setdefault("Original-Request", g.request_id)
            if "Origin" in request.headers:
                answer.headers.update(FOR_BROWSERS)
                asked = request.headers.get("Access-Control-Request-Headers", "Authorization")
                answer.headers["Access-Control-Allow-Headers"] = asked
        return answer


def _worked(rule: Rule, parameters: Table, sent: Json, path: dict[str, str], kept: idempotency.Kept) -> Response:
    """Run the rule in one transaction; a refusal is an answer too, and what it changed stays."""
    asked = parsed(sent, {**parameters, **EXPAND})
    with simulator().store.transaction():
        try:
            answer = jsonify(_ruled(rule, asked, path))
        except StripeError as error:
            if not error.began:
                raise
            answer = error.answer()
        kept.keep(answer)
    return answer


def _ruled(rule: Rule, asked: Json, path: dict[str, str]) -> Json:
    expand = asked.pop("expand", [])
    faults = list(simulator().faults.strike(KeptServerError, request.method, request.path))
    if any(not fault.done for fault in faults):
        raise ApiError("An unknown error occurred.")
    result = expanded(rule(asked, **path), expand)
    if faults:
        raise ApiError("An unknown error occurred.")
    return result


def _sent() -> dict[str, Any]:
    body = request.get_data(as_text=True)
    if body and request.mimetype != "application/x-www-form-urlencoded":
        raise StripeError("Invalid request: the body must be form-encoded (application/x-www-form-urlencoded).")
    spelled = body if request.method == "POST" else request.query_string.decode(errors="replace")
    return decoded(parse_qsl(spelled, keep_blank_values=True))


def _key() -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        return b64decode(value).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except (Base64Error, UnicodeDecodeError):
        return ""
