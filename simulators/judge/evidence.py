"""The evidence that is judged: Stripe's objects, the neighbours' state and the exchanges, never the service alone."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime

from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.world import World

DEFAULT_CHECK_SECONDS = 300
SECRET = re.compile(r"_secret_\w|\bsk_(test|live)_\w|\bwhsec_\w|\b\d{13,19}\b")  # Or a card's number.


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One moment at which all is quiet, as each side shows it."""

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
    secrets: tuple[str, ...]

    @property
    def deliveries(self) -> list[Json]:
        """Everything that was given for money: enrollments and sessions, each by the saga that asked for it."""
        return [each for each in self.enrollments + self.sessions if each.get("sagaId")]

    @property
    def trace(self) -> list[str]:
        """What is written down of the exchanges, a line each."""
        return [json.dumps(asdict(each)) for each in self.exchanges]

    def deliveries_of(self, saga_id: str) -> list[Json]:
        """Return what a saga brought about."""
        return [each for each in self.deliveries if each["sagaId"] == saga_id]

    def amount_back(self, intent: Json, *statuses: str) -> int:
        """Return how much of this payment went back, in refunds of these statuses."""
        return sum(each["amount"] for each in self.refunds_of(intent) if each["status"] in statuses)

    def refunds_of(self, intent: Json) -> list[Json]:
        """Return the refunds of this payment, failed ones too."""
        return [each for each in self.refunds if each["payment_intent"] == intent["id"]]

    def outcome(self, saga_id: str) -> str | None:
        """Return how the saga ended; None while it runs or when nobody knows it."""
        saga = self.sagas.get(saga_id)
        return saga["outcome"] if saga else None

    def is_under_way(self, saga_id: str) -> bool:
        """Whether the saga still runs, and within its time: too early to be judged."""
        saga = self.sagas.get(saga_id)
        if saga is None or saga["outcome"] or not saga["waitingUntil"]:
            return False
        return datetime.fromisoformat(saga["waitingUntil"]) >= self.now

    def has_secret(self, text: str) -> bool:
        """Whether there is a key, a client secret or a card's number in the text, or a secret of this world."""
        return bool(SECRET.search(text)) or any(secret in text for secret in self.secrets)


def gather(world: World, saga_id: str | None = None, exchanges: list[Exchange] | None = None) -> Evidence:
    """Ask everybody: about everything, or about one saga only, so that it costs no more because there are others.

    The outcomes seen are remembered for the next time. `exchanges` are those that matter, all if not given.
    """
    saga = None if saga_id is None else world.payment.find_saga(saga_id)
    intents = world.stripe.intents(saga_id)
    payments = [None] if saga_id is None else [each["id"] for each in intents]
    enrollments = world.learning.enrollments(None if saga_id is None else (saga or {}).get("studentId", ""))
    sessions, holds = world.communication.sessions(saga_id), world.tutors.active_holds(saga_id)
    mentioned = {saga_of(each) for each in intents} | {each.get("sagaId") for each in enrollments + sessions + holds}
    sagas = _sagas(world, mentioned) if saga_id is None else {saga_id: saga}
    earlier = dict(world.outcomes)
    world.outcomes |= {each: saga["outcome"] for each, saga in sagas.items() if saga and saga["outcome"]}
    known = world.topology.credentials
    return Evidence(
        now=world.clock.now(),
        intents=intents,
        refunds=[refund for each in payments for refund in world.stripe.refunds(each)],
        charges=[charge for each in payments for charge in world.stripe.charges(each)],
        enrollments=enrollments,
        sessions=sessions,
        holds=holds,
        notices=world.communication.notices(saga_id),
        sagas=sagas,
        exchanges=list(world.recorder) if exchanges is None else exchanges,
        earlier_outcomes={each: earlier[each] for each in earlier if saga_id in (None, each)},
        check_seconds=float(world.topology.settings.get("PAYMENT_CHECK_SECONDS", DEFAULT_CHECK_SECONDS)),
        secrets=(known.stripe_key, known.webhook_secret, known.service_token, known.jwt_secret),
    )


def saga_of(intent: Json) -> str:
    """Return the saga that the intent says it is for; "" if none."""
    return str(intent["metadata"].get("sagaId", ""))


def _sagas(world: World, mentioned: set[str | None]) -> dict[str, Json | None]:
    return {each: world.payment.find_saga(each) for each in sorted(filter(None, world.sagas | mentioned))}
