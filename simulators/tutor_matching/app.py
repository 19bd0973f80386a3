"""The simulated tutor-matching-service, put together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.kit.http.access import Secrets
from simulators.kit.neighbour import create_neighbour
from simulators.tutor_matching import holds, inbox, slots, tutors
from simulators.tutor_matching.faults import LapsingHold, RejectedAvailability

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from simulators.kit.seams import Seams

HOLD = timedelta(minutes=15)


def create_app(
    seams: Seams,
    *,
    service_url: str,
    service_token: str,
    jwt_secret: str,
    state_path: Path | None = None,
    hold: timedelta = HOLD,
) -> Flask:
    """Return a service of tutors that announces its events at `service_url`; empty, unless its state was kept."""
    app = create_neighbour(
        "tutor-matching-service",
        seams,
        [tutors.routes, slots.routes, holds.routes, inbox.routes],
        [RejectedAvailability, LapsingHold],
        service_url=service_url,
        secrets=Secrets(service_token, jwt_secret),
        state_path=state_path,
    )
    app.extensions["hold"] = hold
    return app
