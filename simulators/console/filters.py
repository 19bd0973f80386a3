"""The filters of the templates: sums, times and ids as a person reads them."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from simulators.diagram.times import NOTHING, Time, pretty_json, span, time_of_day, timestamp
from simulators.kit import currencies
from simulators.kit.json_types import Json

KINDS = {"COURSE_ENROLLMENT": "course", "SESSION_BOOKING": "session"}
SIGNS = {
    "COMPLETED": "✓", "REFUNDED": "↩", "REJECTED": "⊘", "EXPIRED": "⌛", "CANCELLED": "✕", "PARKED": "!",
    "PENDING": "…", "DELIVERED": "✓", "FAILED": "✗", "LOST": "✗",
}  # fmt: skip


def money(price: Json | None) -> str:
    """Return a service's price as `49.00 EUR`."""
    return currencies.money(price["amount"], price["currency"]) if price else NOTHING


def money_at_stripe(thing: Json) -> str:
    """Return the sum of something that Stripe counts as `49.00 EUR`."""
    return currencies.money_at_stripe(thing["amount"], thing["currency"])


def date_and_time(value: Time) -> str:
    """Return `Wed 25 Nov 22:10`."""
    time = timestamp(value)
    return f"{time:%a %-d %b %H:%M}" if time else NOTHING


def abbreviate(identifier: str | None) -> str:
    """Return an id's beginning, enough to tell it from its neighbours."""
    return re.sub(r"([a-z]+_\w{6})\w{6,}", r"\1…", identifier or "")


def sign(outcome: str) -> str:
    """Return the shape for a saga's outcome or a delivery's status, so that colour is never all there is."""
    return SIGNS.get(outcome, "●")


def words(state: str) -> str:
    """Return AWAITING_PAYMENT as `awaiting payment`."""
    return state.replace("_", " ").lower()


def curl(url: str, fields: Mapping[str, Any] | None = None, method: str = "POST") -> str:
    """Return the command that does the same in a terminal."""
    data = [f"-d {shlex.quote(f'{name}={value}')}" for name, value in (fields or {}).items()]
    verb = [f"-X {method}"] if method != "GET" and not data else []
    address = shlex.quote(request.host_url.rstrip("/") + url)
    return " ".join(["curl -s", *verb, "-H 'Accept: application/json'", *data, address])


def register(app: Flask) -> None:
    """Let the templates use these."""
    for filter_ in (
        money,
        money_at_stripe,
        time_of_day,
        date_and_time,
        span,
        abbreviate,
        sign,
        words,
        pretty_json,
        timestamp,
    ):
        app.add_template_filter(filter_)
    app.add_template_global(curl)
    app.jinja_env.globals["KINDS"] = KINDS
    app.jinja_env.globals["DELIVERIES_PAGE"] = "/webhooks/"
