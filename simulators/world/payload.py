"""What a request said, as it may be shown: nothing that is secret, and nothing of a card."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from simulators.kit.json_types import Json
from simulators.kit.redaction import redact, redact_text

KEY = "Idempotency-Key"


def payload(body: bytes, content_type: str | None) -> Json:
    """Return what a body says, JSON or a form, without its secrets and its nulls; empty when nothing can be shown."""
    kind = content_type or ""
    try:
        if "json" in kind:
            found = json.loads(body or b"{}")
        else:
            found = dict(parse_qsl(body.decode())) if "form" in kind else {}
    except (ValueError, RecursionError):
        return {"": "cannot be read"}
    shown: Json = _without_nulls(redact(found if isinstance(found, dict) else {"": found}))
    return shown


def reason_of(status: int, body: bytes) -> str:
    """Return why an answer is a refusal, in its own words and without secrets; empty if it is none, or says nothing."""
    try:
        found = json.loads(body) if status >= HTTPStatus.BAD_REQUEST else {}
    except (ValueError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    said = error.get("message") if isinstance(error, dict) else isinstance(found, dict) and found.get("detail")
    return redact_text(said) if isinstance(said, str) else ""


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the same without what is null: that says nothing, and Stripe's objects are full of it."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
