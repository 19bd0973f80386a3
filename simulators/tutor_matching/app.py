"""The simulated tutor-matching-service as a Flask app."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask

from simulators.kit.http.auth import Secrets
from simulators.kit.neighbour import create_neighbour
from simulators.kit.seams import Seams
from simulators.kit.time.timestamps import SLOT
from simulators.tutor_matching import holds, inbox, slots, tutors
from simulators.tutor_matching.faults import LapsingHold, RejectedAvailability


def create_app(
    seams: Seams,
    *,
    service_url: str,
    service_token: str,
    jwt_secret: str,
    state_path: Path | None = None,
    hold: timedelta = holds.USUAL_HOLD,
) -> Flask:
    """Return a service of tutors that announces its events at `service_url`; empty, unless its state was kept."""
    app = create_neighbour(
        "tutor-matching-service",
        seams,
        [tutors.routes, slots.routes, holds.routes, inbox.routes],
        [RejectedAvailability, LapsingHold],
        {"tutors": tutors.DOCUMENT, "holds": holds.DOCUMENT, "taken": SLOT},
        service_url=service_url,
        secrets=Secrets(service_token, jwt_secret),
        state_path=state_path,
    )
    app.extensions["hold"] = hold
    return app
