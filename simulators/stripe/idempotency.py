"""Idempotency keys: the first result of a key is stored and replayed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, current_app, g, request

from simulators.kit.json_types import Json
from simulators.stripe.account import now, table
from simulators.stripe.errors import KeyInUseError, KeyMisusedError, StripeError

KEYS_KEPT_SECONDS = 24 * 3600
MAX_LENGTH = 255

_lock = threading.Lock()
_SORTED = json.JSONEncoder(sort_keys=True)


class Claim:
    """What is kept under one key: an answer to repeat, or the place for one."""

    def __init__(self, key: str | None = None, fingerprint: str = "", answer: Response | None = None) -> None:
        self._key, self._fingerprint = key, fingerprint
        self.answer = answer

    def keep(self, answer: Response) -> None:
        """Keep this answer with the work that led to it, in the same transaction."""
        if self._key is not None:
            table("idempotency_keys").drop_oldest("created", now() - KEYS_KEPT_SECONDS)
            record = {"id": self._key, "fingerprint": self._fingerprint, "created": now(), "request": g.request_id}
            table("idempotency_keys").put(
                record | {"status": answer.status_code, "body": answer.get_data(as_text=True)}
            )


@contextmanager
def claim_key(form: Json) -> Iterator[Claim]:
    """Yield what the request's key holds; while the request runs, nobody else runs under its key."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        yield Claim()
        return
    if len(key) > MAX_LENGTH:
        raise StripeError(f"Idempotency keys have at most {MAX_LENGTH} characters.")
    with _lock_key(key):
        fingerprint = _fingerprint(form)
        yield Claim(key, fingerprint, _stored_answer(key, fingerprint))


@contextmanager
def _lock_key(key: str) -> Iterator[None]:
    running: set[str] = current_app.extensions.setdefault("running_keys", set())
    with _lock:
        if key in running:
            message = f"There is currently another in-progress request using this Idempotency Key: {key}."
            raise KeyInUseError(message, code="idempotency_key_in_use")
        running.add(key)
    try:
        yield
    finally:
        running.discard(key)


def _stored_answer(key: str, fingerprint: str) -> Response | None:
    record = table("idempotency_keys").find(key)
    if record is None or record["created"] <= now() - KEYS_KEPT_SECONDS:
        return None
    if record["fingerprint"] != fingerprint:
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise KeyMisusedError(
            f"{message} Try using a key other than '{key}' if you meant to execute a different request."
        )
    headers = {"Idempotent-Replayed": "true", "Original-Request": record["request"]}
    return Response(record["body"], record["status"], headers, content_type="application/json")


def _fingerprint(form: Json) -> str:
    """Return a digest, since what was sent may hold a card number."""
    return hashlib.sha256(_SORTED.encode([request.path, form]).encode()).hexdigest()
