"""What a world is made of: where each service lives, what they trust each other by, how each is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.communication.app import create_app as create_communication
from simulators.kit.http.auth import Person, token
from simulators.kit.seams import new_id
from simulators.learning.app import create_app as create_learning
from simulators.stripe.app import create_app as create_stripe
from simulators.tutor_matching.app import create_app as create_tutors
from simulators.world.service import factory_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path
    from random import Random

    from flask import Flask

    from simulators.kit.seams import Seams

PAYMENT, STRIPE, LEARNING = "payment-service", "stripe", "learning-service"
TUTORS, COMMUNICATION = "tutor-matching-service", "communication-service"
PORTS = {PAYMENT: 8000, STRIPE: 8010, LEARNING: 8020, TUTORS: 8030, COMMUNICATION: 8040}
SIMULATORS = tuple(name for name in PORTS if name != PAYMENT)
NEIGHBOURS = {LEARNING: create_learning, TUTORS: create_tutors, COMMUNICATION: create_communication}
REFERENCE = "reference.app:create_app"
PREFIXES = {
    "stripe_key": "sk_test",
    "publishable_key": "pk_test",
    "webhook_secret": "whsec",
    "service_token": "service_token",
    "jwt_secret": "jwt_secret",
}


@dataclass(frozen=True)
class Credentials:
    """The secrets of a simulated world: made up at its start, worth nothing outside it."""

    stripe_key: str
    publishable_key: str
    webhook_secret: str
    service_token: str
    jwt_secret: str

    @classmethod
    def made_up(cls, randomness: Random, **given: str) -> Credentials:
        """Draw those that are not given."""
        drawn = {name: new_id(randomness, prefix) for name, prefix in PREFIXES.items()}
        return cls(**drawn | given)

    def token(self, sub: str, role: str, now: datetime, valid: timedelta = timedelta(hours=1)) -> str:
        """Return the JWT by which a person is known to all services."""
        return token(Person(sub, role), self.jwt_secret, now + valid)


@dataclass(frozen=True)
class Plan:
    """One world on paper; `settings` is what more the payment-service finds in its environment."""

    urls: Mapping[str, str]
    credentials: Credentials
    database_url: str
    service: str = REFERENCE
    settings: Mapping[str, str] = field(default_factory=dict)
    state: Path | None = None

    def environ(self) -> dict[str, str]:
        """Return the environment that configures the payment-service."""
        return {
            "DATABASE_URL": self.database_url,
            "STRIPE_API_KEY": self.credentials.stripe_key,
            "STRIPE_API_BASE": self.urls[STRIPE],
            "STRIPE_WEBHOOK_SECRET": self.credentials.webhook_secret,
            **{_variable(name): self.urls[name] for name in NEIGHBOURS},
            "SERVICE_TOKEN": self.credentials.service_token,
            "JWT_SECRET": self.credentials.jwt_secret,
            **self.settings,
        }

    def build(self, name: str, seams: Seams) -> Flask:
        """Build the service of that name."""
        if name in NEIGHBOURS:
            return self._neighbour(name, seams)
        return self._payment(seams) if name == PAYMENT else self._stripe(seams)

    def _payment(self, seams: Seams) -> Flask:
        create = factory_at(self.service)
        return create(self.environ(), clock=seams.clock, randomness=seams.randomness, http=seams.http)

    def _stripe(self, seams: Seams) -> Flask:
        return create_stripe(
            seams,
            state_path=self._state("stripe"),
            webhook_url=self.urls[PAYMENT] + STRIPE_WEBHOOKS,
            webhook_secret=self.credentials.webhook_secret,
        )

    def _neighbour(self, name: str, seams: Seams) -> Flask:
        return NEIGHBOURS[name](
            seams,
            service_url=self.urls[PAYMENT],
            service_token=self.credentials.service_token,
            jwt_secret=self.credentials.jwt_secret,
            state_path=self._state(name),
        )

    def _state(self, name: str) -> Path | None:
        return self.state and self.state / f"{name}.jsonl"


def _variable(name: str) -> str:
    """Return under which name the payment-service is told where a neighbour lives: LEARNING_SERVICE_URL."""
    return name.replace("-", "_").upper() + "_URL"
