"""Another service, called over HTTP: commands and events go there, and refusals are told from troubles."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import requests

from reference.application.ports import OutboxMessage, RefusedError, UnavailableError
from reference.domain.messages import Command, Message
from reference.gateways.timeouts import TIMEOUT
from reference.tracing import current_activity
from reference.wire import CONTENT_TYPE, wrap

# Refusals that a repair or a while can undo.
TEMPORARY = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class PartnerService:
    """Sends commands and events to one service, which answers them later, by events."""

    def __init__(self, url: str, token: str, http: requests.Session) -> None:
        self._url, self._http = url.rstrip("/"), http
        self._headers = {"Authorization": f"Bearer {token}"}

    def send(self, outgoing: OutboxMessage) -> list[Message]:
        """Send it; UnavailableError or RefusedError unless it was accepted."""
        path = "/commands" if isinstance(outgoing.message, Command) else "/events"
        envelope = json.dumps(wrap(outgoing.message_id, outgoing.message, outgoing.enqueued_at, outgoing.trace))
        self.require_accepted(self.call("POST", path, envelope))
        return []

    def call(self, method: str, path: str, body: str | None = None) -> requests.Response:
        """Return the answer, whatever its status; UnavailableError when there is none."""
        trace = current_activity().trace
        headers = self._headers | (trace.attributes if trace else {}) | ({"Content-Type": CONTENT_TYPE} if body else {})
        said: Any = {"data": body, "headers": headers, "timeout": TIMEOUT, "allow_redirects": False}
        try:
            return self._http.request(method, self._url + path, **said)
        except requests.RequestException as trouble:
            raise UnavailableError(f"{method} {path}: {type(trouble).__name__}") from trouble

    def require_accepted(self, answer: requests.Response) -> requests.Response:
        """Return a good answer; UnavailableError for one that may be better next time, RefusedError otherwise."""
        status = answer.status_code
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        what = f"{answer.request.method} {answer.request.path_url} was answered {status}"
        if status in TEMPORARY or not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnavailableError(what)
        raise RefusedError(f"{what}: {answer.text[:200]!r}")
