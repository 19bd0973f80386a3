"""What the routes lead to, and what all of them do with a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from reference.application.lists import Page
from reference.application.read import Reader, SagaView
from reference.application.service import PaymentService
from reference.domain.messages import Message, NotExpected
from reference.gateways.stripe_webhook import StripeWebhooks
from reference.web.auth import Caller, Gatekeeper
from reference.web.metrics import Metrics
from reference.web.problems import ParameterError
from reference.wire import is_storable

MOST = 200  # Items a page.
_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True)
class Doors:
    """What the routes lead to."""

    service: PaymentService
    reader: Reader
    webhooks: StripeWebhooks
    gatekeeper: Gatekeeper
    metrics: Metrics
    states: frozenset[str]  # Of all sagas.
    flows: Sequence[Mapping[str, Any]]  # Of each saga: its states and moves, as they are told.
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
    limit = asked("limit") or "50"
    if not (_NUMBER.fullmatch(limit) and 1 <= int(limit) <= MOST):
        raise ParameterError("limit", f"must be a number from 1 to {MOST}")
    return Page(after=asked("cursor"), limit=int(limit))


def asked(name: str, known: Collection[str] = ()) -> str:
    """Return a parameter of the query, or nothing if it is not there; what is there must be good, and known."""
    value = request.args.get(name)
    if value is not None and not is_storable(value):
        raise ParameterError(name, "must not be empty, nor hold NUL or half characters")
    if value and known and value not in known:
        raise ParameterError(name, f"must be one of: {', '.join(sorted(known))}")
    return value or ""
