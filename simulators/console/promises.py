"""The invariants as they stand for one saga: kept, not to be told yet, or broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.world.evidence import DEFAULT_CHECK_SECONDS, Evidence
from simulators.world.invariants import INVARIANTS

if TYPE_CHECKING:
    from simulators.console.index import Numbered
    from simulators.console.stage import Stage
    from simulators.world.client import Json

HOLDS, LATER, VIOLATED = "holds", "not yet", "violated"


@dataclass(frozen=True)
class Verdict:
    """How one promise stands."""

    number: int
    name: str
    promise: str
    verdict: str
    found: list[str]


def verdicts(stage: Stage, saga: Json, intents: list[Json], exchanges: list[Numbered]) -> list[Verdict]:
    """Judge what Stripe, the neighbours and the wire show of this saga; while anything moves, nothing is broken yet."""
    evidence = _evidence(stage, saga, intents, exchanges)
    quiet, running = stage.is_quiet(), saga["outcome"] is None
    found = []
    for each in INVARIANTS:
        broken = [violation.found for violation in each.violations(evidence)]
        verdict = (VIOLATED if quiet else LATER) if broken else LATER if running else HOLDS
        found.append(Verdict(each.number, each.name, each.promise, verdict, broken if quiet else []))
    return found


def _evidence(stage: Stage, saga: Json, intents: list[Json], exchanges: list[Numbered]) -> Evidence:
    world, saga_id, student = stage.world, saga["sagaId"], saga["studentId"]
    refunds = [each for intent in intents for each in world.stripe.refunds(intent["id"])]
    charges = [each for intent in intents for each in world.stripe.charges(intent["id"])]
    known = world.plan.credentials
    told = [each for _, each in exchanges if each.answer]
    return Evidence(
        world.clock.now(),
        intents,
        refunds,
        charges,
        list(world.learning.client.items("/enrollments", studentId=student)),
        list(world.communication.client.items("/sessions", sagaId=saga_id, status="CONFIRMED")),
        [each for each in world.tutors.client.items("/holds", sagaId=saga_id) if each["status"] in ("HELD", "TAKEN")],
        world.communication.notices(saga_id),
        {saga_id: saga},
        told,
        {saga_id: world.outcomes[saga_id]} if saga_id in world.outcomes else {},
        float(world.plan.settings.get("PAYMENT_CHECK_SECONDS", DEFAULT_CHECK_SECONDS)),
        "\n".join(map(str, told)),
        (known.stripe_key, known.webhook_secret, known.service_token, known.jwt_secret),
    )
