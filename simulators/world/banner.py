"""The lines that a person reads when simulators start: where they are, and what one's own service must be told."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.clients.control import CONTROL_PATH
from simulators.clients.messages import EVENTS
from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.world.credentials import Credentials
from simulators.world.topology import PAYMENT, SIMULATORS, Topology


def banner(topology: Topology) -> Iterator[str]:
    """Yield the lines that a person reads first."""
    for name in SIMULATORS:
        if name in topology.urls:
            yield f"{name:<24}{topology.urls[name]}   (what it can do: {topology.urls[name]}{CONTROL_PATH})"
    yield f"{'they tell':<24}{topology.urls[PAYMENT]}   (at {EVENTS} and {STRIPE_WEBHOOKS})"
    yield ""
    yield from (f"{name}={value}" for name, value in secrets_of(topology.credentials).items())
    yield ""
    yield "Every sk_test_… and pk_test_… key is welcome. Somebody's token:"
    yield f"harness token --sub ada --role student --jwt-secret {topology.credentials.jwt_secret}"
    yield ""
    yield "Ctrl-C ends it. What is said, from now on:"
    yield ""


def secrets_of(credentials: Credentials) -> dict[str, str]:
    """Return what the payment-service must be told, under the names by which it reads them."""
    return {
        "SERVICE_TOKEN": credentials.service_token,
        "JWT_SECRET": credentials.jwt_secret,
        "STRIPE_WEBHOOK_SECRET": credentials.webhook_secret,
    }
