"""What the routes lead to, and what all of them do with a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from reference.application.ports import Page
from reference.application.read import Reader, SagaView
from reference.application.service import PaymentService
from reference.domain.messages import Message, NotExpected
from reference.gateways.stripe_webhook import StripeWebhooks
from reference.web.auth import Caller, Gatekeeper
from reference.web.metrics import Metrics
from reference.wire import is_storable


@dataclass(frozen=True)
class Doors:
    """What the routes lead to."""

    service: PaymentService
    reader: Reader
    webhooks: StripeWebhooks
    gatekeeper: Gatekeeper
    metrics: Metrics
    is_ready: Callable[[], bool]
    new_id: Callable[[str], str]


def doors() -> Doors:
    """Return what the routes of this app lead to."""
    found: Doors = current_app.extensions["doors"]
    return found


def body() -> Any:  # noqa: ANN401 - whatever was sent
    """Return the JSON that was sent."""
    try:
        return json.loads(request.get_data())
    except (RecursionError, ValueError) as unreadable:
        raise BadRequest("The body is not JSON.") from unreadable


def visible(saga_id: str, caller: Caller) -> SagaView:
    """Return a saga that the caller may see; whoever may not is told that there is none."""
    view = doors().reader.saga(saga_id) if is_storable(saga_id) else None
    if view is None or (caller.role == "student" and view.saga.student_id != caller.id):
        raise NotFound("There is no such saga.")
    return view


def act(caller: Caller, message: Message) -> None:
    """Let a person move a saga; Conflict if it cannot be moved so."""
    try:
        doors().service.act(caller.role, doors().new_id("act"), message)
    except NotExpected as misfit:
        raise Conflict(str(misfit)) from misfit


def page_asked() -> Page:
    """Return which page of a list is asked for."""
    limit = request.args.get("limit", "50")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit) <= MOST):
        raise BadRequest(f"limit must be a number from 1 to {MOST}.")
    return Page(after=request.args.get("cursor", ""), limit=int(limit))


MOST = 200  # Items a page.
