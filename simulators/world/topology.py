"""What a world is made of: for each service a row with its name, its port, how it is made and by whom it is asked."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flask import Flask

from simulators.clients.communication import CommunicationClient
from simulators.clients.http_client import ServiceClient
from simulators.clients.learning import LearningClient
from simulators.clients.operator import Operator
from simulators.clients.payments import STRIPE_WEBHOOKS
from simulators.clients.stripe import StripeClient
from simulators.clients.tutor_matching import TutorMatchingClient
from simulators.communication.app import create_app as create_communication
from simulators.kit.seams import Seams
from simulators.learning.app import create_app as create_learning
from simulators.stripe.app import create_app as create_stripe
from simulators.tutor_matching.app import create_app as create_tutors
from simulators.world.bridge import SCHEME
from simulators.world.credentials import Credentials
from simulators.world.local_service import factory_at

PAYMENT, STRIPE, LEARNING = "payment-service", "stripe", "learning-service"
TUTORS, COMMUNICATION = "tutor-matching-service", "communication-service"
REFERENCE = "reference.app:create_app"


@dataclass(frozen=True)
class ServiceRow(ABC):
    """One service of a world; its client is how everybody here asks it."""

    name: str
    port: int
    client: type[ServiceClient]

    @abstractmethod
    def build(self, topology: "Topology", seams: Seams) -> Flask:
        """Make its app, on whatever state outlived the last one."""

    def bearer(self, credentials: Credentials, now: datetime) -> str:
        """Return what lets an operator in."""
        return credentials.token("operator", "operator", now)


@dataclass(frozen=True)
class NeighbourRow(ServiceRow):
    """A service made with the kit, to which other services come with a token and people with a JWT."""

    create: Callable[..., Flask]

    def build(self, topology: "Topology", seams: Seams) -> Flask:
        """Make a neighbour, which announces its events to the payment-service."""
        return self.create(
            seams,
            service_url=SCHEME + PAYMENT if topology.broker_url else topology.urls[PAYMENT],
            service_token=topology.credentials.service_token,
            jwt_secret=topology.credentials.jwt_secret,
            state_path=topology.state_path(self.name),
        )


class StripeRow(ServiceRow):
    """Stripe, which knows no services and no people, but keys and a webhook endpoint."""

    def build(self, topology: "Topology", seams: Seams) -> Flask:
        """Make it with one account, and the payment-service as its webhook endpoint."""
        return create_stripe(
            seams,
            state_path=topology.state_path(self.name),
            webhook_url=topology.urls[PAYMENT] + STRIPE_WEBHOOKS,
            webhook_secret=topology.credentials.webhook_secret,
        )

    def bearer(self, credentials: Credentials, now: datetime) -> str:  # noqa: ARG002 - keys do not expire
        """Return the secret key."""
        return credentials.stripe_key


class PaymentRow(ServiceRow):
    """The service under test, which is told everything by its environment."""

    def build(self, topology: "Topology", seams: Seams) -> Flask:
        """Make it by the topology's import string, or raise LookupError when there is nothing of that name."""
        create = factory_at(topology.service)
        return create(topology.environ(), clock=seams.clock, randomness=seams.randomness, http=seams.http)


SERVICES: tuple[ServiceRow, ...] = (
    PaymentRow(PAYMENT, 8000, Operator),
    StripeRow(STRIPE, 8010, StripeClient),
    NeighbourRow(LEARNING, 8020, LearningClient, create_learning),
    NeighbourRow(TUTORS, 8030, TutorMatchingClient, create_tutors),
    NeighbourRow(COMMUNICATION, 8040, CommunicationClient, create_communication),
)
PORTS = {row.name: row.port for row in SERVICES}
NEIGHBOURS = {row.name: row.create for row in SERVICES if isinstance(row, NeighbourRow)}
SIMULATORS = tuple(row.name for row in SERVICES if row.name != PAYMENT)


@dataclass(frozen=True)
class Topology:
    """The services of one world; `settings` is what more the payment-service finds in its environment."""

    urls: Mapping[str, str]
    credentials: Credentials
    database_url: str
    service: str = REFERENCE
    settings: Mapping[str, str] = field(default_factory=dict)
    state: Path | None = None
    services: tuple[ServiceRow, ...] = SERVICES

    @property
    def broker_url(self) -> str:
        """The message broker between the payment-service and its neighbours; empty: they speak HTTP."""
        return self.settings.get("BROKER_URL", "")

    @property
    def simulators(self) -> tuple[str, ...]:
        """The names of all that is not under test."""
        return tuple(row.name for row in self.services if row.name in self.urls and row.name != PAYMENT)

    def row(self, name: str) -> ServiceRow:
        """Return the row of the service of that name."""
        return next(row for row in self.services if row.name == name)

    def row_of(self, client: type[ServiceClient]) -> ServiceRow:
        """Return the row of the service that this client is for, or raise LookupError."""
        for row in self.services:
            if row.client is client:
                return row
        raise LookupError(f"no service of this world is asked by a {client.__name__}")

    def environ(self) -> dict[str, str]:
        """Return the environment that configures the payment-service."""
        neighbours = [row.name for row in self.services if isinstance(row, NeighbourRow)]
        return {
            "DATABASE_URL": self.database_url,
            "STRIPE_API_KEY": self.credentials.stripe_key,
            "STRIPE_API_BASE": self.urls[STRIPE],
            "STRIPE_WEBHOOK_SECRET": self.credentials.webhook_secret,
            "BANK_DEBITS": "EUR,USD",
            **{_variable(name): self.urls[name] for name in neighbours},
            "SERVICE_TOKEN": self.credentials.service_token,
            "JWT_SECRET": self.credentials.jwt_secret,
            **self.settings,
        }

    def build(self, name: str, seams: Seams) -> Flask:
        """Make the service of that name."""
        return self.row(name).build(self, seams)

    def state_path(self, name: str) -> Path | None:
        """Return where a simulator keeps its state; None when it keeps it in memory."""
        return self.state and self.state / f"{name}.jsonl"


def _variable(name: str) -> str:
    """Return under which name the payment-service is told where a neighbour lives: LEARNING_SERVICE_URL."""
    return name.replace("-", "_").upper() + "_URL"
