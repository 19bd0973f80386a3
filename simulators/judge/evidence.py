"""What the others say at the end: Stripe, the neighbours and the wire; never the payment-service alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.kit.json_types import Json
    from simulators.world.recorder import Exchange
    from simulators.world.world import World

DEFAULT_CHECK_SECONDS = 300


@dataclass(frozen=True)
class Evidence:
    """One moment at which all is quiet, as each side tells it."""

    now: datetime
    intents: list[Json]
    refunds: list[Json]
    charges: list[Json]
    enrollments: list[Json]
    sessions: list[Json]
    holds: list[Json]
    notices: list[Json]
    sagas: dict[str, Json | None]
    exchanges: list[Exchange]
    earlier_outcomes: dict[str, str]
    check_seconds: float
    trace: str
    secrets: tuple[str, ...]

    @property
    def deliveries(self) -> list[Json]:
        """Everything that was given for money: enrollments and sessions, each by the saga that asked for it."""
        return [each for each in self.enrollments + self.sessions if each.get("sagaId")]

    def delivered(self, saga_id: str) -> list[Json]:
        """Return what a saga brought about."""
        return [each for each in self.deliveries if each["sagaId"] == saga_id]

    def given_back(self, intent: Json, *statuses: str) -> int:
        """Return how much of this payment went back, in refunds of these statuses."""
        return sum(each["amount"] for each in self.refunds_of(intent) if each["status"] in statuses)

    def refunds_of(self, intent: Json) -> list[Json]:
        """Return the refunds of this payment, failed ones too."""
        return [each for each in self.refunds if each["payment_intent"] == intent["id"]]

    def outcome(self, saga_id: str) -> str | None:
        """Return how the saga ended; None while it runs or when nobody knows it."""
        saga = self.sagas.get(saga_id)
        return saga["outcome"] if saga else None

    def under_way(self, saga_id: str) -> bool:
        """Whether the saga still runs, and within its time: too early to be judged."""
        saga = self.sagas.get(saga_id)
        if saga is None or saga["outcome"] or not saga["waitingUntil"]:
            return False
        return datetime.fromisoformat(saga["waitingUntil"]) >= self.now


def gather(world: World) -> Evidence:
    """Ask everybody, once all is quiet; the outcomes seen are remembered for the next time."""
    intents, exchanges = world.stripe.intents(), list(world.recorder)
    enrollments, sessions, holds = (
        world.learning.enrollments(),
        world.communication.sessions(),
        world.tutors.active_holds(),
    )
    ids = world.sagas | {saga_of(each) for each in intents}
    ids |= {each.get("sagaId", "") for each in enrollments + sessions + holds}
    sagas = {saga_id: world.payment.find_saga(saga_id) for saga_id in sorted(filter(None, ids))}
    earlier = dict(world.outcomes)
    world.outcomes |= {saga_id: saga["outcome"] for saga_id, saga in sagas.items() if saga and saga["outcome"]}
    known = world.topology.credentials
    return Evidence(
        world.clock.now(),
        intents,
        world.stripe.refunds(),
        world.stripe.charges(),
        enrollments,
        sessions,
        holds,
        world.communication.notices(),
        sagas,
        exchanges,
        earlier,
        float(world.topology.settings.get("PAYMENT_CHECK_SECONDS", DEFAULT_CHECK_SECONDS)),
        world.recorder.trace().decode(),
        (known.stripe_key, known.webhook_secret, known.service_token, known.jwt_secret),
    )


def saga_of(intent: Json) -> str:
    """Return the saga that the intent says it is for."""
    return str(intent["metadata"].get("sagaId", ""))
