"""The simulated learning-service, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.kit.http.access import Secrets
from simulators.kit.neighbour import create_neighbour
from simulators.learning import courses, enrollments, inbox
from simulators.learning.faults import RejectedEnrollment

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from simulators.kit.seams import Seams


def create_app(
    seams: Seams, *, service_url: str, service_token: str, jwt_secret: str, state_path: Path | None = None
) -> Flask:
    """Return a school that announces its events at `service_url`; empty, unless its state was kept."""
    return create_neighbour(
        "learning-service",
        seams,
        [courses.routes, enrollments.routes, inbox.routes],
        [RejectedEnrollment],
        service_url=service_url,
        secrets=Secrets(service_token, jwt_secret),
        state_path=state_path,
    )
