"""The simulated learning-service, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from simulators.kit.delivery import Deliveries
from simulators.kit.problems import answer_with_problems
from simulators.kit.simulator import Simulator
from simulators.learning import courses, enrollments, inbox
from simulators.learning.access import Secrets
from simulators.learning.announcing import PaymentService
from simulators.learning.faults import RejectedEnrollment

if TYPE_CHECKING:
    from pathlib import Path

    from simulators.kit.seams import Seams


def create_app(
    seams: Seams, *, service_url: str, service_token: str, jwt_secret: str, state_path: Path | None = None
) -> Flask:
    """Return a school that announces its events at `service_url`; empty, unless its state was kept."""
    app = Flask("learning-service")
    answer_with_problems(app)
    school = Simulator(app, seams, state_path, more_faults=[RejectedEnrollment])
    receiver = PaymentService(service_token)
    app.extensions |= {
        "secrets": Secrets(service_token, jwt_secret),
        "events_url": service_url.rstrip("/") + "/events",
        "deliveries": Deliveries(seams, school.store, school.faults, school.background, receiver),
    }
    for resource in (courses, enrollments, inbox):
        app.register_blueprint(resource.routes)
    return app
