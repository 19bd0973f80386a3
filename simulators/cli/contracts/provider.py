"""A provider as Pact meets it: its API, and beside it an endpoint for states and one for messages.

Pact repeats a failed change of state for two minutes, and takes a message for said whatever the status. Here a failure
ends at once and is remembered, to be shown with the result.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from flask import Flask, Response, request

from simulators.kit.http.protection import refuse_other_sites
from simulators.kit.json_types import Json

METADATA = "Pact-Message-Metadata"
UNABLE = 422  # What Pact does not repeat.


class NotDone(Exception):  # noqa: N818 - reads as what happened
    """A state could not be entered, or a message not said; it says why."""


class Content(NamedTuple):
    """What a provider says, with the metadata of a message as Pact encodes it; none is its Content-Type alone."""

    body: bytes
    content_type: str
    metadata: str = ""


@dataclass(frozen=True)
class Provider:
    """A service and how it enters a state or says a message, asked as Pact asks; both may raise NotDone."""

    api: Flask
    enter_state: Callable[[Json], Content]
    say_message: Callable[[Json], Content]
    troubles: list[str] = field(default_factory=list)  # Fills while it is verified.

    def add_trouble(self, reason: str) -> str:
        """Remember what went wrong, once."""
        self.troubles.extend([reason] if reason not in self.troubles else [])
        return reason


def pact_endpoints(provider: Provider, consumer: str) -> Flask:
    """Return the app that Pact asks for states, and for messages to this consumer."""
    app = Flask("pact_endpoints")
    app.before_request(refuse_other_sites)

    @app.post("/state")
    def state() -> Response:
        asked = request.get_json()
        values = provider.enter_state(asked) if asked["state"] else Content(b"{}", "application/json")
        return Response(values.body or b"{}", content_type=values.content_type)

    @app.post("/")
    def message() -> Response:
        said = provider.say_message({**request.get_json(), "consumer": consumer})
        metadata = said.metadata or _metadata(said.content_type.partition(";")[0].strip())
        return Response(said.body, content_type=said.content_type, headers={METADATA: metadata})

    @app.errorhandler(NotDone)
    def not_done(reason: NotDone) -> Response:
        return Response(provider.add_trouble(str(reason)), UNABLE, content_type="text/plain")

    return app


def _metadata(content_type: str) -> str:
    return b64encode(json.dumps({"contentType": content_type}).encode()).decode()
