"""The simulated learning-service as a Flask app."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from simulators.kit.http.auth import Secrets
from simulators.kit.neighbour import create_neighbour
from simulators.kit.seams import Seams
from simulators.learning import courses, enrollments, inbox
from simulators.learning.faults import RejectedEnrollment


def create_app(
    seams: Seams, *, service_url: str, service_token: str, jwt_secret: str, state_path: Path | None = None
) -> Flask:
    """Return a school that announces its events at `service_url`; empty, unless its state was kept."""
    return create_neighbour(
        "learning-service",
        seams,
        [courses.routes, enrollments.routes, inbox.routes],
        [RejectedEnrollment],
        {"courses": courses.DOCUMENT, "enrollments": enrollments.DOCUMENT, "sagas": enrollments.STARTED},
        service_url=service_url,
        secrets=Secrets(service_token, jwt_secret),
        state_path=state_path,
    )
