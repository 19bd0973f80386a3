"""What every neighbour of the payment-service is made of, put together once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from simulators.kit.delivery import Deliveries
from simulators.kit.http.problems import answer_with_problems
from simulators.kit.outgoing_events import EventReceiver
from simulators.kit.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from flask import Blueprint

    from simulators.kit.faults.fault import Fault
    from simulators.kit.http.access import Secrets
    from simulators.kit.seams import Seams


def create_neighbour(
    name: str,
    seams: Seams,
    routes: Iterable[Blueprint],
    faults: Iterable[type[Fault]],
    *,
    service_url: str,
    secrets: Secrets,
    state_path: Path | None,
) -> Flask:
    """Return a service with these routes and faults that announces its events at `service_url`."""
    app = Flask(name)
    answer_with_problems(app)
    made = Simulator(app, seams, state_path, more_faults=faults)
    receiver = EventReceiver(secrets.service_token)
    app.extensions |= {
        "secrets": secrets,
        "events_url": service_url.rstrip("/") + "/events",
        "deliveries": Deliveries(seams, made.store, made.faults, made.background, receiver),
    }
    for each in routes:
        app.register_blueprint(each)
    return app
