"""The promises as they stand for one saga: kept, broken and by which message, or too early to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.console.saga_data import exchanges_of, intents_of
from simulators.judge.evidence import DEFAULT_CHECK_SECONDS, Evidence
from simulators.judge.verdict import Verdict, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.console.index import Numbered
    from simulators.console.session import Stage
    from simulators.kit.json_types import Json

KEPT = ("HELD", "TAKEN")


def promises(stage: Stage, saga_id: str) -> list[Verdict]:
    """Judge what Stripe, the neighbours and the wire show of this saga; while anything moves, nothing is broken yet."""
    return verdicts(stage.world, saga_id, quiet=stage.is_quiet(), ask=lambda: _evidence(stage, saga_id))


def told(verdict: Verdict, exchanges: Iterable[Numbered] = ()) -> Json:
    """Return a verdict as it is shown; `exchange` is the number of the message that broke it, among these."""
    culprits = [each.by for each in verdict.breaches if each.by]
    return {
        "number": verdict.number,
        "name": verdict.name,
        "promise": verdict.promise,
        "standing": str(verdict.standing),
        "found": [str(each) for each in verdict.breaches],
        "exchange": next((number for number, each in exchanges if each in culprits), None),
    }


def _evidence(stage: Stage, saga_id: str) -> Evidence:
    """Ask everybody about this saga only, so that it costs no more because there are a thousand others."""
    world, known = stage.world, stage.world.topology.credentials
    saga, intents = world.payment.find_saga(saga_id), intents_of(world, saga_id)
    said = [each for _, each in exchanges_of(stage, saga, intents) if each.answer] if saga else []
    student = saga["studentId"] if saga else ""
    return Evidence(
        world.clock.now(),
        intents,
        [each for intent in intents for each in world.stripe.refunds(intent["id"])],
        [each for intent in intents for each in world.stripe.charges(intent["id"])],
        list(world.learning.client.items("/enrollments", studentId=student)),
        list(world.communication.client.items("/sessions", sagaId=saga_id, status="CONFIRMED")),
        [each for each in world.tutors.client.items("/holds", sagaId=saga_id) if each["status"] in KEPT],
        world.communication.notices(saga_id),
        {saga_id: saga},
        said,
        {saga_id: world.outcomes[saga_id]} if saga_id in world.outcomes else {},
        float(world.topology.settings.get("PAYMENT_CHECK_SECONDS", DEFAULT_CHECK_SECONDS)),
        "\n".join(map(str, said)),
        (known.stripe_key, known.webhook_secret, known.service_token, known.jwt_secret),
    )
