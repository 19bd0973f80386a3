"""What a team needs to know to let its own payment-service work with the simulators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.clients.control import CONTROL_PATH
from simulators.clients.messages import EVENTS
from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.world.topology import PAYMENT, SIMULATORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.clients.control import CONTROL_PATH
from simulators.world.topology import Credentials, Plan


def introduction(plan: Plan) -> Iterator[str]:
    """Yield the lines that a person reads first."""
    for name in SIMULATORS:
        if name in plan.urls:
            yield f"{name:<24}{plan.urls[name]}   (what it can do: {plan.urls[name]}{CONTROL_PATH})"
    yield f"{'they tell':<24}{plan.urls[PAYMENT]}   (at {EVENTS} and {STRIPE_WEBHOOKS})"
    yield ""
    yield from (f"{name}={value}" for name, value in secrets_of(plan.credentials).items())
    yield ""
    yield "Every sk_test_… and pk_test_… key is welcome. Somebody's token:"
    yield f"harness token --sub ada --role student --jwt-secret {plan.credentials.jwt_secret}"
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
