"""The services behind the routes, and how requests are read: body, query, and the saga that is meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from reference.application.lists import PAGE_SIZE, Page
from reference.application.ports import UnitOfWork
from reference.application.saga_view import SagaView, view_saga
from reference.application.service import PaymentService
from reference.domain.messages import Message, NotExpected
from reference.gateways.stripe_webhook import StripeWebhooks
from reference.sagas.paid_saga import PaidSaga
from reference.web.auth import Authenticator, Caller
from reference.web.metrics import Metrics
from reference.web.problems import ParameterError
from reference.wire import decode, is_storable

MOST = 200  # Items a page.
_NUMBER = re.compile("[0-9]{1,9}")
_SECRET = re.compile(r"_secret_\w+")


@dataclass(frozen=True)
class Services:
    """What the routes of an app use."""

    payments: PaymentService
    reading: Callable[[], UnitOfWork]
    webhooks: StripeWebhooks
    authenticator: Authenticator
    metrics: Metrics
    sagas: Sequence[type[PaidSaga]]
    is_ready: Callable[[], bool]
    new_id: Callable[[], str]


def services() -> Services:
    """Return the services of the current app."""
    found: Services = current_app.extensions["services"]
    return found


def json_body() -> Any:  # noqa: ANN401 - whatever was sent
    """Return the JSON that was sent; BadRequest if it is none."""
    try:
        return json.loads(request.get_data())
    except (RecursionError, ValueError) as unreadable:
        raise BadRequest("The body is not JSON.") from unreadable


def without_secrets(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what is stored as an operator may see it: without any client secret."""
    if isinstance(value, dict):
        return {key: without_secrets(each) for key, each in value.items() if key != "clientSecret"}
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    return _SECRET.sub("", value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Reason:
    """The body of what an operator decides."""

    why: str


def reason_given() -> str:
    """Return why an operator decides something; WireError if the body does not say so."""
    reason: Reason = decode(Reason, json_body())
    return reason.why


def find_saga(saga_id: str, caller: Caller) -> SagaView:
    """Return a saga that the caller may see; NotFound also for one that they may not."""
    with services().reading() as unit:
        view = view_saga(unit, saga_id) if is_storable(saga_id) else None
    if view is None or (caller.role == "student" and view.saga.student_id != caller.id):
        raise NotFound("There is no such saga.")
    return view


def act(caller: Caller, message: Message) -> None:
    """Let a person move a saga; Conflict if it cannot be moved so."""
    try:
        services().payments.act(caller.role, f"act_{services().new_id()}", message)
    except NotExpected as mismatch:
        raise Conflict(str(mismatch)) from mismatch


def requested_page() -> Page:
    """Return which page of a list is asked for; ParameterError if it cannot be."""
    limit = query_parameter("limit") or str(PAGE_SIZE)
    if not (_NUMBER.fullmatch(limit) and 1 <= int(limit) <= MOST):
        raise ParameterError("limit", f"must be a number from 1 to {MOST}")
    return Page(after=query_parameter("cursor") or "", limit=int(limit))


def query_parameter(name: str, known: Collection[str] = ()) -> str | None:
    """Return a parameter of the query, or None if it is not there; ParameterError if it is none of the known."""
    value = request.args.get(name)
    if value is not None and not is_storable(value):
        raise ParameterError(name, "must not be empty, nor hold NUL or half characters")
    if value and known and value not in known:
        raise ParameterError(name, f"must be one of: {', '.join(sorted(known))}")
    return value
