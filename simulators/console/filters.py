"""Sums, moments and ids as a person reads them."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from simulators.kit.json_types import Json

NOTHING = "\u2013"
WITHOUT_CENTS = {"JPY", "KRW", "VND", "CLP", "XAF", "XOF"}
KINDS = {"COURSE_ENROLLMENT": "course", "SESSION_BOOKING": "session"}
STATE_SIGNS = {
    "COMPLETED": "✓", "REFUNDED": "↩", "REJECTED": "⊘", "EXPIRED": "⌛", "CANCELLED": "✕", "PARKED": "!",
}  # fmt: skip
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def money(price: Json | None) -> str:
    """Return `49.00 EUR`."""
    if not price:
        return NOTHING
    code = str(price["currency"]).upper()
    return f"{price['amount']:,} {code}" if code in WITHOUT_CENTS else f"{price['amount'] / 100:,.2f} {code}"


def moment(value: str | float | datetime | None) -> datetime | None:
    """Return a moment, however it was told: ISO 8601, or Stripe's seconds."""
    if isinstance(value, str):
        return datetime.fromisoformat(value) if value else None
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else value


def at(value: str | float | datetime | None) -> str:
    """Return `22:10:33`, the simulated time of day."""
    found = moment(value)
    return f"{found:%H:%M:%S}" if found else NOTHING


def day(value: str | float | datetime | None) -> str:
    """Return `Wed 25 Nov 22:10`."""
    found = moment(value)
    return f"{found:%a %-d %b %H:%M}" if found else NOTHING


def span(by: timedelta) -> str:
    """Return `3 min 20 s`: the two greatest units that count."""
    left, said = int(abs(by.total_seconds())), []
    for seconds, unit in UNITS:
        many, left = divmod(left, seconds)
        if many:
            said.append(f"{many} {unit}")
    return " ".join(said[:2]) or "0 s"


def short(identifier: str | None) -> str:
    """Return an id's beginning, enough to tell it from its neighbours."""
    return re.sub(r"([a-z]+_\w{6})\w{6,}", r"\1…", identifier or "")


def sign(state: str) -> str:
    """Return the shape that goes with a state, so that colour is never all there is."""
    return STATE_SIGNS.get(state, "●")


def words(state: str) -> str:
    """Return AWAITING_PAYMENT as `awaiting payment`."""
    return state.replace("_", " ").lower()


def curl(url: str, fields: Mapping[str, Any] | None = None, method: str = "POST") -> str:
    """Return the command that does the same in a terminal."""
    data = [f"-d {shlex.quote(f'{name}={value}')}" for name, value in (fields or {}).items()]
    verb = [f"-X {method}"] if method != "GET" and not data else []
    where = shlex.quote(request.host_url.rstrip("/") + url)
    return " ".join(["curl -s", *verb, "-H 'Accept: application/json'", *data, where])


def pretty(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return JSON that a person can read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def teach(app: Flask) -> None:
    """Let the templates use these words."""
    for filter_ in (money, at, day, span, short, sign, words, pretty, moment):
        app.add_template_filter(filter_)
    app.add_template_global(curl)
    app.jinja_env.globals["KINDS"] = KINDS
