"""Logs as JSON, a line each, with the ids of what they are about; what looks like a secret is in none of them."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Collection
from datetime import UTC, datetime

from reference.tracing import Activity, current_activity

HIDDEN = "(hidden)"
_LOOKS_SECRET = re.compile(
    r"(?<=_secret_)\w+"  # A client secret, behind the id that it belongs to,
    r"|\b[srp]k_(?:test|live)_\w+|\bwhsec_[\w+/=]+"  # a key of Stripe's,
    r"|\bBearer\s+\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a token,
    r"|(?<!\w)\d(?:[ -]?\d){12,18}(?!\w)"  # or the number of a card.
)


class JsonLines(logging.Formatter):
    """Writes each record as one line of JSON, without any of the secrets."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__()
        longest_first = sorted(filter(None, secrets), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        activity = current_activity()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        texts = {
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": "payment-service",
            "saga_id": activity.saga_id,
            "payment_id": activity.payment_id,
            "event_id": activity.event_id,
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        shown = {name: self._hide(text) for name, text in texts.items() if text}
        return json.dumps({"timestamp": at, **shown, **_place(activity)}, ensure_ascii=False)

    def _hide(self, text: str) -> str:
        return _LOOKS_SECRET.sub(HIDDEN, self._secrets.sub(HIDDEN, text)).encode(errors="replace").decode()


def _place(activity: Activity) -> dict[str, str]:
    trace = activity.step or activity.trace
    return {"trace_id": trace.trace_id, "span_id": trace.span_id} if trace else {}


def log_as_json(secrets: Collection[str]) -> None:
    """Write this process's logs to stdout as JSON: all of the service's own, and the warnings of others."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(secrets))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith("reference"))
    logging.basicConfig(handlers=[handler], force=True)
    logging.getLogger("reference").setLevel(logging.INFO)
