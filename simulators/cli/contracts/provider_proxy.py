"""A team's service, wherever it is, as a provider to be verified: Pact itself knows one host only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask, Response, request

from simulators.cli.contracts.provider import METADATA, Content, NotDone, Provider
from simulators.cli.contracts.signed_tokens import sign_anew
from simulators.kit.http.protection import refuse_browsers_of_other_sites
from simulators.kit.json_types import Json

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}
TIMEOUT_SECONDS = 30
NOT_REACHED = 502


@dataclass(frozen=True)
class Addresses:
    """Where a team's service is, and what it offers beside its own API."""

    url: str
    states_url: str | None
    messages_url: str | None
    jwt_secret: str | None = None  # By which the contracts' tokens are signed anew; None leaves them.

    def sign(self, text: str) -> str:
        """Return the text with tokens that the service believes."""
        return sign_anew(text, self.jwt_secret) if self.jwt_secret else text


def provider_at(addresses: Addresses, http: requests.Session) -> Provider:
    """Return the provider that is there."""

    def enter_state(asked: Json) -> Content:
        signed = json.loads(addresses.sign(json.dumps(asked)))
        return _ask(http, f"state {asked['state']!r}", addresses.states_url, signed)

    def say_message(asked: Json) -> Content:
        return _ask(http, f"message {asked['description']!r}", addresses.messages_url, asked)

    provider = Provider(Flask("proxy"), enter_state, say_message)
    _forward_all(provider, addresses, http)
    return provider


def _ask(http: requests.Session, what: str, url: str | None, asked: Json) -> Content:
    try:
        answer = http.post(url or "", json=asked, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as trouble:
        raise NotDone(f"{what}: {url} does not answer ({type(trouble).__name__})") from trouble
    if not answer.ok:
        raise NotDone(f"{what}: {url} answered {answer.status_code} {answer.text[:300]}".strip())
    return Content(answer.content, answer.headers.get("Content-Type", ""), answer.headers.get(METADATA, ""))


def _forward_all(provider: Provider, addresses: Addresses, http: requests.Session) -> None:
    """Let the provider's API pass everything on, and back, as it is."""
    provider.api.before_request(refuse_browsers_of_other_sites)

    @provider.api.route("/", defaults={"path": ""}, methods=METHODS)
    @provider.api.route("/<path:path>", methods=METHODS)
    def forward(path: str) -> Response:  # noqa: ARG001 - taken as it was sent, below
        url = addresses.url.rstrip("/") + request.environ["REQUEST_URI"]
        headers = {name: addresses.sign(value) if value else value for name, value in _headers().items()}
        try:
            answer = _forward(http, url, headers)
        except requests.RequestException as trouble:
            why = provider.add_trouble(f"{request.method} {url} is not answered ({type(trouble).__name__})")
            return Response(why, NOT_REACHED)
        body = answer.raw.read(decode_content=False)
        return Response(body, answer.status_code, list(_end_to_end(answer.raw.headers.items())))


def _forward(http: requests.Session, url: str, headers: Mapping[str, str | None]) -> requests.Response:
    """Ask what we were asked; below the session's own request(), which would read redirects away."""
    asked = requests.Request(request.method, url, headers=headers, data=request.get_data())
    prepared = http.prepare_request(asked)
    settings: Any = http.merge_environment_settings(url, {}, stream=True, verify=None, cert=None)
    return http.get_adapter(url).send(prepared, timeout=TIMEOUT_SECONDS, **settings)


def _headers() -> dict[str, str | None]:
    """Return the caller's headers; None keeps the session from adding what the caller did not send."""
    own: dict[str, str | None] = {"User-Agent": None, "Accept": None, "Accept-Encoding": "identity"}
    return own | dict(_end_to_end(request.headers.items()))


def _end_to_end(headers: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - as two libraries have them
    return ((name, value) for name, value in headers if name.lower() not in HOP_BY_HOP)
