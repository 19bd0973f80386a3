"""A neighbour of the payment-service: a simulator that answers with problems and announces its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from flask import Blueprint, Flask

from simulators.kit.delivery import Deliveries
from simulators.kit.faults.fault import Fault
from simulators.kit.http.auth import Secrets
from simulators.kit.http.messages import DOCUMENTS
from simulators.kit.http.problems import answer_with_problems
from simulators.kit.http.validation import Shape
from simulators.kit.outgoing_events import EventReceiver
from simulators.kit.seams import Seams
from simulators.kit.simulator import Simulator, SimulatorApp


def create_neighbour(  # noqa: PLR0913 - all that makes a service
    name: str,
    seams: Seams,
    routes: Iterable[Blueprint],
    faults: Iterable[type[Fault]],
    documents: Mapping[str, Shape],
    *,
    service_url: str,
    secrets: Secrets,
    state_path: Path | None,
) -> Flask:
    """Return a service with these routes, faults and documents that announces its events at `service_url`."""
    app = SimulatorApp(name)
    answer_with_problems(app)
    simulator = Simulator(app, seams, state_path, more_faults=faults, documents={**DOCUMENTS, **documents})
    receiver = EventReceiver(secrets.service_token)
    app.extensions |= {
        "secrets": secrets,
        "events_url": service_url.rstrip("/") + "/events",
        "deliveries": Deliveries(seams, simulator.store, simulator.faults, simulator.background, receiver),
    }
    for each in routes:
        app.register_blueprint(each)
    return app
