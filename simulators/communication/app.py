"""The simulated communication-service as a Flask app."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from simulators.communication import inbox, notices, sessions
from simulators.communication.faults import RejectedSession
from simulators.kit.http.auth import Secrets
from simulators.kit.neighbour import create_neighbour
from simulators.kit.seams import Seams


def create_app(
    seams: Seams, *, service_url: str, service_token: str, jwt_secret: str, state_path: Path | None = None
) -> Flask:
    """Return a service of sessions and notices that announces its events at `service_url`; new or as it was left."""
    return create_neighbour(
        "communication-service",
        seams,
        [sessions.routes, notices.routes, inbox.routes],
        [RejectedSession],
        {"sessions": sessions.DOCUMENT, "notices": notices.DOCUMENT},
        service_url=service_url,
        secrets=Secrets(service_token, jwt_secret),
        state_path=state_path,
    )
