"""The simulated certificate-service as a Flask app: what its folder would be among the simulators."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from simulators.kit.http.auth import Secrets
from simulators.kit.neighbour import create_neighbour
from simulators.kit.seams import Seams
from tests.simulated.certificate import certificates
from tests.simulated.certificate.faults import RejectedCertificate


def create_app(
    seams: Seams, *, service_url: str, service_token: str, jwt_secret: str, state_path: Path | None = None
) -> Flask:
    """Return a service that issues certificates and announces them at `service_url`."""
    return create_neighbour(
        "certificate-service",
        seams,
        [certificates.routes],
        [RejectedCertificate],
        {"certificates": certificates.DOCUMENT},
        service_url=service_url,
        secrets=Secrets(service_token, jwt_secret),
        state_path=state_path,
    )
