"""The calls that a simulator received: enough to see what happened, and none of the secrets in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, request

from simulators.kit.redaction import redact_text
from simulators.kit.seams import Clock

KEPT = 1000


class Calls:
    """The newest calls, oldest first; older ones are forgotten."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self._clock = clock
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT)
        app.after_request(self._note)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(list(self._calls))

    def clear(self) -> None:
        """Forget all."""
        self._calls.clear()

    def _note(self, answer: Response) -> Response:
        """Note neither headers nor bodies: keys, tokens and card numbers live there."""
        method, path = request.method, request.path
        if not path.startswith("/_sim"):
            at = self._clock.now().isoformat()
            self._calls.append({"at": at, "method": method, "path": redact_text(path), "status": answer.status_code})
        return answer
