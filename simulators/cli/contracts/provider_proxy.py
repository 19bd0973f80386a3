"""Stands between Pact and a team's service: it may be anywhere, and nothing is waited for in vain.

Pact repeats a failed change of state for two minutes, takes a message for said whatever the status, and knows one
host only. Here a failure is told at once and remembered, to be shown with the verdict.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from flask import Flask, Response, request

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}
METADATA = "Pact-Message-Metadata"
TIMEOUT_SECONDS = 30
UNABLE, NOT_REACHED = 422, 502


@dataclass(frozen=True)
class Service:
    """Where a team's service is, and what it offers beside its own API; `troubles` fills while it is verified."""

    url: str
    states_url: str | None
    messages_url: str | None
    http: requests.Session
    troubles: list[str] = field(default_factory=list)

    def post(self, what: str, url: str | None, asked: Any) -> requests.Response | str:  # noqa: ANN401 - JSON
        """Ask at one of the URLs beside the API; what comes back instead of an answer is why there is none."""
        try:
            answer = self.http.post(url or "", json=asked, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as trouble:
            return self.trouble(f"{what}: {url} does not answer ({type(trouble).__name__})")
        if not answer.ok:
            return self.trouble(f"{what}: {url} answered {answer.status_code} {answer.text[:300]}".strip())
        return answer

    def trouble(self, told: str) -> str:
        """Remember what went wrong, once."""
        self.troubles.extend([told] if told not in self.troubles else [])
        return told


def api(service: Service) -> Flask:
    """Pass everything on, and back, as it is."""
    app = Flask("api")

    @app.route("/", defaults={"path": ""}, methods=METHODS)
    @app.route("/<path:path>", methods=METHODS)
    def passed(path: str) -> Response:  # noqa: ARG001 - taken as it was sent, below
        url = service.url + request.environ["REQUEST_URI"]
        try:
            answer = _exactly(service.http, url)
        except requests.RequestException as trouble:
            why = service.trouble(f"{request.method} {url} is not answered ({type(trouble).__name__})")
            return Response(why, NOT_REACHED)
        body = answer.raw.read(decode_content=False)
        return Response(body, answer.status_code, list(_kept(answer.raw.headers.items())))

    return app


def states_and_messages(service: Service) -> Flask:
    """What Pact asks for besides: to be in a state, and to say a message."""
    app = Flask("desk")

    @app.post("/state")
    def state() -> Response:
        asked = request.get_json()
        if not asked["state"]:
            return Response("{}", content_type="application/json")
        answer = service.post(f"state {asked['state']!r}", service.states_url, asked)
        if isinstance(answer, str):
            return Response(answer, UNABLE)
        return Response(answer.content or b"{}", content_type=answer.headers.get("Content-Type"))

    @app.post("/")
    def message() -> Response:
        asked = request.get_json()
        answer = service.post(f"message {asked['description']!r}", service.messages_url, asked)
        if isinstance(answer, str):
            return Response(answer, UNABLE, content_type="text/plain")
        content_type = answer.headers.get("Content-Type", "")
        metadata = answer.headers.get(METADATA) or _metadata(content_type.partition(";")[0].strip())
        return Response(answer.content, content_type=content_type, headers={METADATA: metadata})

    return app


def _exactly(http: requests.Session, url: str) -> requests.Response:
    """Ask what we were asked; below the session's own request(), which would read redirects away."""
    asked = requests.Request(request.method, url, headers=_forwarded(request.headers), data=request.get_data())
    prepared = http.prepare_request(asked)
    settings: Any = http.merge_environment_settings(url, {}, stream=True, verify=None, cert=None)
    return http.get_adapter(url).send(prepared, timeout=TIMEOUT_SECONDS, **settings)


def _metadata(content_type: str) -> str:
    return b64encode(json.dumps({"contentType": content_type}).encode()).decode()


def _forwarded(headers: Any) -> dict[str, str | None]:  # noqa: ANN401 - werkzeug's
    """None keeps the session from adding what the caller did not send."""
    own: dict[str, str | None] = {"User-Agent": None, "Accept": None, "Accept-Encoding": "identity"}
    return own | dict(_kept(headers.items()))


def _kept(headers: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - as two libraries have them
    return ((name, value) for name, value in headers if name.lower() not in HOP_BY_HOP)
