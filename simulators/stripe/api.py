"""The frame around every API operation: key, parameters, idempotency key, transaction."""

from __future__ import annotations

import functools
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Response, g, jsonify, request

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe import idempotency
from simulators.stripe.account import fresh_id
from simulators.stripe.api_version import API_VERSION, version
from simulators.stripe.errors import ApiError, BadKeyError, StripeError
from simulators.stripe.expand import expand_objects
from simulators.stripe.faults import KeptServerError
from simulators.stripe.form import decode_form
from simulators.stripe.parameters import Table, list_of, parse_params, text

Operation = Callable[..., "Json"]

# A page of any origin may call: that is what publishable keys are for.
FOR_BROWSERS = {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry",
    "Access-Control-Max-Age": "300",
}

MAX_FIELDS = 1000
EXPAND: Table = {"expand": list_of(text)}


def takes(parameters: Table, *, publishable: bool = False) -> Callable[[Operation], Callable[..., Response]]:
    """Make a route of an operation that takes these parameters; `publishable`: with a publishable key, too."""

    def route(operation: Operation) -> Callable[..., Response]:
        @functools.wraps(operation)
        def handle(**path: str) -> Response:
            authenticate(publishable=publishable)
            g.api_version = version("", request.headers.get("Stripe-Version", API_VERSION))
            form = _read_form()
            with idempotency.claim_key(form) as claim:
                return claim.answer if claim.answer is not None else _run(operation, parameters, form, path, claim)

        return handle

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
        if request_id := g.get("request_id"):
            sent, headers = request.headers, answer.headers
            headers.add("Request-Id", request_id)
            headers.add("Stripe-Version", g.get("api_version", API_VERSION))
            if (key := sent.get("Idempotency-Key")) and request.method == "POST":
                headers.add("Idempotency-Key", key)
                headers.setdefault("Original-Request", request_id)
            if "Origin" in sent:
                headers.update(FOR_BROWSERS)
                headers["Access-Control-Allow-Headers"] = sent.get("Access-Control-Request-Headers", "Authorization")
        return answer


def _run(
    operation: Operation, parameters: Table, form: Json, path: dict[str, str], claim: idempotency.Claim
) -> Response:
    """Run the operation in one transaction; a refusal is an answer too, and what it changed stays."""
    params = parse_params(form, {**parameters, **EXPAND})
    with simulator().store.transaction():
        try:
            answer = jsonify(_apply(operation, params, path))
        except StripeError as error:
            if not error.began:
                raise
            answer = error.answer()
        claim.keep(answer)
    return answer


def _apply(operation: Operation, params: Json, path: dict[str, str]) -> Json:
    expand = params.pop("expand", [])
    faults = list(simulator().faults.strike(KeptServerError, request.method, request.path))
    if any(not fault.done for fault in faults):
        raise ApiError("An unknown error occurred.")
    result = expand_objects(operation(params, **path), expand)
    if faults:
        raise ApiError("An unknown error occurred.")
    return result


def _read_form() -> dict[str, Any]:
    body = request.get_data()
    if body and request.mimetype != "application/x-www-form-urlencoded":
        raise StripeError("Invalid request: the body must be form-encoded (application/x-www-form-urlencoded).")
    try:
        spelled = (body if request.method == "POST" else request.query_string).decode()
        return decode_form(parse_qsl(spelled, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS))
    except UnicodeDecodeError:
        raise StripeError("Invalid request: it is not encoded in UTF-8.") from None
    except ValueError:
        raise StripeError(f"Invalid request: it has more than {MAX_FIELDS} parameters.") from None


def _key() -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        return b64decode(value).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except ValueError:  # no base64, or no text
        return ""
