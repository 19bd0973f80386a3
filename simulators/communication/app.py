"""The simulated communication-service, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.communication import inbox, notices, sessions
from simulators.communication.faults import RejectedSession
from simulators.kit.http.access import Secrets
from simulators.kit.neighbour import create_neighbour

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

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
        service_url=service_url,
        secrets=Secrets(service_token, jwt_secret),
        state_path=state_path,
    )
