"""The filters of the templates: sums, times and ids as a person reads them."""

import json
import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, request

from simulators.kit import currencies
from simulators.kit.json_types import Json

Time = str | float | datetime | None  # As services write it: ISO 8601, or Stripe's seconds.

NOTHING = "\u2013"
KINDS = {"COURSE_ENROLLMENT": "course", "SESSION_BOOKING": "session"}
SIGNS = {
    "COMPLETED": "✓", "REFUNDED": "↩", "REJECTED": "⊘", "EXPIRED": "⌛", "CANCELLED": "✕", "PARKED": "!",
    "PENDING": "…", "DELIVERED": "✓", "FAILED": "✗", "LOST": "✗",
}  # fmt: skip
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def money(price: Json | None) -> str:
    """Return a service's price as `49.00 EUR`."""
    return currencies.money(price["amount"], price["currency"]) if price else NOTHING


def money_at_stripe(thing: Json) -> str:
    """Return the sum of something that Stripe counts as `49.00 EUR`."""
    return currencies.money_at_stripe(thing["amount"], thing["currency"])


def timestamp(value: Time) -> datetime | None:
    """Return a time, however it is written; None when there is none."""
    if isinstance(value, str):
        return datetime.fromisoformat(value) if value else None
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else value


def time_of_day(value: Time) -> str:
    """Return `22:10:33`, the simulated time of day."""
    time = timestamp(value)
    return f"{time:%H:%M:%S}" if time else NOTHING


def date_and_time(value: Time) -> str:
    """Return `Wed 25 Nov 22:10`."""
    time = timestamp(value)
    return f"{time:%a %-d %b %H:%M}" if time else NOTHING


def span(by: timedelta) -> str:
    """Return `3 min 20 s`: the two greatest units that count."""
    left, parts = int(abs(by.total_seconds())), []
    for seconds, unit in UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


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


def pretty_json(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return JSON that a person can read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


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
