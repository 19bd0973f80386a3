"""Speaks to another service: commands, events, and the errors that all of them share."""

from __future__ import annotations

import json
from http import HTTPStatus

import requests

from reference.application.ports import Errand, RefusedError, UnavailableError
from reference.domain.messages import Command, Message
from reference.wire import CONTENT_TYPE, wrap

TIMEOUT = (3.05, 10)  # Seconds to connect and to read; below the relay's lease.
NOT_FOR_EVER = {401, 403, 408, 409, 425, 429}  # Refusals that a repair or a while can undo.


class Neighbour:
    """Hands over commands and events; what is accepted is answered later, by an event."""

    def __init__(self, url: str, token: str, http: requests.Session) -> None:
        self._url, self._http = url.rstrip("/"), http
        self._headers = {"Authorization": f"Bearer {token}"}

    def perform(self, errand: Errand) -> list[Message]:
        """Say it; UnavailableError or RefusedError unless it was accepted."""
        door = "/commands" if isinstance(errand.message, Command) else "/events"
        envelope = json.dumps(wrap(errand.message_id, errand.message, errand.asked_at))
        self.accepted(self.call("POST", door, envelope))
        return []

    def call(self, method: str, path: str, body: str | None = None) -> requests.Response:
        """Return the answer, whatever its status; UnavailableError when there is none."""
        headers = self._headers | ({"Content-Type": CONTENT_TYPE} if body else {})
        try:
            return self._http.request(method, self._url + path, data=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as trouble:
            raise UnavailableError(f"{method} {path}: {type(trouble).__name__}") from trouble

    def accepted(self, answer: requests.Response) -> requests.Response:
        """Return a good answer; UnavailableError for one that may be better next time, RefusedError otherwise."""
        if HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        said = f"{answer.request.method} {answer.request.path_url} was answered {answer.status_code}"
        is_refusal = HTTPStatus.BAD_REQUEST <= answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        if not is_refusal or answer.status_code in NOT_FOR_EVER:
            raise UnavailableError(said)
        raise RefusedError(f"{said}: {answer.text[:200]!r}")
