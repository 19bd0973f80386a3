"""Times and payloads as diagrams show them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

Time = str | float | datetime | None  # As services write it: ISO 8601, or Stripe's seconds.
NOTHING = "\u2013"
EXACT_BELOW = 10  # seconds
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def timestamp(value: Time) -> datetime | None:
    """Return a time, however it is written; None when there is none."""
    if isinstance(value, str):
        return datetime.fromisoformat(value) if value else None
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else value


def time_of_day(value: Time) -> str:
    """Return `22:10:33`, the simulated time of day."""
    time = timestamp(value)
    return f"{time:%H:%M:%S}" if time else NOTHING


def span(by: timedelta) -> str:
    """Return `3 min 20 s`: the two greatest units that count."""
    left, parts = int(abs(by.total_seconds())), []
    for seconds, unit in UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def short_span(by: timedelta) -> str:
    """Return `37 ms` or `1.4 s` of what is short, and else what `span` returns."""
    seconds = abs(by.total_seconds())
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < EXACT_BELOW else span(by)


def pretty_json(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return JSON that a person can read."""
    return json.dumps(value, indent=2, ensure_ascii=False)
